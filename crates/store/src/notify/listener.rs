//! Hearing what other processes tell, by PostgreSQL's LISTEN, on a connection of its own.
//!
//! Whether notices really arrive is tried out, not assumed: the process tells itself something and waits for it. That
//! finds a PgBouncer in transaction mode, which takes LISTEN and delivers nothing, as well as a connection that has
//! died without a word.

use std::{sync::Arc, time::Duration};

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use uuid::Uuid;

use super::{Bells, Hearing, WeakBells, herald, ring::Notice};
use crate::{StoreError, classify::classify, engine::Engine};

/// How often everybody looks though notices arrive: one may have been lost with the process that was to send it.
const SAFETY_LOOK: Duration = Duration::from_secs(10);
/// How often everybody looks when notices do not arrive.
const POLL: Duration = Duration::from_secs(1);
/// How long a process may take to hear itself.
const ECHO: Duration = Duration::from_secs(5);
/// How often it is tried whether notices still arrive.
const TRY_OUT: Duration = Duration::from_secs(15);
/// How long to poll until it is tried anew whether notices arrive.
const POLL_FOR: Duration = Duration::from_mins(1);
/// Waits between tries to connect.
const BACKOFF: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(250), Duration::from_millis(500), Duration::from_secs(1)];

/// Why listening ended.
enum End {
    /// The connection was lost.
    Lost,
    /// The connection takes everything and delivers nothing.
    Deaf,
    /// The store is gone.
    Over,
}

/// Listens for as long as the store is there.
pub(crate) async fn listen(bells: WeakBells, engine: Arc<Engine>, options: PgConnectOptions) {
    let mut tries = 0;
    while bells.upgrade().is_some() {
        let end = match connect(&options).await {
            Ok(mut listener) => {
                tries = 0;
                hear(&bells, &engine, &mut listener).await
            }
            Err(error) => {
                tracing::debug!(%error, "cannot listen to the database");
                End::Lost
            }
        };
        let Some(rung) = bells.upgrade() else { return };
        match end {
            End::Over => return,
            End::Lost => {
                rung.set_hearing(Hearing::Not);
                rung.ring_all();
                drop(rung);
                tokio::time::sleep(BACKOFF[tries.min(BACKOFF.len() - 1)]).await;
                tries += 1;
            }
            End::Deaf => {
                if rung.hearing() != Hearing::Polling {
                    tracing::warn!(
                        "PostgreSQL's notices do not arrive, as behind PgBouncer in transaction mode: looking every \
                         second instead; set SAYDO_LISTEN_DATABASE_URL to an address without it"
                    );
                }
                rung.set_hearing(Hearing::Polling);
                drop(rung);
                poll(&bells).await;
            }
        }
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgListener, StoreError> {
    // Of its own, for one connection that is never tested, aged or lent.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ECHO).idle_timeout(None).max_lifetime(None);
    let pool = pool.connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await.map_err(|error| classify(&error))?;
    listener.eager_reconnect(false);
    listener.ignore_pool_close_event(true);
    timeout(ECHO, listener.listen(herald::CHANNEL))
        .await
        .map_err(|_| StoreError::Unavailable("LISTEN was not answered".to_owned()))?
        .map_err(|error| classify(&error))?;
    Ok(listener)
}

/// Passes on what is heard until the connection is lost or found to be deaf.
async fn hear(weak: &WeakBells, engine: &Engine, listener: &mut PgListener) -> End {
    let mut safety = interval(SAFETY_LOOK);
    let mut trial = interval(TRY_OUT);
    safety.set_missed_tick_behavior(MissedTickBehavior::Delay);
    trial.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let name = Uuid::new_v4().simple().to_string();
    let (mut heard_once, mut awaited): (bool, Option<Instant>) = (false, None);
    loop {
        let deadline = awaited.unwrap_or_else(|| Instant::now() + TRY_OUT);
        let heard = tokio::select! {
            // The first tick comes at once: notices sent while nobody listened are lost.
            _ = safety.tick() => {
                let Some(bells) = weak.upgrade() else { return End::Over };
                bells.ring_all();
                continue;
            }
            _ = trial.tick() => {
                // A database that is away says so on the connection itself.
                if herald::notify(engine, &Notice::Echo(name.clone())).await.is_ok() {
                    awaited.get_or_insert_with(|| Instant::now() + ECHO);
                }
                continue;
            }
            () = tokio::time::sleep_until(deadline), if awaited.is_some() => {
                return if heard_once { End::Lost } else { End::Deaf };
            }
            heard = listener.try_recv() => heard,
        };
        let Some(bells) = weak.upgrade() else { return End::Over };
        let Ok(Some(notice)) = heard else { return End::Lost };
        awaited = None;
        if !heard_once {
            heard_once = true;
            if bells.hearing() != Hearing::Listening {
                tracing::info!("listening to PostgreSQL: changes made elsewhere are seen at once");
            }
            bells.set_hearing(Hearing::Listening);
        }
        pass_on(&bells, notice.payload());
    }
}

fn pass_on(bells: &Bells, payload: &str) {
    match Notice::parse(payload) {
        Notice::These(rings) => bells.ring_here(rings.iter()),
        Notice::All => bells.ring_all(),
        Notice::Echo(_) => {}
    }
}

async fn poll(bells: &WeakBells) {
    let until = Instant::now() + POLL_FOR;
    while Instant::now() < until {
        let Some(bells) = bells.upgrade() else { return };
        bells.ring_all();
        drop(bells);
        tokio::time::sleep(POLL).await;
    }
}
