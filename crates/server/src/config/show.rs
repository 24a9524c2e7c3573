//! `saydo config`: what is in force and where it came from, secrets hidden.

use std::fmt::Write as _;

use super::{Config, ConfigError, SETTINGS, Sources};

/// What is in force, one setting a line.
///
/// # Errors
/// When the configuration has mistakes: what is in force cannot be said then.
pub fn show(sources: &Sources) -> Result<String, ConfigError> {
    Config::parse(sources)?;
    let mut mistakes = Vec::new();
    let values = sources.merge(&mut mistakes);
    let mut text = String::new();
    for setting in SETTINGS {
        let (value, from) = match values.get(setting.env) {
            Some(_) if setting.secret && setting.env != "DATABASE_URL" => ("(hidden)", values[setting.env].from),
            Some(raw) => (raw.value.as_str(), raw.from),
            None => ("", "not set"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:<22} {value:<24} # {from}; {}", setting.env, setting.help);
    }
    Ok(text)
}
