//! Hearing what other processes tell, by PostgreSQL's LISTEN, on a connection of its own.
//!
//! Whether notices really arrive is tried out, not assumed: the process tells itself something and waits for it. That
//! finds a connection that has died without a word.

use std::{borrow::Cow, sync::Arc, time::Duration};

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use uuid::Uuid;

use super::{Bells, Hearing, WeakBells, herald, ring::Notice};
use crate::{classify::classify, engine::Engine};

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

/// What PgBouncer says to a parameter it does not know (`protocol_violation`).
const REFUSED_NAME: &str = "08P01";

/// Why listening ended.
enum End {
    /// The connection was lost.
    Lost,
    /// There is no session of its own, or it delivers nothing.
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
            Err(end) => end,
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
                        "PostgreSQL's notices cannot arrive, as behind PgBouncer: looking every second instead; set \
                         SAYDO_LISTEN_DATABASE_URL to an address without it"
                    );
                }
                rung.set_hearing(Hearing::Polling);
                drop(rung);
                poll(&bells).await;
            }
        }
    }
}

/// Connects and listens, but only on a session that is nobody else's. Behind a PgBouncer in transaction mode LISTEN
/// would make others' statements fail: they get notices they did not ask for. So the session is given a name as it
/// begins; a PgBouncer refuses that, or its sessions do not have it.
async fn connect(options: &PgConnectOptions) -> Result<PgListener, End> {
    const OWN: &str = "SELECT COALESCE(current_setting('saydo.listener', TRUE), '')";
    let name = Uuid::new_v4().simple().to_string();
    let options = options.clone().options([("saydo.listener", name.as_str())]);
    // Of its own, for one connection that is never tested, aged or lent.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ECHO).idle_timeout(None).max_lifetime(None);
    let listening = async {
        let mut listener = PgListener::connect_with(&pool.connect_lazy_with(options)).await?;
        listener.eager_reconnect(false);
        listener.ignore_pool_close_event(true);
        let found: String = sqlx::query_scalar(OWN).persistent(false).fetch_one(&mut listener).await?;
        if found != name {
            return Ok::<_, sqlx::Error>(None);
        }
        listener.listen(herald::CHANNEL).await?;
        Ok(Some(listener))
    };
    match timeout(ECHO, listening).await {
        Ok(Ok(listener)) => listener.ok_or(End::Deaf),
        Ok(Err(error)) => {
            let code = error.as_database_error().and_then(|error| error.code().map(Cow::into_owned));
            tracing::debug!(error = %classify(&error), "cannot listen to the database");
            Err(if code.as_deref() == Some(REFUSED_NAME) { End::Deaf } else { End::Lost })
        }
        Err(_) => Err(End::Lost),
    }
}

/// Passes on what is heard until the connection is lost or found to be deaf.
async fn hear(weak: &WeakBells, engine: &Arc<Engine>, listener: &mut PgListener) -> End {
    let mut safety = interval(SAFETY_LOOK);
    let mut trial = interval(TRY_OUT);
    safety.set_missed_tick_behavior(MissedTickBehavior::Delay);
    trial.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let name = Uuid::new_v4().simple().to_string();
    let (sent, mut was_sent) = mpsc::channel(1);
    let (mut heard_once, mut last_heard) = (false, None);
    let mut awaited: Option<Instant> = None;
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
                // By itself: it may have to wait for a connection, and there may be something to hear meanwhile.
                let (engine, echo, sent, since) =
                    (Arc::clone(engine), Notice::Echo(name.clone()), sent.clone(), Instant::now());
                tokio::spawn(async move {
                    // A database that is away says so on the connection itself.
                    if herald::notify(&engine, &echo).await.is_ok() {
                        let _ = sent.send(since).await;
                    }
                });
                continue;
            }
            Some(since) = was_sent.recv() => {
                // It may have been heard before this.
                if last_heard.is_none_or(|last| last < since) {
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
        (awaited, last_heard) = (None, Some(Instant::now()));
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
