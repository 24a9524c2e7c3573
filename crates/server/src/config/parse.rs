//! From raw texts to the structs of the configuration, collecting every mistake.

use std::{
    collections::HashMap, fmt::Display, net::SocketAddr, num::NonZeroU32, path::PathBuf, str::FromStr, time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use saydo_app::{
    Clock,
    accounts::Throttling,
    chat::PlannerChoice,
    counters::Counters,
    llm::{Models, ModelsConfig, ProviderConfig, TurnLimits},
    sweep::Retention,
    voice::{Voice, VoiceConfig},
};
use saydo_domain::Email;
use secrecy::SecretString;

use super::{
    AuthConfig, BackupConfig, Config, ConfigError, DatabaseConfig, DatabasePlace, HttpConfig, LimitsConfig, LogFormat,
    Made, MetricsConfig, Migrate, ModelConfig, Profile, Proxy, ReadyConfig, Sources, TelemetryConfig, TracesConfig,
    model, secret, sources::Raw,
};

/// Characters that a token for the metrics has at least.
const MIN_METRICS_TOKEN: usize = 16;

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

    fn http(&mut self) -> HttpConfig {
        let local = SocketAddr::from(([127, 0, 0, 1], 8000));
        let listen = self.parsed("SAYDO_LISTEN", "an address with port like 127.0.0.1:8000", local, |_| true);
        let cors_origins = self.list("CORS_ORIGINS");
        for origin in &cors_origins {
            if origin == "*" {
                self.wrong("CORS_ORIGINS", "“*” would let every site in; name the exact origins");
            } else if !is_origin(origin) {
                self.wrong("CORS_ORIGINS", format!("“{origin}” is not an origin like https://app.example.com"));
            }
        }
        let proxy = if self.switch("SAYDO_TRUST_PROXY") { Proxy::Trusted } else { Proxy::None };
        HttpConfig { listen, cors_origins, proxy }
    }

    fn database(&mut self, data_dir: &std::path::Path) -> DatabaseConfig {
        let file = DatabasePlace::Sqlite { path: data_dir.join("saydo.db") };
        let place = self.text("DATABASE_URL").map_or(Ok(file.clone()), |url| url.parse());
        let place = place.unwrap_or_else(|mistake| {
            self.wrong("DATABASE_URL", mistake);
            file
        });
        let listen = self.text("SAYDO_LISTEN_DATABASE_URL").and_then(|url| match url.parse() {
            Ok(listen @ DatabasePlace::Postgres { .. }) if place.sqlite_path().is_none() => Some(listen),
            Ok(_) => {
                let help = "is for a PostgreSQL database, by a postgresql:// URL without PgBouncer in between";
                self.wrong("SAYDO_LISTEN_DATABASE_URL", help);
                None
            }
            Err(mistake) => {
                self.wrong("SAYDO_LISTEN_DATABASE_URL", mistake);
                None
            }
        });
        let whole = "a whole number from 1 to 1000";
        DatabaseConfig {
            place,
            listen,
            pool_size: self.parsed("DB_POOL_SIZE", whole, 10, |n| (1..=1000).contains(n)),
            max_overflow: self.parsed("DB_MAX_OVERFLOW", "a whole number from 0 to 1000", 20, |n| *n <= 1000),
            pool_timeout: Duration::from_secs(self.parsed(
                "DB_POOL_TIMEOUT",
                "a number of seconds from 1 to 600",
                30,
                |n| (1..=600).contains(n),
            )),
            migrate: if self.switch("SAYDO_MIGRATE") { Migrate::OnStart } else { Migrate::ByHand },
        }
    }

    fn backup(&mut self, data_dir: &std::path::Path) -> BackupConfig {
        let every = self.text("SAYDO_BACKUP_EVERY").map(|_| {
            let what = "a whole number of hours from 1 to 8760";
            SignedDuration::from_hours(self.parsed("SAYDO_BACKUP_EVERY", what, 24, |n| (1..=8760).contains(n)))
        });
        let made = self.choice("SAYDO_BACKUPS", &[("here", Made::Here), ("elsewhere", Made::Elsewhere)], Made::Here);
        if made == Made::Elsewhere && every.is_some() {
            self.wrong("SAYDO_BACKUPS", "elsewhere, and SAYDO_BACKUP_EVERY has them made here; remove one of the two");
        }
        let what = "a whole number of days from 1 to 36500";
        let days: i64 = self.parsed("SAYDO_BACKUP_KEEP_DAYS", what, 30, |n| (1..=36_500).contains(n));
        BackupConfig {
            made,
            folder: self.text("SAYDO_BACKUP_DIR").map_or_else(|| data_dir.join("backups"), PathBuf::from),
            every,
            keep: SignedDuration::from_hours(24 * days),
        }
    }

    fn auth(&mut self) -> AuthConfig {
        let secret = self.text("BETTER_AUTH_SECRET");
        match &secret {
            Some(text) => self.mistakes.extend(secret::weakness(text)),
            None => self.refuse_in_production_missing_secret(),
        }
        let days = self.parsed("JWT_EXPIRY_DAYS", "a number of days from 1 to 365", 7, |n: &i64| (1..=365).contains(n));
        AuthConfig {
            secret: secret.map(SecretString::from),
            trusted_issuers: self.list("SAYDO_TRUSTED_ISSUERS"),
            token_life: SignedDuration::from_hours(24 * days),
        }
    }

    fn refuse_in_production_missing_secret(&mut self) {
        if self.profile == Profile::Production {
            self.wrong(
                "BETTER_AUTH_SECRET",
                "needed in production; set it to at least 32 random characters, for example from: openssl rand -base64 48",
            );
        }
    }

    fn model(&mut self, providers: &[ProviderConfig]) -> ModelConfig {
        let planners = [
            ("auto", PlannerChoice::Auto),
            ("llm", PlannerChoice::Llm),
            ("model", PlannerChoice::Llm),
            ("offline", PlannerChoice::Offline),
        ];
        let (key, base_url) = (self.secret("OPENAI_API_KEY"), self.text("OPENAI_BASE_URL"));
        if base_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            self.wrong("OPENAI_BASE_URL", "give a URL that begins with http:// or https://");
        }
        let providers = match model::of_openai(key, base_url, self.text("OPENAI_AGENT_MODEL").unwrap_or_default()) {
            Some(provider) if providers.is_empty() => vec![provider],
            _ => providers.to_vec(),
        };
        let seconds = |n: &u64| (1..=3600).contains(n);
        let whole = "a number of seconds from 1 to 3600";
        let tokens = "a whole number of tokens from 1000";
        let usual = ModelsConfig::default();
        let turn = TurnLimits {
            timeout: Duration::from_secs(self.parsed("SAYDO_MODEL_TURN_TIMEOUT", whole, 60, seconds)),
            tokens_per_turn: self.parsed("SAYDO_MODEL_TOKENS_PER_TURN", tokens, 60_000, |n| *n >= 1000),
            tokens_per_day: self.parsed("SAYDO_MODEL_TOKENS_PER_DAY", tokens, 1_000_000, |n| *n >= 1000),
            ..usual.turn
        };
        let first_byte = Duration::from_secs(self.parsed("SAYDO_MODEL_FIRST_BYTE_TIMEOUT", whole, 30, seconds));
        let models = ModelsConfig { providers, first_byte_timeout: first_byte, turn, ..usual };
        if let Err(mistakes) = Models::new(&models) {
            self.mistakes.extend(mistakes.iter().map(|mistake| format!("{mistake}.")));
        }
        ModelConfig { models, planner: self.choice("SAYDO_PLANNER", &planners, PlannerChoice::Auto) }
    }

    fn voice(&mut self) -> VoiceConfig {
        let own_url = self.text("SAYDO_SPEECH_BASE_URL");
        let own_key = self.secret("SAYDO_SPEECH_API_KEY");
        // A key belongs to its address: that of the language model never goes to another server.
        let api_key = if own_url.is_some() { own_key } else { own_key.or_else(|| self.secret("OPENAI_API_KEY")) };
        let usual = VoiceConfig::default();
        let voice = VoiceConfig {
            base_url: own_url.or_else(|| self.text("OPENAI_BASE_URL")),
            api_key,
            transcribe_model: self.text("OPENAI_TRANSCRIBE_MODEL"),
            speech_model: self.text("OPENAI_SPEECH_MODEL"),
            speech_voice: self.text("OPENAI_SPEECH_VOICE").unwrap_or_default(),
            timeout: Duration::from_secs(self.parsed(
                "SAYDO_SPEECH_TIMEOUT",
                "a number of seconds from 1 to 600",
                60,
                |n| (1..=600).contains(n),
            )),
            ..usual
        };
        let named =
            [(&voice.transcribe_model, "OPENAI_TRANSCRIBE_MODEL"), (&voice.speech_model, "OPENAI_SPEECH_MODEL")];
        for (_, name) in named.iter().filter(|(model, _)| model.is_some()) {
            if voice.base_url.is_none() && voice.api_key.is_none() {
                self.wrong(name, "needs OPENAI_API_KEY, or SAYDO_SPEECH_BASE_URL for another server");
            }
        }
        if voice.is_on()
            && let Err(mistake) = Voice::new(&voice)
        {
            self.mistakes.push(format!("{mistake}."));
        }
        voice
    }

    fn limits(&mut self) -> LimitsConfig {
        let throttling = if self.switch("SAYDO_RATE_LIMITS") { Throttling::On } else { Throttling::Off };
        if throttling == Throttling::Off {
            self.refuse_in_production("SAYDO_RATE_LIMITS", "leave it on");
        }
        if let Some(Err(mistake)) = self.text("REDIS_URL").map(|url| Counters::check_address(&url)) {
            self.wrong("REDIS_URL", mistake);
        }
        let millis = "a number of milliseconds from 1 to 60000";
        let redis_timeout = self.parsed("SAYDO_REDIS_TIMEOUT_MS", millis, 100, |n| (1..=60_000).contains(n));
        let count = "a whole number from 1";
        LimitsConfig {
            redis_timeout: Duration::from_millis(redis_timeout),
            throttling,
            chat_per_minute: self.parsed("SAYDO_CHAT_PER_MINUTE", count, NonZeroU32::MIN, |_| true),
            changes_per_day: self.parsed("SAYDO_CHANGES_PER_DAY", count, NonZeroU32::MIN, |_| true),
            redis_url: self.secret("REDIS_URL"),
        }
    }

    fn telemetry(&mut self) -> TelemetryConfig {
        let filter = self.text("SAYDO_LOG").unwrap_or_default();
        if tracing_subscriber::EnvFilter::try_new(&filter).is_err() {
            self.wrong("SAYDO_LOG", format!("“{filter}” is not a level or a filter like info,saydo_server=debug"));
        }
        let forms = [("json", Some(LogFormat::Json)), ("pretty", Some(LogFormat::Pretty))];
        TelemetryConfig {
            filter,
            format: self.choice("SAYDO_LOG_FORMAT", &forms, None),
            metrics: self.metrics(),
            traces: self.traces(),
        }
    }

    fn retention(&mut self) -> Retention {
        let mut days = |name: &str| {
            let what = "a whole number of days from 1 to 36500";
            self.text(name)?;
            Some(SignedDuration::from_hours(24 * self.parsed(name, what, 1, |n| (1..=36_500).contains(n))))
        };
        let usual = Retention::default();
        let (trash, audit) = (days("SAYDO_TRASH_KEEP_DAYS"), days("SAYDO_AUDIT_KEEP_DAYS"));
        let (conversations, changes) = (days("SAYDO_CONVERSATIONS_KEEP_DAYS"), days("SAYDO_CHANGES_KEEP_DAYS"));
        let mut hours = |name, what, most| {
            SignedDuration::from_hours(self.parsed(name, what, 24, |hours| (1..=most).contains(hours)))
        };
        Retention {
            trash: trash.unwrap_or(usual.trash),
            audit: audit.unwrap_or(usual.audit),
            turns: hours("SAYDO_TURNS_KEEP_HOURS", "a whole number of hours from 1 to 8760", 8760),
            answers: hours("SAYDO_ANSWERS_KEEP_HOURS", "a whole number of hours from 1 to 24", 24),
            conversations,
            changes,
        }
    }

    fn metrics(&mut self) -> MetricsConfig {
        let local = SocketAddr::from(([127, 0, 0, 1], 9464));
        let listen = self
            .text("SAYDO_METRICS_LISTEN")
            .map(|_| self.parsed("SAYDO_METRICS_LISTEN", "an address with port like 127.0.0.1:9464", local, |_| true));
        let token = self.text("SAYDO_METRICS_TOKEN");
        if token.as_ref().is_some_and(|token| token.chars().count() < MIN_METRICS_TOKEN) {
            self.wrong("SAYDO_METRICS_TOKEN", format!("needs at least {MIN_METRICS_TOKEN} characters"));
        }
        if listen.is_some_and(|address| !address.ip().is_loopback()) && token.is_none() {
            let help = "other machines could read the metrics; set SAYDO_METRICS_TOKEN as well, or listen on 127.0.0.1";
            self.wrong("SAYDO_METRICS_LISTEN", help);
        }
        MetricsConfig { listen, token: token.map(SecretString::from) }
    }

    fn traces(&mut self) -> Option<TracesConfig> {
        let ratio = self.parsed("OTEL_TRACES_SAMPLER_ARG", "a number from 0 to 1", 1.0, |n| (0.0..=1.0).contains(n));
        let protocols = [("http/protobuf", false), ("http/json", true)];
        let json = self.choice("OTEL_EXPORTER_OTLP_PROTOCOL", &protocols, false);
        let endpoint = self.text("OTEL_EXPORTER_OTLP_ENDPOINT")?;
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            self.wrong("OTEL_EXPORTER_OTLP_ENDPOINT", "give a URL that begins with http:// or https://");
        }
        Some(TracesConfig { endpoint, headers: self.secret("OTEL_EXPORTER_OTLP_HEADERS"), json, ratio })
    }

    fn ready(&mut self, data_dir: &std::path::Path) -> ReadyConfig {
        let public_url = self.text("SAYDO_PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned());
        if public_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            self.wrong("SAYDO_PUBLIC_URL", "give a URL that begins with http:// or https://");
        }
        let mut admins = Vec::new();
        for text in self.list("SAYDO_ADMINS") {
            match Email::new(&text) {
                Ok(email) => admins.push(email),
                Err(_) => self.wrong("SAYDO_ADMINS", format!("“{text}” is not an e-mail address")),
            }
        }
        let file = |name, usual| self.text(name).map_or_else(|| data_dir.join(usual), PathBuf::from);
        ReadyConfig {
            decisions: file("SAYDO_READY_FILE", "ready.toml"),
            dependencies: file("SAYDO_DEPENDENCY_REPORT", "dependencies.json"),
            public_url,
            admins,
        }
    }

    fn clock(&mut self) -> Clock {
        let Some(text) = self.text("SAYDO_NOW") else { return Clock::System };
        self.refuse_in_production("SAYDO_NOW", "the clock must run; remove it");
        text.parse::<Timestamp>().map_or_else(
            |_| {
                self.wrong("SAYDO_NOW", format!("“{text}” is not an RFC 3339 instant like 2026-03-11T09:00:00Z"));
                Clock::System
            },
            Clock::Frozen,
        )
    }
}

/// Scheme, host and maybe port, as browsers send it: no path, no trailing slash, lower case.
fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|host| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c))
    })
}
