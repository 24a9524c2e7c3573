//! `saydo serve`.

use std::time::Duration;

use saydo_app::sweep::Swept;
use tokio::net::TcpListener;

use super::{CliError, backup};
use crate::{
    assets,
    config::Config,
    http::{AppState, Shutdown, router, serve},
    setup,
};

pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    let app = setup::open_app(config).await?;
    let (store, turns) = (app.store.clone(), app.turns.clone());
    let listener = TcpListener::bind(config.http.listen)
        .await
        .map_err(|error| CliError::Refused(format!("cannot listen on {}: {error}", config.http.listen)))?;
    let address = listener.local_addr()?;
    let shutdown = Shutdown::new();
    tokio::spawn(end_on_signal(shutdown.clone()));
    tokio::spawn(sweep(app.clone(), shutdown.clone()));
    tokio::spawn(assets::prepare());
    tokio::spawn(clear_stale(app.clone(), shutdown.clone()));
    tokio::spawn(backup::scheduled(config.clone(), shutdown.clone()));
    let profile = config.profile.as_str();
    tracing::info!(version = crate::VERSION, profile, %address, "saydo is running at {}", url(address));
    let state = AppState::new(app, config).stopping_with(shutdown.clone());
    let last_turns = async {
        shutdown.cancelled().await;
        turns.shut_down(LAST_TURNS).await;
    };
    let (served, ()) = tokio::join!(serve(listener, router(state), shutdown.clone()), last_turns);
    served?;
    store.close().await;
    tracing::info!("saydo has stopped");
    Ok(())
}

/// How long turns may take to their end when the server stops. The rest is told so, and all of it must be over before
/// connections are cut off.
const LAST_TURNS: Duration = Duration::from_secs(6);
/// How often what has had its time is removed.
const SWEEP: Duration = Duration::from_hours(1);

/// Removes what has had its time, at the start and every hour.
async fn sweep(app: saydo_app::App, shutdown: Shutdown) {
    let mut every = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = every.tick() => {}
        }
        match app.sweep().await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(Swept { tasks, answers, tokens, turns }) => {
                tracing::info!(tasks, answers, tokens, turns, "removed what had expired");
            }
            Err(_) if shutdown.is_cancelled() => return,
            Err(error) => tracing::warn!(%error, "could not remove what had expired; it is tried again in an hour"),
        }
    }
}

/// How often turns are looked for whose server vanished.
const STALE: Duration = Duration::from_mins(1);

/// Declares turns interrupted that nobody runs any more. More often than the rest: somebody waits for them.
async fn clear_stale(app: saydo_app::App, shutdown: Shutdown) {
    let mut every = tokio::time::interval(STALE);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = every.tick() => {}
        }
        match app.turns_clear_stale().await {
            Ok(0) => {}
            Ok(turns) => tracing::warn!(turns, "turns were cut off, their servers are gone"),
            Err(_) if shutdown.is_cancelled() => return,
            Err(error) => tracing::warn!(%error, "could not look for turns that were cut off"),
        }
    }
}

/// The address as people type it.
fn url(address: std::net::SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

async fn end_on_signal(shutdown: Shutdown) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = tokio::signal::ctrl_c() => {}
                }
            }
            Err(_) => drop(tokio::signal::ctrl_c().await),
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
    tracing::info!("stopping: running requests may end");
    shutdown.cancel();
}
