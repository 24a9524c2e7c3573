//! Whether the language models can be reached: their list of models is asked for, which costs nothing.

use std::time::{Duration, Instant};

use saydo_app::{
    chat::PlannerChoice,
    llm::{Price, ProviderConfig, ProviderKind, base_url},
};
use secrecy::ExposeSecret as _;

use super::{
    row::{Check, Need, Row},
    scene::Scene,
};
use crate::{cli::span::told, config::Config};

/// Needed only where nothing else may answer.
const MODEL: Check = Check::should("C5", "Language model", "reachable, and the key is taken", "list of models");

const PRICES: Check = Check::should("C5", "Prices of the models", "known, or no bill is noticed", "settings");

const PATIENCE: Duration = Duration::from_secs(10);

/// Whether it is known what the models cost; nothing where there are none.
pub(super) fn prices(config: &Config) -> Option<Row> {
    let providers = &config.model.models.providers;
    let free = |price: &Price| price.input <= 0.0 && price.output <= 0.0;
    let unknown = providers.iter().filter(|provider| free(&provider.price));
    let unknown: Vec<&str> = unknown.map(|provider| provider.model.as_str()).collect();
    let help = "prices in [[providers]] of saydo.toml, docs/MODELS.md; until then SaydoModelCost cannot fire";
    let row = match unknown.as_slice() {
        [] => PRICES.holds("each model has one"),
        unknown => PRICES.fails(format!("{} costs nothing, as far as is known", unknown.join(", ")), help),
    };
    (!providers.is_empty()).then_some(row)
}

pub(super) async fn row(scene: &Scene) -> Row {
    let model = &scene.config.model;
    let need = if model.planner == PlannerChoice::Llm { Need::Must } else { Need::Should };
    let check = Check { need, ..MODEL };
    let providers = &model.models.providers;
    if providers.is_empty() {
        let none = "none is configured: the language engine answers everything";
        return check.judge(need == Need::Should, none, "set OPENAI_API_KEY, or SAYDO_PLANNER=auto");
    }
    let (mut well, mut told) = (true, Vec::new());
    for provider in providers {
        let (answers, what) = try_out(provider).await;
        well &= answers;
        told.push(what);
    }
    check.judge(well, told.join("; "), "look at address and key; docs/runbooks/model.md")
}

/// Whether a provider answers, and how.
async fn try_out(provider: &ProviderConfig) -> (bool, String) {
    let (name, begun) = (&provider.name, Instant::now());
    match ask(provider).await {
        Ok(status @ 200..300) => {
            (true, format!("{name} ({}) answered {status} in {}", provider.model, told(begun.elapsed())))
        }
        Ok(status @ (401 | 403)) => (false, format!("{name} refuses the key ({status})")),
        Ok(status @ 404) => (false, format!("{name} has no list of models at this address ({status})")),
        Ok(status) => (false, format!("{name} answers {status}")),
        Err(error) => (false, format!("{name} cannot be reached: {error}")),
    }
}

async fn ask(provider: &ProviderConfig) -> Result<u16, String> {
    let base = base_url(provider).ok_or("its address cannot be used")?;
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
    let client = client.map_err(|error| error.to_string())?;
    let request = client.get(format!("{}/models", base.as_str().trim_end_matches('/')));
    let request = match (&provider.api_key, provider.kind) {
        (None, _) => request,
        (Some(key), ProviderKind::Anthropic) => {
            request.header("x-api-key", key.expose_secret()).header("anthropic-version", "2023-06-01")
        }
        (Some(key), ProviderKind::Gemini) => request.header("x-goog-api-key", key.expose_secret()),
        (Some(key), _) => request.bearer_auth(key.expose_secret()),
    };
    // Without the address, which may hold a key.
    let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
    Ok(answer.status().as_u16())
}
