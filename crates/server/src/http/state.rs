//! What every handler can reach.

use std::sync::Arc;

use saydo_app::App;

use super::{
    Shutdown, event_stream::OpenStreams, idempotency::Flights, limits::Limits, metrics::MetricsDoor, ready::ReadyDesk,
    uploads::Uploads,
};
use crate::config::{Config, Profile, Proxy, SignUp};

/// Shared by all requests; cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The use cases.
    pub app: App,
    /// How the doors behave.
    pub settings: Arc<HttpSettings>,
    /// How much anybody may ask for.
    pub(super) limits: Arc<Limits>,
    /// Who may read the metrics.
    pub(super) metrics: MetricsDoor,
    /// The list of readiness, and who may see it.
    pub(super) ready: Arc<ReadyDesk>,
    /// Idempotency keys being worked on.
    pub(super) flights: Flights,
    /// Cancelled when the server was asked to stop, and may go on for a while: nobody new should be sent here.
    pub(super) leaving: Shutdown,
    /// Cancelled when the server stops: open streams must end then.
    pub(super) stopping: Shutdown,
    /// The event streams that are open.
    pub(super) streams: OpenStreams,
    /// The files that are being imported.
    pub(super) uploads: Uploads,
}

/// How the doors behave.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// How careful they are.
    pub profile: Profile,
    /// Whether a proxy in front is believed.
    pub proxy: Proxy,
    /// Origins of other sites that may call the API from a browser.
    pub cors_origins: Vec<String>,
    /// Whether only this machine can connect.
    pub local_only: bool,
    /// Who may make an account.
    pub sign_up: SignUp,
}

impl AppState {
    /// Puts the state together.
    #[must_use]
    pub fn new(app: App, config: &Config) -> Self {
        let settings = HttpSettings {
            profile: config.profile,
            proxy: config.http.proxy,
            cors_origins: config.http.cors_origins.clone(),
            local_only: config.http.listen.ip().is_loopback(),
            sign_up: config.auth.sign_up,
        };
        let limits = Limits::new(&config.limits, app.accounts.counters());
        Self {
            app,
            settings: Arc::new(settings),
            limits: Arc::new(limits),
            metrics: MetricsDoor::new(config),
            ready: Arc::new(ReadyDesk::new(config)),
            flights: Flights::default(),
            leaving: Shutdown::new(),
            stopping: Shutdown::new(),
            streams: OpenStreams::default(),
            uploads: Uploads::default(),
        }
    }

    /// The same for a server that is not ready any more with the first of these tokens, and stops with the second.
    #[must_use]
    pub fn stopping_with(self, leaving: Shutdown, stopping: Shutdown) -> Self {
        Self { leaving, stopping, ..self }
    }
}
