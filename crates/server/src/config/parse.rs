//! From raw texts to the structs of the configuration, collecting every mistake.

mod data;
mod door;
mod models;
mod telemetry;

use std::{collections::HashMap, fmt::Display, path::PathBuf, str::FromStr};

use secrecy::SecretString;

use super::{Config, ConfigError, Profile, Sources, sources::Raw};

/// The values, and the mistakes found so far.
struct Reader {
    values: HashMap<&'static str, Raw>,
    mistakes: Vec<String>,
    profile: Profile,
}

impl Config {
    /// Parses the layers.
    ///
    /// # Errors
    /// Every mistake, one line each.
    pub fn parse(sources: &Sources) -> Result<Self, ConfigError> {
        let mut mistakes = Vec::new();
        let values = sources.merge(&mut mistakes);
        let mut reader = Reader { values, mistakes, profile: Profile::Development };
        reader.profile = reader.choice(
            "SAYDO_PROFILE",
            &[("development", Profile::Development), ("production", Profile::Production)],
            Profile::Development,
        );
        let data_dir = PathBuf::from(reader.text("SAYDO_DATA_DIR").unwrap_or_default());
        let config = Self {
            profile: reader.profile,
            http: reader.http(),
            database: reader.database(&data_dir),
            backup: reader.backup(&data_dir),
            auth: reader.auth(),
            model: reader.model(&sources.providers),
            voice: reader.voice(),
            limits: reader.limits(),
            telemetry: reader.telemetry(),
            retention: reader.retention(),
            ready: reader.ready(&data_dir),
            clock: reader.clock(),
            debug: reader.switch("DEBUG"),
            secret_files: sources.secret_files(),
            data_dir,
        };
        if config.debug {
            reader.refuse_in_production("DEBUG", "switch it off");
        }
        if reader.mistakes.is_empty() { Ok(config) } else { Err(ConfigError(reader.mistakes)) }
    }
}

impl Reader {
    fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).map(|raw| raw.value.clone())
    }

    fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    fn wrong(&mut self, name: &str, help: impl Display) {
        self.mistakes.push(format!("{name}: {help}."));
    }

    fn refuse_in_production(&mut self, name: &str, help: &str) {
        if self.profile == Profile::Production {
            self.wrong(name, format!("not allowed in production; {help}"));
        }
    }

    fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)], fallback: T) -> T {
        let Some(text) = self.text(name) else { return fallback };
        if let Some((_, value)) = choices.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)) {
            return *value;
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        self.wrong(name, format!("“{text}” is not one of: {}", words.join(", ")));
        fallback
    }

    fn switch(&mut self, name: &str) -> bool {
        let words = [("on", true), ("true", true), ("1", true), ("off", false), ("false", false), ("0", false)];
        self.choice(name, &words, false)
    }

    fn parsed<T: FromStr>(&mut self, name: &str, what: &str, fallback: T, good: impl Fn(&T) -> bool) -> T {
        let text = self.text(name).unwrap_or_default();
        match text.trim().parse() {
            Ok(value) if good(&value) => value,
            _ => {
                self.wrong(name, format!("“{text}” is not {what}"));
                fallback
            }
        }
    }

    fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }
}
