//! `saydo serve`.

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
    let profile = config.profile.as_str();
    tracing::info!(version = crate::VERSION, profile, %address, "saydo is running at {}", url(address));
    serve(listener, router(AppState::new(app, config)), shutdown).await?;
    store.close().await;
    tracing::info!("saydo has stopped");
    Ok(())
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
