//! Accounts, sessions, tokens.

use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use saydo_domain::{Email, PersonName, Role, User, UserId};
use saydo_store::{Session, Store, StoreError, TokenState, UsageDelta};
use serde_json::json;

use crate::{
    access_tokens::{put_token, token},
    support::{at, new_change, new_conversation, new_tasks, new_user, noon, put_change, user, write},
    turns::{new_turn, put_turn},
    usage,
};

pub(crate) async fn an_account_is_given_back(store: &Store) {
    let id = new_user(store, "ann").await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.user_find(&id).await, Ok(Some(user("ann"))));
    let by_email = conn.user_find_by_email(&Email::new("ANN@example.com").unwrap()).await;
    assert_eq!(by_email, Ok(Some((user("ann"), Some("hash".to_owned())))));
    assert_eq!(conn.user_find(&UserId::new("nobody").unwrap()).await, Ok(None));
    assert_eq!(conn.user_find_by_email(&Email::new("bob@example.com").unwrap()).await, Ok(None));

    let changed = User { name: PersonName::new("Änn 🥛").unwrap(), timezone: None, ..user("ann") };
    let wanted = changed.clone();
    assert_eq!(write!(store, |tx| tx.user_update(&changed).await), Ok(true));
    assert_eq!(store.read().await.unwrap().user_find(&id).await, Ok(Some(wanted)));
    assert_eq!(write!(store, |tx| tx.user_update(&user("nobody")).await), Ok(false));
}

pub(crate) async fn an_email_is_taken_once(store: &Store) {
    new_user(store, "ann").await;
    new_user(store, "bob").await;
    let same_email = User { id: UserId::new("other").unwrap(), ..user("ann") };
    let taken = write!(store, |tx| tx.user_insert(&same_email, None).await);
    assert_eq!(taken, Err(StoreError::Conflict("user.email")));
    let same_id = User { email: None, ..user("ann") };
    assert_eq!(write!(store, |tx| tx.user_insert(&same_id, None).await), Err(StoreError::Conflict("user.id")));
    let bob_as_ann = User { email: user("ann").email, ..user("bob") };
    assert_eq!(write!(store, |tx| tx.user_update(&bob_as_ann).await), Err(StoreError::Conflict("user.email")));
}

pub(crate) async fn a_person_without_email_or_password(store: &Store) {
    for name in ["one", "two"] {
        let person = User { email: None, timezone: None, ..user(name) };
        let wanted = person.clone();
        write!(store, |tx| tx.user_insert(&person, None).await).unwrap();
        let mut conn = store.read().await.unwrap();
        assert_eq!(conn.user_find(&wanted.id).await, Ok(Some(wanted.clone())));
        assert_eq!(conn.user_password_hash(&wanted.id).await, Ok(None));
    }
}

pub(crate) async fn settings_and_password(store: &Store) {
    let id = new_user(store, "ann").await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.user_settings_find(&id).await, Ok(Some(json!({}))));
    assert_eq!(conn.user_password_hash(&id).await, Ok(Some("hash".to_owned())));
    drop(conn);
    let mine = id.clone();
    write!(store, |tx| {
        assert!(tx.user_set_password(&mine, "other").await?);
        assert!(tx.user_set_settings(&mine, &json!({"theme": "dark", "n": [1, "ü"]})).await?);
        assert!(!tx.user_set_password(&user("nobody").id, "other").await?);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.user_settings_find(&id).await, Ok(Some(json!({"theme": "dark", "n": [1, "ü"]}))));
    assert_eq!(conn.user_password_hash(&id).await, Ok(Some("other".to_owned())));
    assert_eq!(conn.user_settings_find(&user("nobody").id).await, Ok(None));
}

pub(crate) async fn users_come_page_by_page(store: &Store) {
    for name in ["c", "a", "b"] {
        new_user(store, name).await;
    }
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.users_list(2, None).await, Ok(vec![user("a"), user("b")]));
    assert_eq!(conn.users_list(2, Some(&user("b").id)).await, Ok(vec![user("c")]));
    conn.ping().await.unwrap();
}

pub(crate) async fn tokens_die_one_by_one_and_all_at_once(store: &Store) {
    let id = new_user(store, "ann").await;
    let other = new_user(store, "bob").await;
    let fresh = TokenState { generation: 0, revoked_before: None, revoked: false };
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.token_state(&id, "t1").await, Ok(Some(fresh)));
    assert_eq!(conn.token_state(&user("nobody").id, "t1").await, Ok(None));

    let mine = id.clone();
    write!(store, |tx| {
        tx.token_revoke(&mine, "t1", noon()).await?;
        tx.token_revoke(&mine, "t1", noon()).await
    })
    .unwrap();
    assert_eq!(conn.token_state(&id, "t1").await, Ok(Some(TokenState { revoked: true, ..fresh })));
    assert_eq!(conn.token_state(&id, "t2").await, Ok(Some(fresh)));
    assert_eq!(conn.token_state(&other, "t1").await, Ok(Some(fresh)));

    let mine = id.clone();
    assert_eq!(write!(store, |tx| tx.tokens_revoke_all(&mine, noon()).await), Ok(1));
    let dead = TokenState { generation: 1, revoked_before: Some(noon()), revoked: false };
    assert_eq!(conn.token_state(&id, "t2").await, Ok(Some(dead)));
    assert_eq!(conn.token_state(&other, "t2").await, Ok(Some(fresh)));
    let nobody = user("nobody").id;
    assert_eq!(write!(store, |tx| tx.tokens_revoke_all(&nobody, noon()).await), Err(StoreError::Reference));
}

fn session(user: &UserId, token_id: &str) -> Session {
    Session {
        user_id: user.clone(),
        token_id: token_id.to_owned(),
        created_at: noon(),
        expires_at: at("2026-03-18T12:00:00Z"),
        last_seen_at: None,
        client: "Firefox auf Änns Gerät".to_owned(),
    }
}

pub(crate) async fn sessions_are_listed_and_forgotten(store: &Store) {
    let id = new_user(store, "ann").await;
    let later = Session { created_at: at("2026-03-12T12:00:00Z"), ..session(&id, "t2") };
    let (first, second, mine) = (session(&id, "t1"), later.clone(), id.clone());
    write!(store, |tx| {
        tx.session_insert(&first).await?;
        tx.session_insert(&second).await?;
        assert!(tx.session_touch(&mine, "t1", at("2026-03-11T13:00:00Z")).await?);
        assert!(!tx.session_touch(&mine, "t9", noon()).await?);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let touched = Session { last_seen_at: Some(at("2026-03-11T13:00:00Z")), ..session(&id, "t1") };
    assert_eq!(store.read().await.unwrap().sessions_list(&id).await, Ok(vec![later.clone(), touched]));

    let mine = id.clone();
    write!(store, |tx| tx.token_revoke(&mine, "t1", noon()).await).unwrap();
    assert_eq!(store.read().await.unwrap().sessions_list(&id).await, Ok(vec![later]));
    let mine = id.clone();
    write!(store, |tx| tx.tokens_revoke_all(&mine, noon()).await).unwrap();
    assert_eq!(store.read().await.unwrap().sessions_list(&id).await, Ok(Vec::new()));
    let mine = id.clone();
    assert_eq!(write!(store, |tx| tx.session_delete(&mine, "t1").await), Ok(false));
}

pub(crate) async fn nobody_ends_anothers_sessions(store: &Store) {
    let (ann, mallory) = (new_user(store, "ann").await, new_user(store, "mallory").await);
    let (hers, evil) = (session(&ann, "t1"), mallory.clone());
    write!(store, |tx| {
        tx.session_insert(&hers).await?;
        assert!(!tx.session_touch(&evil, "t1", noon()).await?);
        assert!(!tx.session_delete(&evil, "t1").await?);
        tx.token_revoke(&evil, "t1", noon()).await?;
        tx.tokens_revoke_all(&evil, noon()).await
    })
    .unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.sessions_list(&ann).await, Ok(vec![session(&ann, "t1")]));
    assert_eq!(conn.sessions_list(&mallory).await, Ok(Vec::new()));
    let state = conn.token_state(&ann, "t1").await.unwrap().unwrap();
    assert_eq!((state.revoked, state.generation, state.revoked_before), (false, 0, None));
}

pub(crate) async fn expired_tokens_are_purged(store: &Store) {
    let id = new_user(store, "ann").await;
    let (one, mine) = (session(&id, "t1"), id.clone());
    let end = one.expires_at;
    write!(store, |tx| {
        tx.session_insert(&one).await?;
        tx.token_revoke(&mine, "t2", end).await
    })
    .unwrap();
    let before = end - 1.second();
    assert_eq!(write!(store, |tx| tx.tokens_purge(before, 9).await), Ok(0));
    assert_eq!(write!(store, |tx| tx.tokens_purge(end, 9).await), Ok(2));
    let state = store.read().await.unwrap().token_state(&id, "t2").await.unwrap().unwrap();
    assert!(!state.revoked);
}

pub(crate) async fn deleting_an_account_leaves_no_row(store: &Store) {
    let id = new_user(store, "ann").await;
    new_tasks(store, &id, 3, |task| task.labels = vec![saydo_domain::Label::new("home").unwrap()]).await;
    let conversation = new_conversation(store, &id, "Hello").await;
    let change = put_change(store, new_change(&id, "Added 1")).await;
    let (mine, one) = (id.clone(), session(&id, "t1"));
    write!(store, |tx| {
        tx.message_insert(&mine, conversation, Role::User, "hi", &[], noon()).await?;
        tx.session_insert(&one).await
    })
    .unwrap();
    let turn = new_turn(&id, conversation);
    put_turn(store, &turn).await;
    put_token(store, &token(&id, "Script"), "hash").await.unwrap();
    usage::add(store, &id, date(2026, 3, 11), "tiny", UsageDelta::default()).await.unwrap();
    let (mine, begun) = (id.clone(), turn.id);
    write!(store, |tx| tx.turn_events_append(&mine, begun, 1, &["{}".to_owned()], noon()).await).unwrap();

    let mine = id.clone();
    assert_eq!(write!(store, |tx| tx.user_delete(&mine).await), Ok(true));
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.user_find(&id).await, Ok(None));
    assert_eq!(conn.tasks_all(&id).await, Ok(Vec::new()));
    assert_eq!(conn.conversation_latest(&id).await, Ok(None));
    assert_eq!(conn.messages_all(&id, conversation).await, Ok(Vec::new()));
    assert_eq!(conn.change_find(&id, change).await, Ok(None));
    assert_eq!(conn.change_effects(&id, 1).await, Ok(Vec::new()));
    assert_eq!(conn.sessions_list(&id).await, Ok(Vec::new()));
    assert_eq!(conn.turns_all(&id).await, Ok(Vec::new()));
    assert_eq!(conn.turn_events_after(&id, turn.id, 0, 9).await, Ok(Vec::new()));
    assert_eq!(conn.access_token_by_hash("hash").await, Ok(None));
    assert_eq!(conn.access_tokens_list(&id).await, Ok(Vec::new()));
    assert_eq!(conn.usage_list(&id, Date::MIN, Date::MAX).await, Ok(Vec::new()));
    let mine = id.clone();
    assert_eq!(write!(store, |tx| tx.user_delete(&mine).await), Ok(false));
}
