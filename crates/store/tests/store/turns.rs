//! Tracked turns and their events.

use jiff::{Timestamp, ToSpan as _};
use saydo_domain::{AnsweredBy, ChangeId, ConversationId, Turn, TurnId, TurnKey, TurnStatus, UserId};
use saydo_store::{NewTurn, Store, StoreError, TurnRound, TurnRun};
use uuid::Uuid;

use crate::support::{at, new_conversation, new_user, noon, write};

pub(crate) fn new_turn(user: &UserId, conversation: ConversationId) -> NewTurn {
    NewTurn {
        id: TurnId::new(Uuid::now_v7()),
        user_id: user.clone(),
        conversation_id: conversation,
        key: None,
        started_at: noon(),
    }
}

/// A turn as it is once begun.
fn running(new: &NewTurn) -> Turn {
    Turn {
        id: new.id,
        user_id: new.user_id.clone(),
        conversation_id: new.conversation_id,
        status: TurnStatus::Running,
        stop_requested: false,
        attempt: 1,
        reply_id: None,
        change_id: None,
        answered_by: None,
        key: new.key.clone(),
        started_at: new.started_at,
        heartbeat_at: new.started_at,
        ended_at: None,
    }
}

pub(crate) async fn put_turn(store: &Store, new: &NewTurn) {
    let new = new.clone();
    write!(store, |tx| tx.turn_insert(&new).await).unwrap();
}

/// Ends a turn without a change or an answer.
async fn end(store: &Store, turn: &NewTurn, status: TurnStatus, now: Timestamp) -> bool {
    let (user, id) = (turn.user_id.clone(), turn.id);
    write!(store, |tx| tx.turn_finish(&user, TurnRun::first(id), status, None, None, now).await).unwrap()
}

async fn append(store: &Store, turn: &NewTurn, first: i64, events: &[String]) -> Result<(), StoreError> {
    let (user, id, events) = (turn.user_id.clone(), turn.id, events.to_vec());
    write!(store, |tx| tx.turn_events_append(&user, id, first, &events, noon()).await)
}

async fn find(store: &Store, turn: &NewTurn) -> Option<Turn> {
    store.read().await.unwrap().turn_find(&turn.user_id, turn.id).await.unwrap()
}

pub(crate) async fn a_turn_runs_and_ends_once(store: &Store) {
    let user = new_user(store, "ann").await;
    let conversation = new_conversation(store, &user, "Hi").await;
    let new = new_turn(&user, conversation);
    put_turn(store, &new).await;
    assert_eq!(find(store, &new).await, Some(running(&new)));

    let (mine, id, later) = (user.clone(), new.id, at("2026-03-11T12:00:07Z"));
    let run = TurnRun::first(id);
    let (begun, change) = (ChangeId::new(Uuid::now_v7()), ChangeId::new(Uuid::now_v7()));
    let model = AnsweredBy::Model("tiny".to_owned());
    let by = model.clone();
    write!(store, |tx| {
        assert_eq!(tx.turn_beat(&mine, run, later).await?, Some(false));
        assert!(tx.turn_set_change(&mine, run, begun).await?);
        assert_eq!(tx.turn_find(&mine, id).await?.unwrap().change_id, Some(begun));
        let end = later + 1.second();
        assert!(tx.turn_finish(&mine, run, TurnStatus::Finished, Some(change), Some(&by), end).await?);
        // Ended is ended: nothing moves it any more.
        assert!(!tx.turn_finish(&mine, run, TurnStatus::Failed, None, None, end).await?);
        assert!(!tx.turn_set_change(&mine, run, begun).await?);
        assert!(!tx.turn_stop(&mine, id).await?);
        assert_eq!(tx.turn_beat(&mine, run, end + 1.second()).await?, None);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let ended = Turn {
        status: TurnStatus::Finished,
        change_id: Some(change),
        answered_by: Some(model),
        heartbeat_at: later,
        ended_at: Some(later + 1.second()),
        ..running(&new)
    };
    assert_eq!(find(store, &new).await, Some(ended.clone()));
    assert_eq!(store.read().await.unwrap().turns_all(&user).await, Ok(vec![ended]));
}

pub(crate) async fn a_turn_that_is_stopped_hears_of_it(store: &Store) {
    let user = new_user(store, "ann").await;
    let conversation = new_conversation(store, &user, "Hi").await;
    let (stopped, other) = (new_turn(&user, conversation), new_turn(&user, conversation));
    put_turn(store, &stopped).await;
    put_turn(store, &other).await;
    let (mine, this, that) = (user.clone(), stopped.id, other.id);
    write!(store, |tx| {
        assert!(tx.turn_stop(&mine, this).await?);
        assert!(tx.turn_stop(&mine, this).await?);
        assert_eq!(tx.turn_beat(&mine, TurnRun::first(this), noon()).await?, Some(true));
        assert_eq!(tx.turn_beat(&mine, TurnRun::first(that), noon()).await?, Some(false));
        assert_eq!(tx.turn_beat(&mine, TurnRun::first(TurnId::new(Uuid::now_v7())), noon()).await?, None);
        let begun = ChangeId::new(Uuid::now_v7());
        assert!(tx.turn_set_change(&mine, TurnRun::first(this), begun).await?);
        assert!(tx.turn_finish(&mine, TurnRun::first(this), TurnStatus::Cancelled, None, None, noon()).await?);
        assert_eq!(tx.turn_find(&mine, this).await?.unwrap().change_id, Some(begun));
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let turn = find(store, &stopped).await.unwrap();
    assert_eq!((turn.status, turn.stop_requested), (TurnStatus::Cancelled, true));
}

pub(crate) async fn a_key_has_one_turn(store: &Store) {
    let (ann, bob) = (new_user(store, "ann").await, new_user(store, "bob").await);
    let key = Some(TurnKey { key: "k".to_owned(), fingerprint: "abc".to_owned() });
    let (of_ann, of_bob) = (new_conversation(store, &ann, "A").await, new_conversation(store, &bob, "B").await);
    let first = NewTurn { key: key.clone(), ..new_turn(&ann, of_ann) };
    put_turn(store, &first).await;
    let second = NewTurn { key: key.clone(), ..new_turn(&ann, of_ann) };
    let again = second.clone();
    assert_eq!(write!(store, |tx| tx.turn_insert(&again).await), Err(StoreError::Conflict("turn.key")));
    put_turn(store, &NewTurn { key, ..new_turn(&bob, of_bob) }).await;
    // Turns without a key are not in each other's way.
    put_turn(store, &new_turn(&ann, of_ann)).await;
    put_turn(store, &new_turn(&ann, of_ann)).await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.turn_find_by_key(&ann, "k").await, Ok(Some(running(&first))));
    assert_eq!(conn.turn_find_by_key(&ann, "K").await, Ok(None));
    // A turn that is no longer kept gives its key free.
    assert!(end(store, &first, TurnStatus::Finished, noon()).await);
    assert_eq!(write!(store, |tx| tx.turns_purge(noon() + 1.second(), 9).await), Ok(1));
    put_turn(store, &second).await;
}

pub(crate) async fn events_are_read_in_order_from_any_point(store: &Store) {
    let user = new_user(store, "ann").await;
    let conversation = new_conversation(store, &user, "Hi").await;
    let (turn, other) = (new_turn(&user, conversation), new_turn(&user, conversation));
    put_turn(store, &turn).await;
    put_turn(store, &other).await;
    // More than one statement holds, and a number that is no power of two.
    let events: Vec<String> = (1..=107).map(|n| format!("{{\"n\":{n},\"text\":\"„ü🥛“\"}}")).collect();
    append(store, &turn, 1, &events[..100]).await.unwrap();
    append(store, &turn, 101, &[]).await.unwrap();
    append(store, &turn, 101, &events[100..]).await.unwrap();
    append(store, &other, 1, &["other".to_owned()]).await.unwrap();
    let numbered: Vec<(i64, String)> = (1..).zip(events).collect();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.turn_events_after(&user, turn.id, 0, 200).await, Ok(numbered.clone()));
    assert_eq!(conn.turn_events_after(&user, turn.id, 98, 4).await, Ok(numbered[98..102].to_vec()));
    assert_eq!(conn.turn_events_after(&user, turn.id, 107, 9).await, Ok(Vec::new()));
    assert_eq!(conn.turn_events_after(&user, other.id, 0, 9).await, Ok(vec![(1, "other".to_owned())]));
}

pub(crate) async fn an_event_number_is_taken_once(store: &Store) {
    let user = new_user(store, "ann").await;
    let conversation = new_conversation(store, &user, "Hi").await;
    let turn = new_turn(&user, conversation);
    let some = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(append(store, &turn, 1, &some).await, Err(StoreError::Reference));
    put_turn(store, &turn).await;
    append(store, &turn, 1, &some).await.unwrap();
    assert_eq!(append(store, &turn, 3, &some).await, Err(StoreError::Conflict("turn_event.seq")));
    let kept = store.read().await.unwrap().turn_events_after(&user, turn.id, 0, 9).await.unwrap();
    assert_eq!(kept.len(), 3);
}

pub(crate) async fn a_turn_goes_with_its_conversation(store: &Store) {
    let user = new_user(store, "ann").await;
    let conversation = new_conversation(store, &user, "Hi").await;
    let turn = new_turn(&user, conversation);
    put_turn(store, &turn).await;
    append(store, &turn, 1, &["a".to_owned()]).await.unwrap();
    let mine = user.clone();
    assert_eq!(write!(store, |tx| tx.conversation_delete(&mine, conversation, noon()).await), Ok(true));
    assert_eq!(find(store, &turn).await, None);
    assert_eq!(store.read().await.unwrap().turn_events_after(&user, turn.id, 0, 9).await, Ok(Vec::new()));
    assert_eq!(append(store, &turn, 2, &["b".to_owned()]).await, Err(StoreError::Reference));
    assert!(!end(store, &turn, TurnStatus::Finished, noon()).await);
}

pub(crate) async fn turns_without_a_sign_of_life_are_interrupted(store: &Store) {
    let user = new_user(store, "ann").await;
    let conversation = new_conversation(store, &user, "Hi").await;
    let [lost, alive, ended] = std::array::from_fn(|_| new_turn(&user, conversation));
    for turn in [&lost, &alive, &ended] {
        put_turn(store, turn).await;
    }
    assert!(end(store, &ended, TurnStatus::Finished, noon()).await);
    let (mine, id, lost_id, now) = (user.clone(), alive.id, lost.id, at("2026-03-11T12:05:00Z"));
    let interrupted = write!(store, |tx| {
        tx.turn_beat(&mine, TurnRun::first(id), noon() + 1.second()).await?;
        assert_eq!(tx.turns_stale(noon()).await?, Vec::new());
        let later = noon() + 1.second();
        assert_eq!(tx.turns_stale(later).await?, [(mine.clone(), lost_id)]);
        assert_eq!(tx.turn_interrupt_stale(&mine, lost_id, noon(), now).await?, None);
        assert_eq!(tx.turn_interrupt_stale(&mine, id, later, now).await?, None);
        tx.turn_interrupt_stale(&mine, lost_id, later, now).await
    })
    .unwrap();
    let wanted = Turn { status: TurnStatus::Interrupted, ended_at: Some(now), ..running(&lost) };
    assert_eq!(find(store, &lost).await.as_ref(), Some(&wanted));
    assert_eq!(interrupted, Some(wanted));
    assert_eq!(find(store, &alive).await.unwrap().status, TurnStatus::Running);
    assert_eq!(find(store, &ended).await.unwrap().status, TurnStatus::Finished);
    // Should its server come back, it hears that the turn is over.
    assert!(!end(store, &lost, TurnStatus::Finished, now).await);
}

pub(crate) async fn old_turns_are_purged(store: &Store) {
    let user = new_user(store, "ann").await;
    let conversation = new_conversation(store, &user, "Hi").await;
    let [first, second, newer, running] = std::array::from_fn(|_| new_turn(&user, conversation));
    for turn in [&first, &second, &newer, &running] {
        put_turn(store, turn).await;
        append(store, turn, 1, &["a".to_owned()]).await.unwrap();
    }
    end(store, &first, TurnStatus::Finished, noon()).await;
    end(store, &second, TurnStatus::Failed, noon() + 1.second()).await;
    end(store, &newer, TurnStatus::Finished, noon() + 2.seconds()).await;
    let before = noon() + 2.seconds();
    assert_eq!(write!(store, |tx| tx.turns_purge(before, 1).await), Ok(1));
    assert_eq!(find(store, &first).await, None);
    assert_eq!(write!(store, |tx| tx.turns_purge(before, 9).await), Ok(1));
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.turn_events_after(&user, second.id, 0, 9).await, Ok(Vec::new()));
    assert_eq!(conn.turn_events_after(&user, newer.id, 0, 9).await.unwrap().len(), 1);
    let left: Vec<TurnId> = conn.turns_all(&user).await.unwrap().iter().map(|turn| turn.id).collect();
    assert_eq!(left, [newer.id, running.id]);
}

fn round(round: i64) -> TurnRound {
    TurnRound { round, data: serde_json::json!({"said": "ünïcode"}), tokens: 7, elapsed_ms: 9 }
}

pub(crate) async fn a_turn_keeps_its_rounds(store: &Store) {
    let user = new_user(store, "ann").await;
    let turn = new_turn(&user, new_conversation(store, &user, "Hi").await);
    put_turn(store, &turn).await;
    let (mine, id) = (user.clone(), turn.id);
    write!(store, |tx| {
        tx.turn_round_insert(&mine, id, &round(1), noon()).await?;
        tx.turn_round_insert(&mine, id, &round(2), noon()).await
    })
    .unwrap();
    assert_eq!(store.read().await.unwrap().turn_rounds(&user, turn.id).await, Ok(vec![round(1), round(2)]));
    let mine = user.clone();
    let twice = write!(store, |tx| tx.turn_round_insert(&mine, id, &round(2), noon()).await);
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    let mine = user.clone();
    write!(store, |tx| tx.user_delete(&mine).await).unwrap();
    assert_eq!(store.read().await.unwrap().turn_rounds(&user, turn.id).await, Ok(Vec::new()));
}

pub(crate) async fn one_takes_over_a_turn_that_broke_off(store: &Store) {
    let user = new_user(store, "ann").await;
    let turn = new_turn(&user, new_conversation(store, &user, "Hi").await);
    put_turn(store, &turn).await;
    let (mine, first, later) = (user.clone(), TurnRun::first(turn.id), noon() + 1.minute());
    let second = TurnRun { attempt: 2, ..first };
    write!(store, |tx| {
        assert_eq!(tx.turn_take_over(&mine, first, noon(), later).await?, None, "it gave a sign of life then");
        assert_eq!(tx.turn_take_over(&mine, first, later, later).await?, Some(second));
        assert_eq!(tx.turn_take_over(&mine, first, later, later).await?, None, "somebody was first");
        assert_eq!(tx.turn_beat(&mine, first, later).await?, None);
        assert!(!tx.turn_finish(&mine, first, TurnStatus::Finished, None, None, later).await?);
        assert_eq!(tx.turn_beat(&mine, second, later).await?, Some(false));
        tx.turn_set_reply(&mine, first.id, Some(saydo_domain::MessageId::new(5))).await?;
        assert!(tx.turn_finish(&mine, second, TurnStatus::Interrupted, None, None, later).await?);
        assert_eq!(tx.turn_find(&mine, first.id).await?.unwrap().reply_id.map(|id| id.get()), Some(5));
        assert_eq!(tx.turn_take_over(&mine, second, noon(), later).await?, Some(TurnRun { attempt: 3, ..first }));
        // Whoever takes over has to know what the conversation was told, and takes it back.
        assert_eq!(tx.turn_find(&mine, first.id).await?.unwrap().reply_id.map(|id| id.get()), Some(5));
        tx.turn_set_reply(&mine, first.id, None).await?;
        assert!(tx.turn_finish(&mine, TurnRun { attempt: 3, ..first }, TurnStatus::Finished, None, None, later).await?);
        assert_eq!(tx.turn_take_over(&mine, TurnRun { attempt: 3, ..first }, later, later).await?, None);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    assert_eq!(find(store, &turn).await.unwrap().reply_id, None);
}

pub(crate) async fn a_running_turn_is_found_and_lets_go_of_its_key(store: &Store) {
    let user = new_user(store, "ann").await;
    let conversation = new_conversation(store, &user, "Hi").await;
    let key = TurnKey { key: "k1".to_owned(), fingerprint: "f".to_owned() };
    let new = NewTurn { key: Some(key), ..new_turn(&user, conversation) };
    put_turn(store, &new).await;
    append(store, &new, 1, &["one".to_owned(), "two".to_owned()]).await.unwrap();
    let running = store.read().await.unwrap().turn_running(&user, conversation).await.unwrap();
    assert_eq!(running.map(|turn| turn.id), Some(new.id));
    let (mine, id) = (user.clone(), new.id);
    write!(store, |tx| {
        assert!(tx.turn_event_delete(&mine, id, 2).await?);
        assert!(!tx.turn_event_delete(&mine, id, 2).await?);
        tx.turn_free_key(&mine, id).await
    })
    .unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.turn_find_by_key(&user, "k1").await, Ok(None));
    assert_eq!(conn.turn_events_after(&user, id, 0, 9).await.unwrap().len(), 1);
    drop(conn);
    assert!(end(store, &new, TurnStatus::Finished, noon()).await);
    assert_eq!(store.read().await.unwrap().turn_running(&user, conversation).await, Ok(None));
}
