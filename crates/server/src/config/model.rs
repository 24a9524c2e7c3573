//! The language models: `[[providers]]` of `saydo.toml`, else the one that `OPENAI_*` names.

use std::{collections::BTreeMap, path::Path};

use figment::value::Value;
use saydo_app::{
    chat::PlannerChoice,
    llm::{ModelsConfig, Price, ProviderConfig, ProviderKind},
};
use secrecy::SecretString;
use serde::Deserialize;

/// The language models, and who answers.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// The chain of providers and its limits.
    pub models: ModelsConfig,
    /// Which planner answers unless a person chooses another.
    pub planner: PlannerChoice,
}

/// One entry of `[[providers]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    #[serde(default = "chat_completions")]
    kind: ProviderKind,
    base_url: Option<String>,
    api_key: Option<SecretString>,
    /// The environment variable that holds the key.
    api_key_env: Option<String>,
    /// The file that holds the key.
    api_key_file: Option<String>,
    model: String,
    #[serde(default)]
    input_price: f64,
    #[serde(default)]
    cached_price: Option<f64>,
    #[serde(default)]
    output_price: f64,
}

const fn chat_completions() -> ProviderKind {
    ProviderKind::ChatCompletions
}

/// The word of a wire format in settings.
pub(super) const fn kind_word(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::ChatCompletions => "chat_completions",
        ProviderKind::Responses => "responses",
        ProviderKind::Anthropic => "anthropic",
        ProviderKind::Gemini => "gemini",
        ProviderKind::Ollama => "ollama",
    }
}

/// Takes `[[providers]]` out of a settings file. Every mistake is noted; what the file shows is `shown`.
pub(super) fn take_providers(
    values: &mut BTreeMap<String, Value>,
    shown: &str,
    mistakes: &mut Vec<String>,
) -> Vec<ProviderConfig> {
    let Some(value) = values.remove("providers") else { return Vec::new() };
    let Some(entries) = value.as_array().map(<[Value]>::to_vec) else {
        mistakes.push(format!("{shown}: providers must be a list: write [[providers]] before each."));
        return Vec::new();
    };
    let mut providers: Vec<ProviderConfig> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let number = at + 1;
        let read = entry.deserialize::<Entry>().map_err(|error| error.to_string()).and_then(Entry::provider);
        match read {
            Ok(provider) if providers.iter().any(|known| known.name == provider.name) => {
                mistakes.push(format!("{shown}: there are two providers called {}; give each a name.", provider.name));
            }
            Ok(provider) => providers.push(provider),
            Err(error) => mistakes.push(format!("{shown}: provider {number}: {}.", error.trim_end_matches('.'))),
        }
    }
    providers
}

impl Entry {
    fn provider(self) -> Result<ProviderConfig, String> {
        let api_key = self.key()?;
        let prices = [self.input_price, self.cached_price.unwrap_or_default(), self.output_price];
        if prices.iter().any(|price| !price.is_finite() || *price < 0.0) {
            return Err("prices are numbers from 0, for a million tokens".to_owned());
        }
        if self.model.trim().is_empty() {
            return Err("model is empty".to_owned());
        }
        Ok(ProviderConfig {
            name: self.name.unwrap_or_else(|| self.model.clone()),
            kind: self.kind,
            base_url: self.base_url,
            api_key,
            model: self.model,
            price: Price {
                input: self.input_price,
                // Whoever names no price for it pays the whole one.
                cached: self.cached_price.unwrap_or(self.input_price),
                output: self.output_price,
            },
        })
    }

    fn key(&self) -> Result<Option<SecretString>, String> {
        match (&self.api_key, &self.api_key_env, &self.api_key_file) {
            (None, None, None) => Ok(None),
            (Some(key), None, None) => Ok(Some(key.clone())),
            (None, Some(name), None) => match std::env::var(name) {
                Ok(key) if !key.is_empty() => Ok(Some(SecretString::from(key))),
                _ => Err(format!("api_key_env: the variable {name} is not set")),
            },
            (None, None, Some(path)) => match std::fs::read_to_string(Path::new(path)) {
                Ok(key) => Ok(Some(SecretString::from(key.trim_end_matches(['\r', '\n'])))),
                Err(error) => Err(format!("api_key_file: cannot read {path}: {error}")),
            },
            _ => Err("give only one of api_key, api_key_env and api_key_file".to_owned()),
        }
    }
}

/// The provider that `OPENAI_*` names; none without a key and without an address.
pub(super) fn of_openai(
    api_key: Option<SecretString>,
    base_url: Option<String>,
    model: String,
) -> Option<ProviderConfig> {
    (api_key.is_some() || base_url.is_some()).then(|| ProviderConfig {
        name: "openai".to_owned(),
        kind: ProviderKind::ChatCompletions,
        base_url,
        api_key,
        model,
        price: Price::default(),
    })
}
