//! Personal access tokens.

use jiff::ToSpan as _;
use saydo_domain::{AccessToken, AccessTokenId, TokenName, TokenScope, UserId};
use saydo_store::{Store, StoreError};
use uuid::Uuid;

use crate::support::{at, new_user, noon, user, write};

pub(crate) fn token(user: &UserId, name: &str) -> AccessToken {
    AccessToken {
        id: AccessTokenId::new(Uuid::now_v7()),
        user_id: user.clone(),
        name: TokenName::new(name).unwrap(),
        scope: TokenScope::Read,
        created_at: noon(),
        expires_at: None,
        last_used_at: None,
    }
}

pub(crate) async fn put_token(store: &Store, token: &AccessToken, hash: &'static str) -> Result<(), StoreError> {
    let token = token.clone();
    write!(store, |tx| tx.access_token_insert(&token, hash).await)
}

pub(crate) async fn a_token_opens_the_door_of_its_owner(store: &Store) {
    let (ann, bob) = (new_user(store, "ann").await, new_user(store, "bob").await);
    let of_ann = AccessToken {
        scope: TokenScope::Write,
        expires_at: Some(at("2026-04-11T12:00:00Z")),
        ..token(&ann, "Änns Skript 🥛")
    };
    let of_bob = token(&bob, "Editor");
    put_token(store, &of_ann, "aa").await.unwrap();
    put_token(store, &of_bob, "bb").await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.access_token_by_hash("aa").await, Ok(Some((user("ann"), of_ann.clone()))));
    assert_eq!(conn.access_token_by_hash("bb").await, Ok(Some((user("bob"), of_bob))));
    assert_eq!(conn.access_token_by_hash("AA").await, Ok(None));
    assert_eq!(conn.access_token_by_hash("").await, Ok(None));

    let (mine, id, used) = (ann.clone(), of_ann.id, noon() + 5.minutes());
    assert_eq!(write!(store, |tx| tx.access_token_touch(&mine, id, used).await), Ok(true));
    let touched = AccessToken { last_used_at: Some(used), ..of_ann };
    assert_eq!(conn.access_token_by_hash("aa").await, Ok(Some((user("ann"), touched))));
}

pub(crate) async fn tokens_are_listed_and_deleted(store: &Store) {
    let ann = new_user(store, "ann").await;
    let (old, new) = (token(&ann, "Old"), AccessToken { created_at: noon() + 1.second(), ..token(&ann, "New") });
    put_token(store, &new, "new").await.unwrap();
    put_token(store, &old, "old").await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.access_tokens_list(&ann).await, Ok(vec![new.clone(), old.clone()]));
    let (mine, id) = (ann.clone(), old.id);
    write!(store, |tx| {
        assert!(tx.access_token_delete(&mine, id).await?);
        assert!(!tx.access_token_delete(&mine, id).await?);
        assert!(!tx.access_token_touch(&mine, id, noon()).await?);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    assert_eq!(conn.access_tokens_list(&ann).await, Ok(vec![new]));
    assert_eq!(conn.access_token_by_hash("old").await, Ok(None));
}

pub(crate) async fn a_hash_is_taken_once(store: &Store) {
    let (ann, bob) = (new_user(store, "ann").await, new_user(store, "bob").await);
    put_token(store, &token(&ann, "One"), "same").await.unwrap();
    assert_eq!(put_token(store, &token(&bob, "Two"), "same").await, Err(StoreError::Conflict("other")));
    let owner = store.read().await.unwrap().access_token_by_hash("same").await.unwrap().unwrap().0.id;
    assert_eq!(owner, ann);
}
