//! What every engine must do, and what SQLite and PostgreSQL must do besides.
//!
//! The modules of the conformance suite take an opened store; [`conformance`] stamps them onto an engine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod access_tokens;
mod accounts;
mod audit;
mod changes;
mod conversations;
mod events;
mod forgetful;
mod group_commit;
mod history;
mod idempotency;
mod leases;
mod lists;
mod migrations;
mod own;
mod owners;
mod owners_apart;
mod plans;
mod postgres;
mod schema;
#[path = "../seed/mod.rs"]
mod seed;
mod sqlite;
mod support;
mod tasks;
mod turns;
mod usage;

/// Stamps every function of the suite onto an engine.
macro_rules! conformance {
    ($engine:ident: $open:path; $($module:ident { $($test:ident),+ $(,)? })+) => {
        mod $engine {
            $(mod $module {
                $(#[tokio::test]
                async fn $test() {
                    let opened = $open().await;
                    crate::$module::$test(&opened.store).await;
                    opened.close().await;
                })+
            })+
        }
    };
}

/// The suite that every engine passes.
macro_rules! suite {
    ($engine:ident: $open:path) => { conformance! {
    $engine: $open;
    accounts {
        an_account_is_given_back, an_email_is_taken_once, a_person_without_email_or_password, settings_and_password,
        users_come_page_by_page, tokens_die_one_by_one_and_all_at_once, sessions_are_listed_and_forgotten,
        nobody_ends_anothers_sessions, expired_tokens_are_purged, deleting_an_account_leaves_no_row,
    }
    tasks {
        every_field_is_given_back, any_text_is_given_back_byte_for_byte, numbers_are_never_reused,
        a_number_or_uid_is_taken_once, only_the_expected_version_is_updated, the_trash_is_apart,
        old_trash_is_purged, many_are_found_in_the_order_asked, titles_are_lean, counts_know_what_is_overdue,
        the_next_occurrence_is_found, many_are_stored_at_once, a_snapshot_sees_one_instant,
    }
    lists {
        newest_first_by_default, filters_narrow, text_is_found_whatever_the_case, dues_are_filtered,
        days_are_compared_by_the_wall_clock, no_due_comes_last_both_ways, every_order_pages_without_gaps,
        a_cursor_of_another_order_is_refused,
    }
    conversations {
        a_conversation_lives, the_one_last_spoken_in_comes_first, conversations_come_in_pages, messages_are_kept_in_order,
        ids_are_never_reused, a_question_is_answered_once, a_new_question_replaces_the_old,
        an_outside_name_finds_its_conversation,
    }
    changes {
        a_change_keeps_its_effects, undo_and_redo_find_their_change, anything_new_ends_redo,
        undo_within_a_conversation, untouched_tasks_equal_their_snapshot, old_changes_are_purged,
        a_change_grows, a_change_put_back_grows_no_more,
    }
    history {
        a_task_has_its_history, what_holds_after_a_change, a_change_knows_who_made_it,
        a_change_does_not_grow_over_a_later_one, a_consent_is_used_once, what_a_program_did_is_found,
        what_was_put_back_together_is_in_force_again,
    }
    turns {
        a_turn_runs_and_ends_once, a_turn_that_is_stopped_hears_of_it, a_key_has_one_turn,
        events_are_read_in_order_from_any_point, an_event_number_is_taken_once, a_turn_goes_with_its_conversation,
        turns_without_a_sign_of_life_are_interrupted, old_turns_are_purged, a_turn_keeps_its_rounds,
        one_takes_over_a_turn_that_broke_off, a_running_turn_is_found_and_lets_go_of_its_key,
    }
    events {
        what_happens_is_told_once_and_in_order, conversations_tell_of_themselves, what_is_not_committed_is_not_told,
        old_events_go_and_their_numbers_do_not_come_back, events_come_page_by_page,
    }
    access_tokens { a_token_opens_the_door_of_its_owner, tokens_are_listed_and_deleted, a_hash_is_taken_once }
    audit {
        events_are_read_in_order_by_kind_and_time, an_event_is_stored_with_what_it_tells_of_or_not_at_all,
        only_what_is_old_is_purged,
    }
    leases { work_is_claimed_by_one_at_a_time }
    usage { usage_adds_up_by_day_and_model, absurd_counts_do_no_harm }
    idempotency { an_answer_is_kept_until_it_expires, a_live_key_is_not_taken_twice }
    own { rows_are_found_in_every_table, who_was_erased_is_erased_again, quiet_conversations_are_purged }
    owners {
        another_user_reads_nothing, equal_numbers_are_kept_apart, another_user_changes_nothing, another_user_touches_no_turn_and_no_token,
        rows_need_their_owner,
    }
    owners_apart {
        labels_are_those_of_the_owner, the_next_occurrence_is_the_owners, a_change_grows_in_its_own_journal,
        what_others_do_ends_no_redo, a_conversation_is_undone_by_its_owner,
        the_order_of_conversations_counts_ones_own, a_known_turn_stays_as_it_is,
    }
    group_commit {
        a_failed_job_leaves_nothing, a_panicking_job_harms_nobody, a_job_sees_what_earlier_ones_wrote,
        an_error_swallowed_is_harmless,
    }
    } };
}

suite! { on_sqlite: crate::support::Opened::sqlite }
suite! { on_postgres: crate::postgres::Opened::new }

conformance! {
    one_writer_on_sqlite: crate::support::Opened::sqlite;
    group_commit { thirty_two_at_once, a_job_outlives_its_caller }
}
