//! Configuration: defaults, then `saydo.toml`, then `.env`, then the environment, then flags; parsed once into plain
//! structs per concern. Every mistake is reported, one line each, saying what to do.

mod database;
mod example;
mod model;
mod parse;
mod secret;
mod show;
mod sources;
mod table;

use std::{net::SocketAddr, path::PathBuf};

use jiff::SignedDuration;
use saydo_app::{Clock, accounts::Throttling, sweep::Retention, voice::VoiceConfig};
use saydo_domain::Email;
use secrecy::SecretString;

pub use database::DatabasePlace;
pub use example::env_example;
pub use model::ModelConfig;
pub use secret::{SecretError, load_or_make as load_or_make_secret};
pub use show::show;
pub use sources::Sources;
pub use table::{SETTINGS, Setting};

/// Everything the program can be told.
#[derive(Debug, Clone)]
pub struct Config {
    /// How careful it is.
    pub profile: Profile,
    /// Where data is kept.
    pub data_dir: PathBuf,
    /// The doors.
    pub http: HttpConfig,
    /// The database.
    pub database: DatabaseConfig,
    /// Backups.
    pub backup: BackupConfig,
    /// Accounts and tokens.
    pub auth: AuthConfig,
    /// The language models.
    pub model: ModelConfig,
    /// The speech models.
    pub voice: VoiceConfig,
    /// How much anybody may ask for.
    pub limits: LimitsConfig,
    /// The log.
    pub telemetry: TelemetryConfig,
    /// How long things are kept.
    pub retention: Retention,
    /// Whether it is ready, and who may see that.
    pub ready: ReadyConfig,
    /// Whether something is being looked for.
    pub debug: bool,
    /// Where “now” comes from.
    pub clock: Clock,
    /// Files that secrets were read from.
    pub secret_files: Vec<PathBuf>,
}

/// How careful the program is with its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// On one's own machine: a secret is made when there is none.
    Development,
    /// In earnest: unsafe settings are refused.
    Production,
}

impl Profile {
    /// The word used in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// The HTTP doors.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Origins of other sites that may call the API from a browser.
    pub cors_origins: Vec<String>,
    /// Whether a proxy in front is believed about the client's address and TLS.
    pub proxy: Proxy,
    /// How long requests are still taken after it was asked to stop.
    pub stop_delay: std::time::Duration,
}

/// Whether `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxy {
    /// Clients connect directly: the headers are ignored.
    None,
    /// A proxy that sets them stands in front, and nobody else can connect.
    Trusted,
}

/// The database.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// Which one, and where.
    pub place: DatabasePlace,
    /// Another way to the same PostgreSQL, on which its notices arrive.
    pub listen: Option<DatabasePlace>,
    /// Connections kept open; a command keeps none.
    pub pool_size: u32,
    /// Connections on top when it is busy.
    pub max_overflow: u32,
    /// How long a request waits for one.
    pub pool_timeout: std::time::Duration,
    /// Whether `serve` brings the schema up to date by itself.
    pub migrate: Migrate,
}

impl DatabaseConfig {
    /// For a command, which runs beside a server: it opens a connection when it needs one, and says soon that none is
    /// to be had.
    pub(crate) fn for_a_command(&mut self) {
        (self.pool_size, self.max_overflow) = (0, 2);
        self.pool_timeout = self.pool_timeout.min(std::time::Duration::from_secs(10));
    }
}

/// Backups.
#[derive(Debug, Clone)]
pub struct BackupConfig {
    /// By whom.
    pub made: Made,
    /// Where they are.
    pub folder: PathBuf,
    /// How often the server makes one; never when not set.
    pub every: Option<SignedDuration>,
    /// How long they are kept.
    pub keep: SignedDuration,
}

/// Who makes the backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Saydo: by itself, or by `saydo backup create`.
    Here,
    /// Somebody else, such as whoever runs the database: none is missed here.
    Elsewhere,
}

/// When the schema is brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrate {
    /// When the server starts.
    OnStart,
    /// Only by `saydo migrate up`.
    ByHand,
}

/// Accounts and tokens.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// The token secret; `None` in development: one is kept in the data folder.
    pub secret: Option<SecretString>,
    /// Outside issuers that are believed.
    pub trusted_issuers: Vec<String>,
    /// How long a token is good.
    pub token_life: SignedDuration,
    /// Who may make an account.
    pub sign_up: SignUp,
}

/// Who may make an account with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUp {
    /// Everybody.
    Open,
    /// Whoever runs the server, on its command line.
    Closed,
}

/// How much anybody may ask for.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// Whether there are any limits.
    pub throttling: Throttling,
    /// Chat turns a minute and user.
    pub chat_per_minute: std::num::NonZeroU32,
    /// How much of one person's may be changed on a day.
    pub changes_per_day: std::num::NonZeroU32,
    /// Where replicas count together; each by itself when not set.
    pub redis_url: Option<SecretString>,
    /// How long a request waits for it.
    pub redis_timeout: std::time::Duration,
}

impl LimitsConfig {
    /// Where requests are counted, in words.
    #[must_use]
    pub const fn counted(&self) -> &'static str {
        match (self.throttling, &self.redis_url) {
            (Throttling::Off, _) => "requests are not counted: limits are off",
            (Throttling::On, Some(_)) => "requests are counted in Redis: limits hold for all replicas together",
            (Throttling::On, None) => "requests are counted in each server: limits hold per replica",
        }
    }
}

/// The log.
#[derive(Debug, Clone)]
pub struct TelemetryConfig {
    /// Which lines (`info`, or a filter like `info,saydo_server=debug`).
    pub filter: String,
    /// Their form; `None`: pretty on a terminal, JSON otherwise.
    pub format: Option<LogFormat>,
    /// Who may read the metrics.
    pub metrics: MetricsConfig,
    /// Where traces go; nowhere when not set.
    pub traces: Option<TracesConfig>,
}

/// Who may read the metrics: nobody unless one of these is set.
#[derive(Debug, Clone, Default)]
pub struct MetricsConfig {
    /// An address of their own to serve them at.
    pub listen: Option<SocketAddr>,
    /// Who has this reads them at `/metrics` of the main address.
    pub token: Option<SecretString>,
}

/// Where traces go (OTLP over HTTP).
#[derive(Debug, Clone)]
pub struct TracesConfig {
    /// The collector.
    pub endpoint: String,
    /// `name=value` pairs to send along, comma-separated.
    pub headers: Option<SecretString>,
    /// JSON instead of protobuf.
    pub json: bool,
    /// Of traces that begin here, how many: from 0 to 1.
    pub ratio: f64,
}

/// What the list of readiness asks for besides, and who may see it in the web app.
#[derive(Debug, Clone)]
pub struct ReadyConfig {
    /// How the server is reached from outside.
    pub public_url: Option<String>,
    /// Who administrates.
    pub admins: Vec<Email>,
    /// What only people decide.
    pub decisions: PathBuf,
    /// What is known about the dependencies, where it is said where that is.
    pub dependencies: Option<PathBuf>,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// Every mistake in the configuration, one line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

#[cfg(test)]
mod tests;
