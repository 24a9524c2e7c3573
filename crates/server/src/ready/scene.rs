//! What is looked at: the settings, the database, the metrics of the server, and the server as it is reached.

use std::{sync::Arc, time::Duration};

use reqwest::Method;
use saydo_store::Store;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::OnceCell;

use super::page::Page;
use crate::{
    cli::{
        local_url,
        site::{Site, send},
    },
    config::Config,
    operator,
};

/// How long the server may take with one answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// An installation.
pub(crate) struct Scene {
    pub(crate) config: Config,
    /// The server as it is reached from outside.
    pub(crate) site: Site,
    /// The database, or why it cannot be opened.
    pub(crate) store: Result<Store, String>,
    /// The secret that signs tokens, when it is known.
    pub(crate) secret: Option<SecretString>,
    pub(crate) metrics: Metrics,
    pub(crate) accounts: Accounts,
    first: OnceCell<Result<Page, String>>,
}

/// Whether anybody signs up for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accounts {
    /// Two throw-away people.
    Made,
    /// Nobody: what needs them is not checked.
    Left,
}

/// Where the metrics come from.
#[derive(Clone)]
pub(crate) enum Metrics {
    /// From this very process.
    Own(Arc<dyn Fn() -> String + Send + Sync>),
    /// From the server, at the address and with the token of the settings.
    Asked,
}

impl Scene {
    pub(crate) fn new(config: &Config, site: Site, store: Result<Store, String>, metrics: Metrics) -> Self {
        let (secret, site) = (operator::secret(config), site.for_operator(config));
        Self { config: config.clone(), site, store, secret, metrics, accounts: Accounts::Made, first: OnceCell::new() }
    }

    /// The metrics as they were when this was asked for the first time.
    pub(crate) async fn first_page(&self) -> &Result<Page, String> {
        self.first.get_or_init(|| self.page()).await
    }

    /// The metrics as they are now, or why they cannot be read.
    pub(crate) async fn page(&self) -> Result<Page, String> {
        match &self.metrics {
            Metrics::Own(read) => Ok(Page::parse(&read())),
            Metrics::Asked => asked(&self.config).await,
        }
    }
}

async fn asked(config: &Config) -> Result<Page, String> {
    let metrics = &config.telemetry.metrics;
    let base = match metrics.listen {
        Some(address) => local_url(address),
        None if metrics.token.is_some() => local_url(config.http.listen),
        None => return Err("the metrics are closed".to_owned()),
    };
    let site = Site::new(&base, PATIENCE).map_err(|error| error.to_string())?;
    let request = site.request(Method::GET, "/metrics");
    let request = match &metrics.token {
        Some(token) => request.bearer_auth(token.expose_secret()),
        None => request,
    };
    let answer = send(request).await.map_err(|error| error.to_string())?;
    match answer.status {
        200 => Ok(Page::parse(&answer.text)),
        status => Err(format!("{base}/metrics is answered {status}")),
    }
}
