//! Kept answers.

use saydo_store::{Store, StoreError, StoredAnswer};

use crate::support::{at, new_user, noon, write};

fn answer(body: &str) -> StoredAnswer {
    StoredAnswer {
        fingerprint: "abc".to_owned(),
        status: 201,
        headers: vec![("location".to_owned(), "/api/tasks/1".to_owned())],
        body: body.to_owned(),
    }
}

pub(crate) async fn an_answer_is_kept_until_it_expires(store: &Store) {
    let user = new_user(store, "ann").await;
    let (mine, end) = (user.clone(), at("2026-03-12T12:00:00Z"));
    write!(store, |tx| tx.idempotency_insert(&mine, "k", &answer("{\"ü\":1}"), noon(), end).await).unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.idempotency_find(&user, "k", noon()).await, Ok(Some(answer("{\"ü\":1}"))));
    assert_eq!(conn.idempotency_find(&user, "K", noon()).await, Ok(None));
    let other = new_user(store, "mallory").await;
    assert_eq!(conn.idempotency_find(&other, "k", noon()).await, Ok(None), "a key is somebody's");
    assert_eq!(conn.idempotency_find(&user, "k", end).await, Ok(None));
    assert_eq!(write!(store, |tx| tx.idempotency_purge(noon(), 9).await), Ok(0));
    assert_eq!(write!(store, |tx| tx.idempotency_purge(end, 9).await), Ok(1));
}

pub(crate) async fn a_live_key_is_not_taken_twice(store: &Store) {
    let user = new_user(store, "ann").await;
    let (first_end, second_end) = (at("2026-03-12T12:00:00Z"), at("2026-03-13T12:00:00Z"));
    let put = async |body: &'static str, now, end| {
        let mine = user.clone();
        write!(store, |tx| tx.idempotency_insert(&mine, "k", &answer(body), now, end).await)
    };
    assert_eq!(put("first", noon(), first_end).await, Ok(()));
    assert_eq!(put("second", noon(), first_end).await, Err(StoreError::Conflict("idempotency.key")));
    assert_eq!(put("third", first_end, second_end).await, Ok(()));
    let found = store.read().await.unwrap().idempotency_find(&user, "k", first_end).await;
    assert_eq!(found, Ok(Some(answer("third"))));
}
