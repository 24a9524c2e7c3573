//! The command line. Exit status 2: the configuration or the command is wrong; 1: it was tried and failed.
#![expect(clippy::print_stdout, reason = "a command line speaks on standard output")]

mod audit;
mod backup;
mod chat;
mod events;
mod health;
pub(crate) mod interrupt;
mod load;
mod manual;
mod mcp;
mod migrate;
mod model;
pub(crate) mod person;
mod plain;
mod ready;
mod recurring;
mod serve;
pub(crate) mod site;
mod smoke;
pub(crate) mod span;
mod usage;
mod user;
pub(crate) mod web_app;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, process::ExitCode, sync::LazyLock};

use clap::{Parser, Subcommand};
use secrecy::SecretString;

use crate::config::{self, Config, ConfigError, Sources};

/// What `--version` says.
static BUILD: LazyLock<String> = LazyLock::new(|| crate::build(crate::VERSION, crate::REVISION));

/// Saydo: a to-do list you talk to.
#[derive(Debug, Parser)]
#[command(name = "saydo", version = BUILD.as_str(), about = "Saydo, a to-do list you talk to", propagate_version = true)]
struct Cli {
    #[command(flatten, next_help_heading = "Settings")]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

/// Settings that make sense on the command line; each wins over the environment.
#[derive(Debug, clap::Args)]
struct Flags {
    /// A settings file instead of ./saydo.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address to listen on [SAYDO_LISTEN]
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Folder for the database and the generated secret [SAYDO_DATA_DIR]
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// development or production [SAYDO_PROFILE]
    #[arg(long, global = true, value_name = "PROFILE")]
    profile: Option<String>,
    /// sqlite:PATH or postgresql://… [DATABASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// open or closed: who may make an account [SAYDO_SIGNUP]
    #[arg(long, global = true, value_name = "WHO")]
    signup: Option<String>,
    /// Which log lines [SAYDO_LOG]
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    /// json or pretty [SAYDO_LOG_FORMAT]
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server
    Serve,
    /// Bring the database schema up to date, one step back, or say where it is
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    /// Make, check, restore, list and remove backups
    Backup(backup::Backup),
    /// What happened to accounts and to the installation
    Audit(audit::Audit),
    /// Accounts, for the operator
    #[command(subcommand)]
    User(user::User),
    /// Talk to a running server from the terminal
    Chat(chat::Chat),
    /// Serve the tools of one person's list to an MCP client on standard input and output
    Mcp(mcp::Mcp),
    /// The language models that are configured
    #[command(subcommand)]
    Model(model::Model),
    /// Print the settings in force, secrets hidden
    Config {
        /// Print an .env.example instead
        #[arg(long)]
        example: bool,
    },
    Smoke(smoke::Smoke),
    Ready(ready::Ready),
    Load(load::Load),
    /// Ask a running server whether all is well; the exit status answers
    Health {
        /// Where the server is; what SAYDO_LISTEN says when not given
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
    },
    Completions(manual::Completions),
    Man(manual::Man),
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Setup(#[from] crate::setup::SetupError),
    #[error("database: {0}")]
    Store(#[from] saydo_store::StoreError),
    #[error("{0}")]
    Backup(#[from] saydo_store::backup::BackupError),
    #[error("{0}")]
    App(#[from] saydo_app::AppError),
    #[error("{0}")]
    Traces(#[from] crate::telemetry::TracesError),
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Refused(String),
    /// The command is wrong.
    #[error("{0}")]
    Usage(String),
    /// Nothing was sent: nobody is there.
    #[error("{0}")]
    Unreachable(String),
}

impl Flags {
    fn layer(&self) -> BTreeMap<String, String> {
        let pairs = [
            ("SAYDO_LISTEN", &self.listen),
            ("SAYDO_DATA_DIR", &self.data_dir),
            ("SAYDO_PROFILE", &self.profile),
            ("DATABASE_URL", &self.database_url),
            ("SAYDO_SIGNUP", &self.signup),
            ("SAYDO_LOG", &self.log),
            ("SAYDO_LOG_FORMAT", &self.log_format),
        ];
        let set = pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        set.collect()
    }
}

/// The command line as it describes itself.
#[must_use]
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    use_small_pages();
    end_with_the_reader();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::tell(&error),
    };
    match run(cli) {
        Ok(code) => code,
        Err(CliError::Config(error)) => {
            eprintln!("saydo: the configuration has mistakes:\n{error}");
            ExitCode::from(2)
        }
        Err(CliError::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(READER_GONE),
        Err(error) => {
            eprintln!("saydo: {error}");
            if matches!(error, CliError::Usage(_)) { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// What shells say of a program that the end of its reader ended (128 + SIGPIPE), which others do not survive either.
const READER_GONE: u8 = 141;

/// Whoever reads what is printed may have seen enough, as `head` has: then this ends, without a word about it.
fn end_with_the_reader() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // What `println!` says then: EPIPE.
        let text = panic.payload_as_str().unwrap_or_default();
        if text.starts_with("failed printing to stdout") && text.contains("(os error 32)") {
            std::process::exit(READER_GONE.into());
        }
        told(panic);
    }));
}

/// The allocator asks for huge pages (2 MiB), of which an idle server would fill a fraction: 19 MB instead of 7.
fn use_small_pages() {
    // A kernel that does not know them gives none.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

fn run(cli: Cli) -> Result<ExitCode, CliError> {
    if matches!(cli.command, Command::Config { example: true }) {
        print!("{}", config::env_example());
        return Ok(ExitCode::SUCCESS);
    }
    let sources = Sources::of_process(cli.flags.config.as_deref(), cli.flags.layer())?;
    let mut config = Config::parse(&sources)?;
    if !matches!(cli.command, Command::Serve) {
        config.database.for_a_command();
    }
    // What is still on its way is sent when this ends, after the runtime.
    let _telemetry = crate::telemetry::start(&config.telemetry)?;
    // Restoring a backup needs the data for itself; the rest says that it is in use.
    let uses_data = match &cli.command {
        Command::Migrate(migrate) => migrate.uses_data(),
        command => matches!(command, Command::Serve | Command::User(_) | Command::Mcp(_)),
    };
    let _in_use = if uses_data { crate::setup::hold_data(&config)? } else { None };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve => serve::run(&config).await,
            Command::Migrate(migrate) => migrate.run(&config).await,
            Command::Backup(backup) => backup.run(&config).await,
            Command::Audit(audit) => audit.run(&config).await,
            Command::User(user) => user.run(&config).await,
            Command::Chat(chat) => chat.run(&config).await,
            Command::Mcp(mcp) => mcp.run(&config).await,
            Command::Model(model) => model.run(&config).await,
            Command::Smoke(smoke) => smoke.run(&config).await,
            Command::Ready(ready) => Box::pin(ready.run(&config)).await,
            Command::Load(load) => load.run(&config).await,
            Command::Health { base_url } => health::run(&config, base_url).await,
            Command::Completions(completions) => completions.run(),
            Command::Man(man) => man.run(),
            Command::Config { .. } => {
                print!("{}", config::show(&sources)?);
                Ok(())
            }
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A password from the terminal without echo, or the first line of a pipe.
async fn read_password(prompt: &'static str) -> Result<SecretString, CliError> {
    let read = tokio::task::spawn_blocking(move || {
        use std::io::IsTerminal as _;
        if std::io::stdin().is_terminal() { rpassword::prompt_password(prompt) } else { read_line() }
    });
    let text = read.await.map_err(|error| CliError::Refused(error.to_string()))??;
    Ok(SecretString::from(text))
}

/// One line of standard input, without its end.
fn read_line() -> std::io::Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Where a server that listens there is reached from this machine.
pub(crate) fn local_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    format!("http://{address}")
}
