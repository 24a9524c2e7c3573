//! `saydo config`: what is in force and where it came from, secrets hidden.

use std::fmt::Write as _;

use saydo_app::llm::Price;

use super::{Config, ConfigError, SETTINGS, Sources, model::kind_word};

/// What is in force, one setting a line.
///
/// # Errors
/// When the configuration has mistakes: what is in force cannot be said then.
pub fn show(sources: &Sources) -> Result<String, ConfigError> {
    let config = Config::parse(sources)?;
    let mut mistakes = Vec::new();
    let values = sources.merge(&mut mistakes);
    let mut text = String::new();
    for setting in SETTINGS {
        let (value, from) = match values.get(setting.env) {
            Some(raw) if setting.env == "DATABASE_URL" => (config.database.place.to_string(), raw.from),
            Some(raw) if setting.env == "SAYDO_LISTEN_DATABASE_URL" => {
                (config.database.listen.as_ref().map(ToString::to_string).unwrap_or_default(), raw.from)
            }
            Some(raw) if setting.secret => ("(hidden)".to_owned(), raw.from),
            Some(raw) => (raw.value.clone(), raw.from),
            None => (String::new(), "not set"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:<30} {value:<24} # {from}; {}", setting.env, setting.help);
    }
    text.push_str(live(&config));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n# {}.", config.limits.counted());
    text.push_str(&models(&config));
    Ok(text)
}

/// How what other servers do is heard of.
fn live(config: &Config) -> &'static str {
    match (config.database.place.sqlite_path(), &config.database.listen) {
        (Some(_), _) => "\n# Live views: what other processes write to the file is seen within two seconds.\n",
        (None, None) => {
            "\n# Live views: by notices over DATABASE_URL; where they do not arrive (PgBouncer), by looking every second.\n"
        }
        (None, Some(_)) => "\n# Live views: by notices over SAYDO_LISTEN_DATABASE_URL.\n",
    }
}

/// The models in the order in which they are asked.
fn models(config: &Config) -> String {
    let providers = &config.model.models.providers;
    if providers.is_empty() {
        return "\n# No language model: the offline engine answers everything.\n".to_owned();
    }
    let mut text =
        "\n# Language models, in the order in which they are asked (prices for a million tokens: in, cached, out):\n"
            .to_owned();
    for provider in providers {
        let address = provider.base_url.as_deref().map_or("its own address", host);
        let key = if provider.api_key.is_some() { "key (hidden)" } else { "no key" };
        let Price { input, cached, output } = provider.price;
        let kind = kind_word(provider.kind);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "# {}: {} by {kind} at {address}, {key}, prices {input} {cached} {output}",
            provider.name, provider.model
        );
    }
    text
}

/// The host of an address: what stands before or behind it may hold a key.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority)
}
