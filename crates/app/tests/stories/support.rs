//! An app on a real database file, with the clock standing still.

use saydo_app::{
    accounts::{Accounts, AccountsConfig, Throttling},
    counters::Counters,
};

use super::*;

pub(crate) fn now() -> Timestamp {
    "2026-03-11T09:00:00Z".parse().unwrap()
}

pub(crate) async fn open(folder: &Path, now: Timestamp) -> App {
    let store = Store::open(StoreConfig::new(folder.join("saydo.db").to_string_lossy())).await.unwrap();
    store.migrate_up().await.unwrap();
    let clock = Clock::Frozen(now);
    let config = AccountsConfig {
        secret: "a secret of more than thirty-two characters".to_owned().into(),
        trusted_issuers: Vec::new(),
        administrators: Vec::new(),
        token_life: jiff::SignedDuration::from_hours(24),
        throttling: Throttling::Off,
        counters: Counters::in_process(),
        backups: None,
    };
    App::new(store.clone(), clock, Accounts::new(store, clock, config))
}
