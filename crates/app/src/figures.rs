//! What is measured here. The names, units and help texts stand in the server's table of metrics.

use std::time::Duration;

use saydo_store::UsageDelta;

use crate::{AppError, llm::ModelError, tools::catalogue};

/// How turns end, by planner.
const TURNS: [(&str, &[&str]); 3] = [
    ("offline", &["answered"]),
    ("model", &["answered", "asked", "limit", "cut", "no_answer"]),
    ("none", &["failed", "refused"]),
];

/// What has not happened yet is 0, not missing: the first time would else not be seen as a rise.
pub(crate) fn begin() {
    for (planner, outcomes) in TURNS {
        for outcome in outcomes {
            metrics::counter!("saydo_turns_total", "planner" => planner, "outcome" => *outcome).increment(0);
        }
    }
    for tool in catalogue::all() {
        for outcome in ["done", "refused", "failed"] {
            metrics::counter!("saydo_tool_calls_total", "tool" => tool.name, "outcome" => outcome).increment(0);
        }
    }
}

/// The same for a provider and its model, as they are configured.
pub(crate) fn begin_model(provider: &str, model: &str) {
    breaker(provider, false);
    model_usage(model, &UsageDelta::default());
    for outcome in ["ok", "left"].into_iter().chain(ModelError::KINDS) {
        model_requests(provider, model, outcome).increment(0);
    }
}

/// A turn was answered. `outcome` is one of a few fixed words.
pub(crate) fn turn(planner: &'static str, outcome: &'static str, took: Duration) {
    metrics::counter!("saydo_turns_total", "planner" => planner, "outcome" => outcome).increment(1);
    metrics::histogram!("saydo_turn_duration_seconds", "planner" => planner).record(took);
}

/// Nobody answered a turn: by our fault, or because there is nothing to answer any more, or no room.
pub(crate) fn turn_failed(error: &AppError) {
    let outcome = if matches!(error, AppError::Store(_) | AppError::Internal(_)) { "failed" } else { "refused" };
    metrics::counter!("saydo_turns_total", "planner" => "none", "outcome" => outcome).increment(1);
}

/// A tool was called.
pub(crate) fn tool(tool: &'static str, outcome: &'static str) {
    metrics::counter!("saydo_tool_calls_total", "tool" => tool, "outcome" => outcome).increment(1);
}

/// A request to a model has ended.
pub(crate) fn model_request(provider: &str, model: &str, outcome: &'static str, took: Duration) {
    model_requests(provider, model, outcome).increment(1);
    let (provider, model) = (provider.to_owned(), model.to_owned());
    metrics::histogram!("saydo_model_request_duration_seconds", "provider" => provider, "model" => model).record(took);
}

fn model_requests(provider: &str, model: &str, outcome: &'static str) -> metrics::Counter {
    let (provider, model) = (provider.to_owned(), model.to_owned());
    metrics::counter!("saydo_model_requests_total", "provider" => provider, "model" => model, "outcome" => outcome)
}

/// Whether requests to a provider are held back.
pub(crate) fn breaker(provider: &str, is_open: bool) {
    metrics::gauge!("saydo_model_breaker_open", "provider" => provider.to_owned()).set(f64::from(u8::from(is_open)));
}

/// What a turn used of a model.
pub(crate) fn model_usage(model: &str, used: &UsageDelta) {
    let tokens = |direction: &'static str, count| {
        metrics::counter!("saydo_model_tokens_total", "model" => model.to_owned(), "direction" => direction)
            .increment(count);
    };
    tokens("input", used.input_tokens.saturating_sub(used.cached_tokens));
    tokens("cached", used.cached_tokens);
    tokens("output", used.output_tokens);
    metrics::counter!("saydo_model_cost_millionths_total", "model" => model.to_owned()).increment(used.cost_micros);
}
