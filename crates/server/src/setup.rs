//! Wiring: from a configuration to the use cases.

use std::{path::Path, time::Duration};

use saydo_app::{
    App,
    accounts::{Accounts, AccountsConfig, Throttling},
    audit::{self, AuditKind},
    counters::{AddressError, Counters},
    llm::{Models, ProviderError},
    voice::{Voice, VoiceConfigError},
};
use saydo_store::{
    SchemaState, Store, StoreConfig, StoreError,
    backup::{BackupError, Backups, DataLock},
    copy::Place,
};
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokio::time::Instant;

use crate::{
    config::{Config, DatabasePlace, Migrate, SecretError, load_or_make_secret},
    erased,
};

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The database.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The server lets nobody else in: its limit, or the role's or the database's, is used up.
    #[error(
        "no connection to the database is to be had within {} s: others hold all that max_connections, or the CONNECTION \
         LIMIT of the role or the database, allows; see docs/POSTGRESQL.md",
        .0.as_secs()
    )]
    NoConnection(Duration),
    /// The data is being restored.
    #[error("{0}")]
    Data(#[from] BackupError),
    /// The secret in the data folder.
    #[error("secret: {0}")]
    Secret(#[from] SecretError),
    /// The schema is older than this program, and it may not bring it up to date by itself.
    #[error("the database needs a newer schema: run `saydo migrate up`")]
    SchemaTooOld,
    /// Redis.
    #[error("REDIS_URL: {0}")]
    Redis(#[from] AddressError),
    /// The language models.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Models(Vec<ProviderError>),
    /// The speech server.
    #[error("{0}")]
    Voice(#[from] VoiceConfigError),
    /// Files and sockets.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Says that the data is in use, for as long as the lock is kept: nobody restores a backup over it then.
///
/// # Errors
/// While a backup is being restored.
pub fn hold_data(config: &Config) -> Result<Option<DataLock>, SetupError> {
    // A server has locks of its own.
    let Some(path) = config.database.place.sqlite_path() else { return Ok(None) };
    make_folder(path)?;
    match DataLock::shared(path) {
        Ok(lock) => Ok(Some(lock)),
        Err(error @ BackupError::Restoring(_)) => Err(error.into()),
        Err(error) => {
            // Not every disk has locks, and one that is full can still be read from.
            tracing::warn!(%error, "the data cannot be locked: never restore a backup while this runs");
            Ok(None)
        }
    }
}

/// Makes the folder of a file.
fn make_folder(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)
}

/// Where the database is, for backups and copies.
#[must_use]
pub fn place(config: &Config) -> Place {
    match &config.database.place {
        DatabasePlace::Sqlite { path } => Place::Sqlite(path.clone()),
        DatabasePlace::Postgres { .. } => Place::Postgres(store_config(config)),
    }
}

/// How long a database server may take to come up: it is often started together with Saydo.
const START: Duration = Duration::from_secs(30);

/// Opens the database, without looking at its schema. A server that is not up yet is waited for.
///
/// # Errors
/// When it cannot be opened.
pub async fn open_store(config: &Config) -> Result<Store, SetupError> {
    let place = &config.database.place;
    let give_up = Instant::now() + START;
    loop {
        match open_store_once(config).await {
            Err(SetupError::Store(error @ StoreError::Unavailable(_)))
                if place.sqlite_path().is_none() && Instant::now() < give_up =>
            {
                let left = give_up.duration_since(Instant::now()).as_secs();
                tracing::warn!(%place, %error, "the database is not there yet; waiting for it, {left} s at most");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            opened => return opened,
        }
    }
}

/// Opens the database, without looking at its schema and without waiting for a server.
///
/// # Errors
/// When it cannot be opened.
pub(crate) async fn open_store_once(config: &Config) -> Result<Store, SetupError> {
    if let Some(path) = config.database.place.sqlite_path() {
        make_folder(path)?;
    }
    match Store::open(store_config(config)).await {
        Err(StoreError::Busy) if config.database.place.sqlite_path().is_none() => {
            Err(SetupError::NoConnection(config.database.pool_timeout))
        }
        opened => Ok(opened?),
    }
}

fn store_config(config: &Config) -> StoreConfig {
    let database = &config.database;
    let limited = config.limits.throttling == Throttling::On;
    StoreConfig {
        changes_per_day: limited.then_some(config.limits.changes_per_day),
        read_connections: database.pool_size,
        pool_size: database.pool_size,
        max_overflow: database.max_overflow,
        acquire_timeout: database.pool_timeout,
        listen_url: database.listen.as_ref().map(|place| place.for_store().expose_secret().to_owned()),
        ..StoreConfig::new(database.place.for_store().expose_secret())
    }
}

/// Opens the database with a schema this program knows, and puts the use cases together.
///
/// # Errors
/// When the database or the secret cannot be used.
pub async fn open_app(config: &Config) -> Result<App, SetupError> {
    let store = open_store(config).await?;
    match store.check_schema().await? {
        SchemaState::Current => {}
        _ if config.database.migrate == Migrate::OnStart => {
            let steps = store.migrate_up().await?;
            tracing::info!(steps, "the database schema was brought up to date");
            audit::of_installation(
                &store,
                config.clock,
                AuditKind::Migrated,
                json!({"direction": "up", "steps": steps}),
            )
            .await?;
        }
        _ => return Err(SetupError::SchemaTooOld),
    }
    let secret = match &config.auth.secret {
        Some(secret) => secret.clone(),
        None => {
            let (secret, made) = load_or_make_secret(&config.data_dir)?;
            if made {
                let path = config.data_dir.join("secret");
                tracing::info!(path = %path.display(), "made a secret for signing tokens; it is kept there");
            }
            secret
        }
    };
    let counters = match &config.limits.redis_url {
        Some(url) => Counters::in_redis(url, &secret, config.limits.redis_timeout)?,
        None => Counters::in_process(),
    };
    let backups = Backups::new(&config.backup.folder);
    erased::note_beside(&store, &backups).await?;
    erased::erase_again(&store, &backups, config.clock).await?;
    let accounts = AccountsConfig {
        counters,
        secret,
        trusted_issuers: config.auth.trusted_issuers.clone(),
        administrators: config.ready.admins.clone(),
        token_life: config.auth.token_life,
        throttling: config.limits.throttling,
        backups: Some(backups),
    };
    let accounts = Accounts::new(store.clone(), config.clock, accounts);
    let app = App::new(store, config.clock, accounts).with_retention(config.retention);
    let app = app.with_models(Models::new(&config.model.models).map_err(SetupError::Models)?, config.model.planner);
    Ok(if config.voice.is_on() { app.with_voice(Voice::new(&config.voice)?) } else { app })
}
