//! The one table of settings: `.env.example`, `saydo.toml` keys and `saydo config` come from it.

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The environment variable.
    pub env: &'static str,
    /// What it is without being set; empty: nothing.
    pub default: &'static str,
    /// Whether its value is never shown and may come from a file (`…_FILE`).
    pub secret: bool,
    /// What it means, one line.
    pub help: &'static str,
}

impl Setting {
    /// The key in `saydo.toml`: the variable in lower case, without `SAYDO_`.
    #[must_use]
    pub fn key(&self) -> String {
        self.env.strip_prefix("SAYDO_").unwrap_or(self.env).to_lowercase()
    }
}

const fn plain(env: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { env, default, secret: false, help }
}

const fn secret(env: &'static str, help: &'static str) -> Setting {
    Setting { env, default: "", secret: true, help }
}

/// All settings, in the order in which they are shown.
pub const SETTINGS: &[Setting] = &[
    plain("SAYDO_PROFILE", "development", "development, or production: refuses unsafe settings"),
    plain("SAYDO_LISTEN", "127.0.0.1:8000", "address to listen on"),
    plain(
        "SAYDO_STOP_DELAY",
        "0",
        "seconds to go on after it was asked to stop, not ready any more: until what is in front of it has noticed",
    ),
    plain("SAYDO_DATA_DIR", "./data", "folder for the database and the generated secret"),
    secret(
        "DATABASE_URL",
        "postgresql://user:password@host/database, or sqlite:PATH; saydo.db in the data folder when not set",
    ),
    secret(
        "SAYDO_LISTEN_DATABASE_URL",
        "the same database without the PgBouncer of DATABASE_URL, for PostgreSQL's notices; else live views look every second",
    ),
    plain("DB_POOL_SIZE", "10", "database connections kept open"),
    plain("DB_MAX_OVERFLOW", "20", "more of them when it is busy (PostgreSQL)"),
    plain("DB_POOL_TIMEOUT", "30", "seconds to wait for one"),
    plain("SAYDO_MIGRATE", "on", "on: the server brings the schema up to date on start; off: only saydo migrate up"),
    plain("SAYDO_BACKUPS", "here", "here, or elsewhere: the database's own means make them, and none are missed here"),
    plain("SAYDO_BACKUP_EVERY", "", "hours after which the server makes a backup by itself; never when not set"),
    plain("SAYDO_BACKUP_DIR", "", "folder for backups, best on another disk; backups in the data folder when not set"),
    plain("SAYDO_BACKUP_KEEP_DAYS", "30", "days they are kept; the newest good one is never removed"),
    secret("BETTER_AUTH_SECRET", "secret of at least 32 characters that signs tokens; development makes its own"),
    plain(
        "SAYDO_TRUSTED_ISSUERS",
        "",
        "comma-separated iss values of outside tokens to believe; they share the secret",
    ),
    plain(
        "SAYDO_SIGNUP",
        "open",
        "open, or closed: only saydo user create makes accounts, and SAYDO_TRUSTED_ISSUERS vouch",
    ),
    plain("JWT_EXPIRY_DAYS", "7", "days until a token ends"),
    plain("CORS_ORIGINS", "", "comma-separated origins of other sites that may call the API from a browser"),
    plain("SAYDO_TRUST_PROXY", "off", "on: believe X-Forwarded-For and X-Forwarded-Proto of the proxy in front"),
    plain("SAYDO_RATE_LIMITS", "on", "on, or off for tests and benchmarks (refused in production)"),
    plain(
        "SAYDO_CHAT_PER_MINUTE",
        "60",
        "chat turns a minute and user; 10 is a good value where a costly model answers",
    ),
    plain(
        "SAYDO_CHANGES_PER_DAY",
        "20000",
        "changes of tasks and turns a day (UTC) and user; bounds how fast the data grows",
    ),
    secret("REDIS_URL", "redis://HOST:PORT where replicas count requests together; each by itself when not set"),
    plain("SAYDO_REDIS_TIMEOUT_MS", "100", "milliseconds to wait for it; without an answer a server counts by itself"),
    secret("OPENAI_API_KEY", "key of the language model; [[providers]] in saydo.toml instead for several models"),
    plain("OPENAI_BASE_URL", "", "where its API is, for any server that speaks Chat Completions; OpenAI when not set"),
    plain("OPENAI_AGENT_MODEL", "gpt-4o", "which model"),
    plain("SAYDO_PLANNER", "auto", "auto: a model answers what the offline engine is not sure of; llm; or offline"),
    plain("SAYDO_MODEL_TURN_TIMEOUT", "60", "seconds a turn with a model may take"),
    plain("SAYDO_MODEL_FIRST_BYTE_TIMEOUT", "30", "seconds until a model must begin to answer"),
    plain("SAYDO_MODEL_TOKENS_PER_TURN", "60000", "tokens a turn may use, in and out"),
    plain(
        "SAYDO_MODEL_TOKENS_PER_DAY",
        "1000000",
        "tokens a user may use a day (UTC); then the offline engine answers",
    ),
    plain(
        "OPENAI_TRANSCRIBE_MODEL",
        "",
        "model that turns speech into text, like gpt-4o-mini-transcribe; off when not set",
    ),
    plain("OPENAI_SPEECH_MODEL", "", "model that reads text aloud, like gpt-4o-mini-tts; off when not set"),
    plain("OPENAI_SPEECH_VOICE", "alloy", "its voice"),
    plain(
        "SAYDO_SPEECH_BASE_URL",
        "",
        "where the speech API is, for any server that speaks OpenAI's; OPENAI_BASE_URL when not set",
    ),
    secret("SAYDO_SPEECH_API_KEY", "its key; OPENAI_API_KEY when neither this nor SAYDO_SPEECH_BASE_URL is set"),
    plain("SAYDO_SPEECH_TIMEOUT", "60", "seconds a transcription may take, or speech until it begins"),
    plain("SAYDO_LOG", "info", "which log lines: error, warn, info, debug, trace, or a filter by module"),
    plain("SAYDO_LOG_FORMAT", "", "json or pretty; pretty on a terminal and json otherwise when not set"),
    plain("SAYDO_METRICS_LISTEN", "", "address to serve /metrics at, like 127.0.0.1:9464; nowhere when not set"),
    secret("SAYDO_METRICS_TOKEN", "bearer token of at least 16 characters that opens /metrics, also on SAYDO_LISTEN"),
    plain(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        "collector for traces, like http://127.0.0.1:4318; none are sent when not set",
    ),
    secret("OTEL_EXPORTER_OTLP_HEADERS", "name=value pairs to send to it, comma-separated"),
    plain("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "http/protobuf or http/json"),
    plain("OTEL_TRACES_SAMPLER_ARG", "1", "which part of the traces that begin here are sent, from 0 to 1"),
    plain("SAYDO_TRASH_KEEP_DAYS", "30", "days a deleted task can come back; then it is gone for good"),
    plain("SAYDO_TURNS_KEEP_HOURS", "24", "hours the events of a chat turn can be replayed after it ended"),
    plain("SAYDO_ANSWERS_KEEP_HOURS", "24", "hours a repeated Idempotency-Key gets its answer again, 24 at the most"),
    plain(
        "SAYDO_CONVERSATIONS_KEEP_DAYS",
        "",
        "days conversations are kept after the last message; for good when not set",
    ),
    plain("SAYDO_CHANGES_KEEP_DAYS", "", "days changes can be undone and tasks have a history; for good when not set"),
    plain("SAYDO_AUDIT_KEEP_DAYS", "365", "days audit events are kept"),
    plain("SAYDO_PUBLIC_URL", "", "how people reach the server, like https://todo.example.com, for saydo ready"),
    plain("SAYDO_ADMINS", "", "comma-separated e-mails of administrators; make their accounts with saydo user create"),
    plain(
        "SAYDO_READY_FILE",
        "",
        "what only people decide, for saydo ready; ready.toml in the data folder when not set",
    ),
    plain(
        "SAYDO_DEPENDENCY_REPORT",
        "",
        "what scripts/dependencies.sh wrote, for saydo ready; when not set dependencies.json in the data folder, or what came with the program",
    ),
    plain("SAYDO_NOW", "", "RFC 3339 instant at which the clock stands still, for tests (refused in production)"),
    plain("DEBUG", "off", "must be off in production"),
];
