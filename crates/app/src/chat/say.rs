//! The text of a reply: from what was done, in the order it was done.

use jiff::Zoned;
use saydo_domain::{ChangeId, PendingKind, TaskNumber, ToolCallRecord};

use crate::{
    execute::Outcome,
    planner::{PendingPlan, Plan, Question, TargetAction, plan::Asked},
    reply::{about, list, receipt, talk, undone},
    tools::{Done, ListTasksArgs, Listing, ToolCall, UndoArgs},
    undo::PutBack,
};

/// The reply: what was said, the receipts, the lists, the question.
pub(crate) fn reply(plan: &Plan, done: &[Done], question: Option<&Question>, now: &Zoned) -> String {
    let mut parts: Vec<String> = plan.says.clone();
    parts.extend(deeds(done, skips(plan), now));
    parts.extend(refusals(done));
    let listings: Vec<&Listing> = done.iter().filter_map(listing).collect();
    parts.extend(lists(&listings, &plan.asked, now));
    if let Some(question) = question
        && !parts.iter().any(|part| part == &question.prompt)
    {
        let choices = list::choices(&question.tasks, now);
        let numbered = question.kind != PendingKind::Ask && !question.tasks.is_empty();
        parts.push(if numbered { format!("{}{choices}", question.prompt) } else { question.prompt.clone() });
    }
    parts.join("\n")
}

/// What could not be done. That nothing was changed is said only when that is so.
fn refusals(done: &[Done]) -> Vec<String> {
    let any = changed(done);
    let refused = done.iter().filter_map(|done| if let Done::Refused(sentence) = done { Some(sentence) } else { None });
    let told = |sentence: &String| match sentence.as_str() {
        "Task not found" => talk::NO_SUCH_TASK.to_owned(),
        "There is nothing to undo." if any => "That is all there was to undo.".to_owned(),
        "There is nothing to undo." => talk::NOTHING_TO_UNDO.to_owned(),
        sentence => {
            let nothing = if any { "" } else { " Nothing was changed." };
            format!("{}.{nothing}", sentence.trim_end_matches('.'))
        }
    };
    let mut sentences: Vec<String> = refused.map(told).collect();
    sentences.dedup();
    sentences
}

const fn listing(done: &Done) -> Option<&Listing> {
    match done {
        Done::Listed(listing) => Some(listing),
        _ => None,
    }
}

/// What was done to tasks, in words; `None` when nothing was.
pub(crate) fn deed(done: &[Done], now: &Zoned) -> Option<String> {
    changed(done).then(|| in_one_line(&deeds(done, false, now)))
}

/// The same of a turn whose plan is known: what it changed may have been skipped.
pub(crate) fn deed_of(plan: &Plan, done: &[Done], now: &Zoned) -> Option<String> {
    changed(done).then(|| in_one_line(&deeds(done, skips(plan), now)))
}

/// The journal keeps a line for each change.
fn in_one_line(sentences: &[String]) -> String {
    sentences.join(" ").replace('\n', " ")
}

const fn skips(plan: &Plan) -> bool {
    matches!(plan.action, Some(TargetAction::Skip { .. }))
}

fn changed(done: &[Done]) -> bool {
    done.iter().any(|done| match done {
        Done::Outcome(outcome) => outcome.changed,
        Done::Undone(_) | Done::TakenBack(_) => true,
        _ => false,
    })
}

/// The existing tasks that a turn changed, taken back ones not among them.
pub(crate) fn acted_on(done: &[Done]) -> Vec<TaskNumber> {
    let number = |done: &Done| match done {
        Done::Outcome(outcome) if outcome.changed && outcome.before.is_some() => Some(outcome.task.number),
        _ => None,
    };
    done.iter().filter_map(number).collect()
}

fn deeds(done: &[Done], skipped: bool, now: &Zoned) -> Vec<String> {
    let taken_back: Vec<&PutBack> =
        done.iter().filter_map(|done| if let Done::TakenBack(back) = done { Some(&**back) } else { None }).collect();
    let outcomes: Vec<Outcome> = done
        .iter()
        .filter_map(|done| if let Done::Outcome(outcome) = done { Some((**outcome).clone()) } else { None })
        .collect();
    let mut parts: Vec<String> = Vec::new();
    let told = match skipped {
        true => receipt::skipped(&outcomes, now),
        false => receipt::sentences(&outcomes, now),
    };
    let both = undone::taken_back(&taken_back).into_iter().chain((!told.is_empty()).then_some(told));
    let both: Vec<String> = both.collect();
    if !both.is_empty() {
        parts.push(both.join(" "));
    }
    parts.extend(done.iter().filter_map(|done| match done {
        Done::Undone(undone) => Some(undone::in_full(&undone.put_back, now)),
        _ => None,
    }));
    parts
}

/// Whether the turn did nothing but add.
pub(super) fn only_added(done: &[Done]) -> bool {
    done.iter().all(|done| matches!(done, Done::Outcome(outcome) if outcome.before.is_none()))
}

/// The tasks shown, in the order shown.
pub(super) fn listed(done: &[Done]) -> Vec<TaskNumber> {
    done.iter().filter_map(listing).flat_map(|listing| &listing.tasks).map(|task| task.number).collect()
}

/// What a turn asked of the list that did nothing but show it.
pub(super) fn asked_of_list(done: &[Done]) -> Option<&ListTasksArgs> {
    let shows = done.iter().all(|done| listing(done).is_some());
    done.iter().filter_map(listing).next_back().filter(|_| shows).map(|listing| &listing.args)
}

/// Whether the turn gave a task another name.
pub(super) fn renamed(done: &[Done]) -> bool {
    done.iter().any(|done| match done {
        Done::Outcome(outcome) => outcome.before.as_ref().is_some_and(|before| before.title != outcome.task.title),
        _ => false,
    })
}

/// An empty list offers to add a first task.
pub(super) fn follow_up(done: &[Done]) -> Option<Question> {
    let nothing_yet = done.iter().filter_map(listing).any(|listing| listing.nothing_yet);
    nothing_yet.then(|| Question {
        kind: PendingKind::Ask,
        prompt: talk::EMPTY_LIST.to_owned(),
        tasks: Vec::new(),
        then: PendingPlan::Title { verb: String::new() },
    })
}

/// What cannot be undone yet can be once the later changes are.
pub(super) fn undo_first(in_the_way: &[ChangeId], records: &[ToolCallRecord]) -> Option<Question> {
    let asked = records.last().filter(|_| (1..=MOST_UNDONE_FIRST).contains(&in_the_way.len()))?;
    let call = |id: &ChangeId| ToolCall::Undo(UndoArgs { change_id: Some(id.to_string()) });
    let wanted = ToolCall::parse(&asked.tool, &asked.params).ok()?;
    let calls = in_the_way.iter().map(call).chain([wanted]).collect();
    let what = if in_the_way.len() == 1 { "that change" } else { "those changes" };
    Some(Question {
        kind: PendingKind::Confirm,
        prompt: format!("Should I undo {what} first?"),
        tasks: Vec::new(),
        then: PendingPlan::Run { calls },
    })
}

/// More later changes than this are not offered to be undone on the way to an earlier one.
const MOST_UNDONE_FIRST: usize = 3;

fn lists(listings: &[&Listing], asked: &Asked, now: &Zoned) -> Option<String> {
    let last = listings.last()?;
    if last.nothing_yet {
        return Some(talk::EMPTY_LIST.to_owned());
    }
    let mut total: i64 = listings.iter().map(|listing| listing.total).sum();
    if total == 0 {
        let totals = list::totals(last.open, last.overdue);
        return Some(format!("{}. ({totals})", about::none(&last.args, now)));
    }
    let mut tasks: Vec<_> = listings.iter().flat_map(|listing| listing.tasks.clone()).collect();
    let listed = tasks.len();
    tasks.sort_by_key(|task| task.number);
    tasks.dedup_by_key(|task| task.number);
    // What is overdue since this morning is due today as well, and counts once.
    total -= i64::try_from(listed - tasks.len()).unwrap_or(0);
    list::sort(&mut tasks, now);
    Some(match asked {
        Asked::Count => about::count(&last.args, total, now),
        Asked::Next => tasks.first().map(|task| format!("Next: {}", list::line(task, now)))?,
        Asked::Show => {
            let text = list::grouped(&tasks, total, now);
            let all = list::totals(last.open, last.overdue);
            match about::part(&last.args, total, last.open, now) {
                Some(part) => format!("{text}\n\n{part}, {}", list::totals_in_all(last.open, last.overdue)),
                None => format!("{text}\n\n{all}"),
            }
        }
    })
}
