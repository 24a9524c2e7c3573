//! The chain of providers: the first that answers, with breakers, retries and one deadline.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{Instrument as _, Span};

use super::breaker::{Breaker, Leave};
use super::client::HttpModel;
use super::http::{ProviderError, shared_client};
use super::retry::{Situation, is_provider_fault, pause};
use super::{
    ModelClient, ModelError, ModelEvent, ModelName, ModelRequest, ModelStream, ModelsConfig, Phase, Price, TurnLimits,
};
use crate::figures;

/// All configured models. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Models {
    providers: Arc<[Arc<Provider>]>,
    retries: u32,
    limits: TurnLimits,
}

/// One provider of the chain.
struct Provider {
    name: String,
    model: ModelName,
    client: Arc<dyn ModelClient>,
    price: Price,
    breaker: Mutex<Breaker>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Provider").field("name", &self.name).field("model", &self.model).finish_non_exhaustive()
    }
}

impl Provider {
    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        // Each change is a single assignment: there is nothing half done to be afraid of.
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request's leave from a provider's breaker; tells it how the request ended, also when it is dropped.
struct Attempt {
    provider: Arc<Provider>,
    leave: Leave,
    is_told: bool,
    is_measured: bool,
    began: Instant,
}

impl Attempt {
    fn begin(provider: &Arc<Provider>) -> Option<Self> {
        let leave = provider.breaker().ask(Instant::now())?;
        Some(Self { provider: Arc::clone(provider), leave, is_told: false, is_measured: false, began: Instant::now() })
    }

    fn succeeded(&mut self) {
        self.is_told = true;
        self.provider.breaker().succeeded();
        self.measure("ok");
    }

    fn measure(&mut self, outcome: &'static str) {
        let Provider { name, model, .. } = &*self.provider;
        figures::model_request(name, model, outcome, self.began.elapsed());
        figures::breaker(name, self.provider.breaker().is_open());
        self.is_measured = true;
    }

    fn failed(&mut self, error: &ModelError) {
        tracing::warn!(provider = %self.provider.name, model = %self.provider.model, %error, "model request failed");
        if is_provider_fault(error) {
            self.is_told = true;
            self.provider.breaker().failed(self.leave, Instant::now());
        }
        self.measure(error.kind());
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.is_told {
            self.provider.breaker().ended(self.leave, Instant::now());
        }
        if !self.is_measured {
            self.measure("left");
        }
    }
}

impl Models {
    /// Reads the configuration.
    ///
    /// # Errors
    /// All providers that cannot be used as configured.
    pub fn new(config: &ModelsConfig) -> Result<Self, Vec<ProviderError>> {
        if config.providers.is_empty() {
            return Ok(Self::none());
        }
        let http = shared_client(config).map_err(|error| vec![error])?;
        let mut providers = Vec::new();
        let mut mistakes = Vec::new();
        for provider in &config.providers {
            match HttpModel::new(http.clone(), provider, config) {
                Ok(client) => providers.push(Arc::new(Provider {
                    name: provider.name.clone(),
                    model: provider.model.as_str().into(),
                    client: Arc::new(client),
                    price: provider.price,
                    breaker: Mutex::default(),
                })),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        for provider in &config.providers {
            figures::begin_model(&provider.name, &provider.model);
        }
        if mistakes.is_empty() {
            Ok(Self { providers: providers.into(), retries: config.retries, limits: config.turn })
        } else {
            Err(mistakes)
        }
    }

    /// No model at all: the offline engine alone answers.
    #[must_use]
    pub fn none() -> Self {
        Self { providers: Arc::new([]), retries: 0, limits: TurnLimits::default() }
    }

    /// Whether there is any model to ask.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        !self.providers.is_empty()
    }

    /// The names of the models, in the order they are asked.
    pub fn names(&self) -> impl Iterator<Item = &ModelName> {
        self.providers.iter().map(|provider| &provider.model)
    }

    /// The limits of a turn and of a user's day.
    #[must_use]
    pub const fn limits(&self) -> TurnLimits {
        self.limits
    }

    /// What a model costs; nothing if it is unknown.
    #[must_use]
    pub fn price(&self, model: &str) -> Price {
        self.providers
            .iter()
            .find(|provider| &*provider.model == model)
            .map_or_else(Price::default, |found| found.price)
    }

    /// Asks the first provider that answers. Once it has begun to, its answer is the answer: nothing is asked again.
    ///
    /// The stream ends with [`Phase::Turn`] at the deadline.
    ///
    /// # Errors
    /// What the last provider asked said, if none answers before the deadline.
    pub async fn stream(
        &self,
        request: ModelRequest,
        deadline: Instant,
    ) -> Result<(ModelName, ModelStream), ModelError> {
        let mut last = ModelError::Unavailable;
        for (at, provider) in self.providers.iter().enumerate() {
            let has_other = at + 1 < self.providers.len();
            match timeout_at(deadline, self.ask(provider, &request, deadline, has_other)).await {
                Err(_) => return Err(ModelError::Timeout(Phase::Turn)),
                Ok(Ok(stream)) => return Ok((provider.model.clone(), stream)),
                Ok(Err(ModelError::Unavailable)) => {}
                Ok(Err(error)) => last = error,
            }
        }
        Err(last)
    }

    /// Asks one provider, again if that may help.
    async fn ask(
        &self,
        provider: &Arc<Provider>,
        request: &ModelRequest,
        deadline: Instant,
        has_other: bool,
    ) -> Result<ModelStream, ModelError> {
        let mut last = ModelError::Unavailable;
        for attempt in 0..=self.retries {
            let Some(mut leave) = Attempt::begin(provider) else { return Err(last) };
            let span =
                tracing::info_span!("model_request", provider = %provider.name, model = %provider.model, attempt);
            let error = match begin(&*provider.client, request.clone()).instrument(span.clone()).await {
                Ok((first, rest)) => return Ok(watch(first, rest, leave, deadline, span)),
                Err(error) => error,
            };
            leave.failed(&error);
            drop(leave);
            let remaining = deadline.saturating_duration_since(Instant::now());
            let situation =
                Situation { attempt, retries: self.retries, remaining, has_other, chance: rand::random::<f64>() };
            let Some(wait) = pause(&error, &situation) else { return Err(error) };
            last = error;
            sleep(wait).await;
        }
        Err(last)
    }
}

/// Sends a request and waits for the first event of its answer: until then another provider can still take over.
async fn begin(client: &dyn ModelClient, request: ModelRequest) -> Result<(ModelEvent, ModelStream), ModelError> {
    let mut stream = client.stream(request).await?;
    let first = stream.next().await.unwrap_or(Err(ModelError::Truncated))?;
    Ok((first, stream))
}

/// An answer with its deadline, that tells the breaker how it ended.
fn watch(first: ModelEvent, rest: ModelStream, attempt: Attempt, deadline: Instant, span: Span) -> ModelStream {
    let all = stream::once(async move { Ok(first) }).chain(rest);
    // The span ends with the answer.
    let state = Some((Box::pin(all), (attempt, span)));
    Box::pin(stream::unfold(state, move |state| async move {
        let (mut all, (mut attempt, span)) = state?;
        let event = timeout_at(deadline, all.next())
            .await
            .unwrap_or(Some(Err(ModelError::Timeout(Phase::Turn))))
            .unwrap_or(Err(ModelError::Truncated));
        let state = match &event {
            Ok(ModelEvent::End(_)) => {
                attempt.succeeded();
                None
            }
            Err(error) => {
                attempt.failed(error);
                None
            }
            Ok(_) => Some((all, (attempt, span))),
        };
        Some((event, state))
    }))
}
