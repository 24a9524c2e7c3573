//! The audit table, on every engine.

use jiff::{SignedDuration, Timestamp};
use saydo_store::{AuditEvent, AuditQuery, NewAuditEvent, Store, StoreError};
use serde_json::json;

use crate::support::{noon, write};

fn event(kind: &'static str, at: Timestamp) -> NewAuditEvent {
    NewAuditEvent {
        at,
        kind,
        actor: Some("0123456789abcdef".to_owned()),
        origin: None,
        request_id: Some("r-1".to_owned()),
        details: json!({"scope": "read", "words": "naïve \"quotes\""}),
    }
}

/// Notes one event a minute from noon on, of these kinds.
pub(crate) async fn note(store: &Store, kinds: &[&'static str]) {
    for (kind, minute) in kinds.iter().copied().zip(0..) {
        let event = event(kind, noon() + SignedDuration::from_mins(minute));
        write!(store, |tx| tx.audit_insert(&event).await).unwrap();
    }
}

async fn kinds(store: &Store, query: &AuditQuery, limit: u32) -> Vec<String> {
    let found = store.read().await.unwrap().audit_list(query, limit).await.unwrap();
    found.into_iter().map(|event| event.kind).collect()
}

pub(crate) async fn events_are_read_in_order_by_kind_and_time(store: &Store) {
    assert_eq!(store.has_audit().await, Ok(true));
    note(store, &["a", "b", "a", "c"]).await;
    let all = store.read().await.unwrap().audit_list(&AuditQuery::default(), 9).await.unwrap();
    let new = event("a", noon());
    let expected = AuditEvent {
        id: all[0].id,
        at: new.at,
        kind: "a".to_owned(),
        actor: new.actor,
        origin: None,
        request_id: new.request_id,
        details: new.details,
    };
    assert_eq!(all[0], expected);
    assert_eq!(kinds(store, &AuditQuery::default(), 3).await, ["a", "b", "a"]);
    assert_eq!(kinds(store, &AuditQuery { after: all[1].id, ..AuditQuery::default() }, 9).await, ["a", "c"]);
    let late = AuditQuery {
        since: Some(noon() + SignedDuration::from_mins(1)),
        kind: Some("a".to_owned()),
        ..AuditQuery::default()
    };
    assert_eq!(kinds(store, &late, 9).await, ["a"]);
}

pub(crate) async fn an_event_is_stored_with_what_it_tells_of_or_not_at_all(store: &Store) {
    let told = event("a", noon());
    let failed: Result<(), StoreError> = write!(store, |tx| {
        tx.audit_insert(&told).await?;
        Err(StoreError::Busy)
    });
    assert_eq!(failed, Err(StoreError::Busy));
    assert_eq!(kinds(store, &AuditQuery::default(), 9).await, Vec::<String>::new());
}

pub(crate) async fn only_what_is_old_is_purged(store: &Store) {
    note(store, &["a", "b", "c"]).await;
    // By the newest event it is tomorrow: only what is older than half a day can go.
    let later = event("d", noon() + SignedDuration::from_hours(24));
    write!(store, |tx| tx.audit_insert(&later).await).unwrap();
    let from = noon() + SignedDuration::from_mins(2);
    assert_eq!(write!(store, |tx| tx.audit_purge(from, 1).await), Ok(1));
    assert_eq!(write!(store, |tx| tx.audit_purge(from, 9).await), Ok(1));
    assert_eq!(write!(store, |tx| tx.audit_purge(from, 9).await), Ok(0));
    assert_eq!(kinds(store, &AuditQuery::default(), 9).await, ["c", "d"]);
}

/// Statements that the database itself must refuse, on a connection of the test's own.
pub(crate) const FORBIDDEN: [&str; 6] = [
    "UPDATE audit_events SET actor = NULL",
    "UPDATE audit_events SET at = 0 WHERE kind = 'a'",
    "DELETE FROM audit_events",
    "INSERT INTO audit_events (id, at, kind) SELECT id, 0, 'x' FROM audit_events WHERE TRUE \
     ON CONFLICT (id) DO UPDATE SET kind = 'x'",
    // Nor is the way to that opened.
    "UPDATE audit_retention SET keep_from = 9000000000000000000",
    "INSERT INTO audit_retention VALUES (1, 9000000000000000000) ON CONFLICT (only_row) DO UPDATE SET keep_from = 0",
];
