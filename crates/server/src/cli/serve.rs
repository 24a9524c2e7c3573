//! `saydo serve`.

use std::time::Duration;

use saydo_app::sweep::Swept;
use tokio::net::TcpListener;

use super::CliError;
use crate::{
    config::Config,
    http::{AppState, Shutdown, router, serve},
    setup,
};

pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    let app = setup::open_app(config).await?;
    let store = app.store.clone();
    let listener = TcpListener::bind(config.http.listen)
        .await
        .map_err(|error| CliError::Refused(format!("cannot listen on {}: {error}", config.http.listen)))?;
    let address = listener.local_addr()?;
    let shutdown = Shutdown::new();
    tokio::spawn(end_on_signal(shutdown.clone()));
    tokio::spawn(sweep(app.clone(), shutdown.clone()));
    let profile = config.profile.as_str();
    tracing::info!(version = crate::VERSION, profile, %address, "saydo is running at {}", url(address));
    let state = AppState::new(app, config).stopping_with(shutdown.clone());
    serve(listener, router(state), shutdown).await?;
    store.close().await;
    tracing::info!("saydo has stopped");
    Ok(())
}

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
