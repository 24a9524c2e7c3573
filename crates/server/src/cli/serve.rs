//! `saydo serve`.

use std::time::Duration;

use saydo_app::{
    App,
    accounts::administrators::{Standing, standing},
    audit::AuditKind,
};
use saydo_domain::Email;
use serde_json::json;
use tokio::net::TcpListener;

use super::{CliError, backup, interrupt::interrupted, recurring};
use crate::{
    config::Config,
    http::{AppState, Shutdown, metrics_router, router, serve},
    setup, telemetry,
};

pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    let app = setup::open_app(config).await?;
    let (store, turns) = (app.store.clone(), app.turns.clone());
    let listener = TcpListener::bind(config.http.listen)
        .await
        .map_err(|error| CliError::Refused(format!("cannot listen on {}: {error}", config.http.listen)))?;
    let address = listener.local_addr()?;
    let mut config = config.clone();
    // Where it really is: it asks itself whether it is ready.
    config.http.listen = address;
    let config = &config;
    let metrics = metrics_listener(config).await?;
    // From the start: that notices do not arrive is said now, not when the first person looks.
    app.store.listen();
    let (leaving, shutdown) = (Shutdown::new(), Shutdown::new());
    tokio::spawn(end_on_signal(leaving.clone(), shutdown.clone(), config.http.stop_delay));
    tokio::spawn(recurring::run(app.clone(), shutdown.clone()));
    tokio::spawn(backup::scheduled(app.clone(), config.clone(), shutdown.clone()));
    tokio::spawn(backup::watched(config.clone(), shutdown.clone()));
    tokio::spawn(keep_metrics_small(shutdown.clone()));
    let profile = config.profile.as_str();
    let audit = app.accounts.audit().clone();
    audit.note(AuditKind::ServerStarted, None, json!({"version": crate::VERSION, "profile": profile}));
    tracing::info!(version = crate::VERSION, profile, %address, "saydo is running at {}", url(address));
    tracing::info!("{}", config.limits.counted());
    tell_of_administrators(&app, &config.ready.admins).await;
    let state = AppState::new(app, config).stopping_with(leaving, shutdown.clone());
    if let Some(listener) = metrics {
        tokio::spawn(serve(listener, metrics_router(state.clone()), shutdown.clone()));
    }
    let last_turns = async {
        shutdown.cancelled().await;
        turns.shut_down(LAST_TURNS).await;
    };
    let (served, ()) = tokio::join!(serve(listener, router(state), shutdown.clone()), last_turns);
    served?;
    audit.settle().await;
    store.close().await;
    tracing::info!("saydo has stopped");
    Ok(())
}

/// Says what is left to do before those who are named administrate. The log has no e-mails.
async fn tell_of_administrators(app: &App, named: &[Email]) {
    let (mut missing, mut doubtful) = (0_u32, 0_u32);
    for email in named {
        match standing(&app.store, email).await {
            Ok(Standing::Administrates) => {}
            Ok(Standing::NoAccount) => missing += 1,
            Ok(Standing::NotVouched) => doubtful += 1,
            Err(error) => return tracing::warn!(%error, "it is not known who administrates"),
        }
    }
    if missing > 0 {
        tracing::warn!(missing, "SAYDO_ADMINS names e-mails without an account: saydo user create EMAIL");
    }
    if doubtful > 0 {
        tracing::warn!(doubtful, "SAYDO_ADMINS names accounts nobody vouched for: saydo user vouch EMAIL");
    }
}

/// Where the metrics are served, if they have an address of their own.
async fn metrics_listener(config: &Config) -> Result<Option<TcpListener>, CliError> {
    let Some(wanted) = config.telemetry.metrics.listen else { return Ok(None) };
    let listener = TcpListener::bind(wanted)
        .await
        .map_err(|error| CliError::Refused(format!("cannot serve metrics on {wanted}: {error}")))?;
    tracing::info!(metrics = %listener.local_addr()?, "metrics are served at /metrics of an address of their own");
    Ok(Some(listener))
}

/// How often what was measured is put together when nobody asks for it.
const UPKEEP: Duration = Duration::from_secs(10);

async fn keep_metrics_small(shutdown: Shutdown) {
    let mut every = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = every.tick() => telemetry::metrics::keep_up(),
        }
    }
}

/// How long turns may take to their end when the server stops. The rest is told so, and all of it must be over before
/// connections are cut off.
const LAST_TURNS: Duration = Duration::from_secs(6);
/// The address as people type it.
fn url(address: std::net::SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

/// Lets the server end when it is asked to: at once, or after the delay. A second time means at once.
async fn end_on_signal(leaving: Shutdown, shutdown: Shutdown, delay: Duration) {
    interrupted().await;
    leaving.cancel();
    if !delay.is_zero() {
        tracing::info!(seconds = delay.as_secs(), "stopping soon: not ready any more");
        drop(tokio::time::timeout(delay, interrupted()).await);
    }
    tracing::info!("stopping: running requests may end");
    shutdown.cancel();
}
