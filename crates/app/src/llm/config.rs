//! Which providers are asked, in which order, and within which limits.

use std::time::Duration;

use secrecy::SecretString;

use super::Usage;

/// The chain of providers and its limits.
#[derive(Debug, Clone)]
pub struct ModelsConfig {
    /// Asked in this order. Empty means that no model is configured.
    pub providers: Vec<ProviderConfig>,
    /// Longest time to connect.
    pub connect_timeout: Duration,
    /// Longest wait from the request to the first byte of the answer.
    pub first_byte_timeout: Duration,
    /// Longest wait between two bytes of the answer.
    pub idle_timeout: Duration,
    /// How often one provider is asked again for one request.
    pub retries: u32,
    /// The limits of a turn, enforced by the planner.
    pub turn: TurnLimits,
}

/// How much one turn, and one user on one day, may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnLimits {
    /// Longest time for the whole turn.
    pub timeout: Duration,
    /// Most requests to a model.
    pub max_rounds: u32,
    /// Most tool calls.
    pub max_calls: u32,
    /// Most tokens, input and output together.
    pub tokens_per_turn: u64,
    /// Most tokens of a user on one day (UTC).
    pub tokens_per_day: u64,
}

impl Default for TurnLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            max_rounds: 8,
            max_calls: 20,
            tokens_per_turn: 60_000,
            tokens_per_day: 1_000_000,
        }
    }
}

impl Default for ModelsConfig {
    fn default() -> Self {
        Self {
            providers: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            first_byte_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(20),
            retries: 2,
            turn: TurnLimits::default(),
        }
    }
}

/// The wire format a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// OpenAI's Chat Completions, which nearly every server speaks.
    ChatCompletions,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's Gemini.
    Gemini,
    /// Ollama, by its Chat Completions door.
    Ollama,
}

/// One model at one provider.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// What logs and the operator call it.
    pub name: String,
    /// Its wire format.
    pub kind: ProviderKind,
    /// Where its API begins (`https://host/v1`); the provider's own address if absent.
    pub base_url: Option<String>,
    /// The key, if it needs one.
    pub api_key: Option<SecretString>,
    /// The model's name.
    pub model: String,
    /// What its tokens cost.
    pub price: Price,
}

/// Prices per million tokens, in the operator's currency unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Price {
    /// Of the input.
    pub input: f64,
    /// Of the input that came from the provider's cache.
    pub cached: f64,
    /// Of the output.
    pub output: f64,
}

impl Price {
    /// The cost in millionths of the currency unit, rounded up.
    #[must_use]
    pub fn cost_micros(&self, usage: Usage) -> i64 {
        let cached = usage.cached_tokens.min(usage.input_tokens);
        let fresh = usage.input_tokens - cached;
        let cost =
            tokens(fresh) * self.input + tokens(cached) * self.cached + tokens(usage.output_tokens) * self.output;
        cost.ceil() as i64
    }
}

/// A token count as a factor; exact to 2^53.
const fn tokens(count: u64) -> f64 {
    count as f64
}
