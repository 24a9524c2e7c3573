//! The last list of readiness that was made.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use super::{error::ApiResult, metrics, problem::Problem, state::AppState};
use crate::{
    cli::{local_url, site::Site},
    config::Config,
    ready::{End, Metrics, Report, Scene, evaluate},
};

/// A list as old as this is shown again: making one signs two people up.
const FRESH: Duration = Duration::from_mins(1);
/// How long the server may take with one answer to itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes the list for administrators, one at a time.
#[derive(Debug)]
pub(super) struct ReadyDesk {
    config: Config,
    last: Mutex<Option<(Instant, Arc<Report>)>>,
}

impl ReadyDesk {
    pub(super) fn new(config: &Config) -> Self {
        Self { config: config.clone(), last: Mutex::default() }
    }
}

/// The list, a minute old at most.
pub(super) async fn report(state: &AppState) -> ApiResult<Arc<Report>> {
    let state = state.clone();
    // On a task of its own: whoever asked may go away, and the people who signed up must be erased all the same.
    let made = tokio::spawn(async move {
        let mut last = state.ready.last.lock().await;
        if let Some((_, report)) = last.as_ref().filter(|(made, _)| made.elapsed() < FRESH) {
            return Ok(Arc::clone(report));
        }
        let report = Arc::new(Box::pin(make(&state)).await?);
        *last = Some((Instant::now(), Arc::clone(&report)));
        Ok(report)
    });
    made.await.unwrap_or_else(|error| Err(Problem::internal(error.to_string()).into()))
}

async fn make(state: &AppState) -> ApiResult<Report> {
    let config = &state.ready.config;
    let base = config.ready.public_url.clone().unwrap_or_else(|| local_url(config.http.listen));
    let site = Site::new(&base, PATIENCE).map_err(|error| Problem::internal(error.to_string()))?;
    let own = state.clone();
    // The disks have rows of their own.
    let metrics = Metrics::Own(Arc::new(move || metrics::text(&own, Vec::new())));
    let scene = Scene::new(config, site, Ok(state.app.store.clone()), metrics);
    Ok(Box::pin(evaluate(&scene, &|_| (), &End::never())).await)
}
