//! Layers, defaults, and that all mistakes are named together.

use std::{collections::BTreeMap, path::Path};

use saydo_app::chat::PlannerChoice;

use super::*;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn env(pairs: &[(&str, &str)]) -> Sources {
    Sources { env: map(pairs), ..Sources::default() }
}

const GOOD: &str = "kX9-rT2.qLw7_vB4+nM1=cZ8/jH5?yD3!";

#[test]
fn defaults_are_a_development_server() {
    let config = Config::parse(&Sources::default()).unwrap();
    assert_eq!(config.profile, Profile::Development);
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.database.place.sqlite_path(), Some(Path::new("./data/saydo.db")));
    assert_eq!(config.database.migrate, Migrate::OnStart);
    assert_eq!((config.limits.chat_per_minute.get(), config.limits.changes_per_day.get()), (60, 20_000));
    assert_eq!(config.auth.token_life, SignedDuration::from_hours(168));
    assert!(config.auth.secret.is_none());
}

#[test]
fn higher_layers_win() {
    let mut sources = Sources {
        file: map(&[("SAYDO_LISTEN", "127.0.0.1:1"), ("JWT_EXPIRY_DAYS", "1"), ("DB_POOL_SIZE", "1")]),
        dotenv: map(&[("SAYDO_LISTEN", "127.0.0.1:2"), ("JWT_EXPIRY_DAYS", "2")]),
        env: map(&[("SAYDO_LISTEN", "127.0.0.1:3"), ("DB_POOL_SIZE", "")]),
        ..Sources::default()
    };
    let config = Config::parse(&sources).unwrap();
    assert_eq!(config.http.listen.port(), 3);
    assert_eq!(config.auth.token_life, SignedDuration::from_hours(48));
    assert_eq!(config.database.pool_size, 1);
    sources.flags = map(&[("SAYDO_LISTEN", "127.0.0.1:4")]);
    assert_eq!(Config::parse(&sources).unwrap().http.listen.port(), 4);
}

#[test]
fn all_mistakes_come_together() {
    let sources = env(&[
        ("SAYDO_PROFILE", "staging"),
        ("SAYDO_LISTEN", "nowhere"),
        ("DATABASE_URL", "postgresql://db"),
        ("BETTER_AUTH_SECRET", "short"),
        ("JWT_EXPIRY_DAYS", "0"),
        ("CORS_ORIGINS", "https://a.example/path"),
        ("SAYDO_NOW", "yesterday"),
        ("DEBUG", "maybe"),
    ]);
    let ConfigError(lines) = Config::parse(&sources).unwrap_err();
    let names: Vec<&str> = lines.iter().filter_map(|line| line.split([':', ' ']).next()).collect();
    assert_eq!(
        names,
        [
            "SAYDO_PROFILE",
            "SAYDO_LISTEN",
            "CORS_ORIGINS",
            "DATABASE_URL",
            "BETTER_AUTH_SECRET",
            "JWT_EXPIRY_DAYS",
            "SAYDO_NOW",
            "DEBUG"
        ]
    );
    assert!(lines[3].contains("name a database"), "{}", lines[3]);
}

#[test]
fn production_refuses_what_is_unsafe_and_names_each() {
    let sources = env(&[
        ("SAYDO_PROFILE", "production"),
        ("DEBUG", "1"),
        ("SAYDO_NOW", "2026-03-11T09:00:00Z"),
        ("SAYDO_RATE_LIMITS", "off"),
        ("CORS_ORIGINS", "*"),
    ]);
    let text = Config::parse(&sources).unwrap_err().to_string();
    for name in ["BETTER_AUTH_SECRET", "DEBUG", "SAYDO_NOW", "SAYDO_RATE_LIMITS", "CORS_ORIGINS"] {
        assert!(text.contains(&format!("{name}:")), "{name} in {text}");
    }
    let good = env(&[("SAYDO_PROFILE", "production"), ("BETTER_AUTH_SECRET", GOOD)]);
    assert_eq!(Config::parse(&good).unwrap().profile, Profile::Production);
}

#[test]
fn secrets_come_from_files_and_are_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("auth");
    std::fs::write(&path, format!("{GOOD}\n")).unwrap();
    let sources = env(&[("BETTER_AUTH_SECRET_FILE", path.to_str().unwrap()), ("OPENAI_API_KEY", "sk-canary-value")]);
    let config = Config::parse(&sources).unwrap();
    assert!(config.auth.secret.is_some());
    let shown = format!("{config:?}\n{}", show(&sources).unwrap());
    assert!(!shown.contains(GOOD) && !shown.contains("sk-canary"), "{shown}");
    let missing = env(&[("BETTER_AUTH_SECRET_FILE", "/does/not/exist")]);
    assert!(Config::parse(&missing).unwrap_err().to_string().starts_with("BETTER_AUTH_SECRET_FILE: cannot read"));
}

#[test]
fn database_urls_name_a_file() {
    for (url, path) in [("sqlite:x.db", "x.db"), ("sqlite:///var/x.db?mode=rwc", "/var/x.db")] {
        let place = Config::parse(&env(&[("DATABASE_URL", url)])).unwrap().database.place;
        assert_eq!(place.sqlite_path(), Some(Path::new(path)));
    }
    for url in ["sqlite:", "sqlite::memory:", "mysql://x", "x.db"] {
        assert!(Config::parse(&env(&[("DATABASE_URL", url)])).is_err(), "{url}");
    }
}

#[test]
fn a_toml_file_is_read_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saydo.toml");
    std::fs::write(&path, "listen = \"127.0.0.1:9\"\njwt_expiry_days = 3\nrate_limits = false\n").unwrap();
    let sources = Sources { env: map(&[]), dotenv: map(&[]), ..Sources::of_process(Some(&path), map(&[])).unwrap() };
    let config = Config::parse(&sources).unwrap();
    assert_eq!(config.http.listen.port(), 9);
    assert_eq!(config.limits.throttling, Throttling::Off);
    std::fs::write(&path, "lissen = 1\n").unwrap();
    let error = Sources::of_process(Some(&path), map(&[])).unwrap_err().to_string();
    assert!(error.contains("there is no setting lissen"), "{error}");
}

#[test]
fn the_example_file_is_the_generated_one() {
    let kept = include_str!("../../../../.env.example");
    assert_eq!(kept, env_example(), "run: saydo config --example > .env.example");
}

/// The configuration that a `saydo.toml` of this text gives.
fn of_toml(text: &str) -> Result<(Sources, Config), ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saydo.toml");
    std::fs::write(&path, text).unwrap();
    let sources = Sources { env: map(&[]), dotenv: map(&[]), ..Sources::of_process(Some(&path), map(&[]))? };
    let config = Config::parse(&sources)?;
    Ok((sources, config))
}

#[test]
fn a_model_is_configured_by_a_key_or_an_address() {
    let models = |pairs| Config::parse(&env(pairs)).unwrap().model;
    assert!(models(&[("OPENAI_AGENT_MODEL", "small")]).models.providers.is_empty());
    let by_key = models(&[("OPENAI_API_KEY", "sk-canary"), ("SAYDO_PLANNER", "model")]);
    assert_eq!((by_key.models.providers[0].model.as_str(), by_key.planner), ("gpt-4o", PlannerChoice::Llm));
    let by_address = models(&[("OPENAI_BASE_URL", "http://127.0.0.1:1/v1"), ("SAYDO_MODEL_TURN_TIMEOUT", "90")]);
    assert_eq!(by_address.models.providers[0].base_url.as_deref(), Some("http://127.0.0.1:1/v1"));
    assert_eq!(by_address.models.turn.timeout.as_secs(), 90);
}

#[test]
fn providers_of_the_file_come_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "sk-canary-file\n").unwrap();
    let text = format!(
        "openai_api_key = \"sk-canary-unused\"\n[[providers]]\nname = \"big\"\nkind = \"anthropic\"\nmodel = \"m1\"\n\
         api_key_file = {key:?}\ninput_price = 3.0\noutput_price = 15\n[[providers]]\nkind = \"ollama\"\nmodel = \"m2\"\n\
         base_url = \"http://user:sk-canary-url@127.0.0.1:11434/v1?key=sk-canary-query\"\n"
    );
    let (sources, config) = of_toml(&text).unwrap();
    let providers = &config.model.models.providers;
    let names: Vec<_> = providers.iter().map(|provider| (provider.name.as_str(), provider.model.as_str())).collect();
    assert_eq!(names, [("big", "m1"), ("m2", "m2")]);
    let price = providers[0].price;
    assert_eq!((price.input, price.cached, price.output), (3.0, 3.0, 15.0));
    let shown = show(&sources).unwrap();
    assert!(shown.contains("# big: m1 by anthropic at its own address, key (hidden), prices 3 3 15"), "{shown}");
    assert!(shown.contains("# m2: m2 by ollama at 127.0.0.1:11434, no key"), "{shown}");
    assert!(!shown.contains("sk-canary"), "{shown}");
}

#[test]
fn mistakes_of_providers_are_named_together() {
    let wrong = |entry: &str| {
        let text = format!("[[providers]]\nmodel = \"a\"\n{entry}\n[[providers]]\nmodel = \"b\"\nwhat = 1\n");
        of_toml(&text).unwrap_err().to_string()
    };
    let case = |entry: &str, part: &str| {
        let text = wrong(entry);
        assert!(text.contains(part) && text.contains("provider 2: ") && text.lines().count() == 2, "{entry}: {text}");
    };
    case("api_key = \"x\"\napi_key_env = \"Y\"", "provider 1: give only one of api_key, api_key_env and api_key_file.");
    case("api_key_env = \"SAYDO_NO_SUCH_VARIABLE\"", "provider 1: api_key_env: the variable SAYDO_NO_SUCH_VARIABLE");
    case("api_key_file = \"/does/not/exist\"", "provider 1: api_key_file: cannot read /does/not/exist");
    case("input_price = -1", "provider 1: prices are numbers from 0");
    case("kind = \"telepathy\"", "provider 1: ");
    assert!(of_toml("providers = 1").unwrap_err().to_string().contains("must be a list"));
    let twice = "[[providers]]\nmodel = \"a\"\n[[providers]]\nmodel = \"a\"\n";
    assert!(of_toml(twice).unwrap_err().to_string().contains("two providers called a"));
    let nowhere = "[[providers]]\nmodel = \"a\"\nbase_url = \"ftp://x\"\n";
    assert!(of_toml(nowhere).unwrap_err().to_string().contains("provider a: base_url"));
}

#[test]
fn voice_is_on_when_a_model_is_named() {
    let key = |voice: &saydo_app::voice::VoiceConfig| {
        voice.api_key.as_ref().map(|key| secrecy::ExposeSecret::expose_secret(key).to_owned())
    };
    let of = |pairs: &[(&str, &str)]| Config::parse(&env(pairs)).map(|config| config.voice);
    assert!(!of(&[("OPENAI_API_KEY", "sk-1")]).unwrap().is_on());
    let usual = of(&[("OPENAI_API_KEY", "sk-1"), ("OPENAI_TRANSCRIBE_MODEL", "m")]).unwrap();
    assert!(usual.is_on() && usual.speech_model.is_none() && usual.base_url.is_none());
    assert_eq!(
        (key(&usual).as_deref(), usual.speech_voice.as_str(), usual.timeout.as_secs()),
        (Some("sk-1"), "alloy", 60)
    );
    let elsewhere = [("SAYDO_SPEECH_BASE_URL", "http://127.0.0.1:1/v1"), ("OPENAI_SPEECH_MODEL", "m")];
    let own = of(&[&elsewhere[..], &[("OPENAI_API_KEY", "sk-1")]].concat()).unwrap();
    assert_eq!(key(&own), None, "the key of one server is not for another");
    let own = of(&[&elsewhere[..], &[("SAYDO_SPEECH_API_KEY", "sk-2")]].concat()).unwrap();
    assert_eq!((key(&own).as_deref(), own.base_url.as_deref()), (Some("sk-2"), Some("http://127.0.0.1:1/v1")));
    let wrong = |pairs: &[(&str, &str)], part: &str| {
        let text = of(pairs).unwrap_err().to_string();
        assert!(text.contains(part), "{text}");
    };
    wrong(&[("OPENAI_SPEECH_MODEL", "m")], "OPENAI_SPEECH_MODEL: needs OPENAI_API_KEY, or SAYDO_SPEECH_BASE_URL");
    wrong(&[("OPENAI_SPEECH_MODEL", "m"), ("SAYDO_SPEECH_BASE_URL", "ftp://x")], "speech: the base URL is not");
    wrong(&[("SAYDO_SPEECH_TIMEOUT", "0")], "SAYDO_SPEECH_TIMEOUT");
}
