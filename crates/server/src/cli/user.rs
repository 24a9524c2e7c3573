//! `saydo user`: accounts, for whoever runs the server.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use saydo_app::{
    App,
    accounts::{AccessTokenInput, export::Export},
};
use saydo_domain::TokenScope;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::{CliError, plain, read_password};
use crate::{config::Config, setup};

/// Users read at once.
const PAGE: u32 = 500;

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// List all accounts
    List,
    /// Make an account; the password is asked for, or read from standard input
    Create {
        /// Its e-mail
        email: String,
        /// What to call the person
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Say that an account is the person's whose e-mail it has: who is named in `SAYDO_ADMINS` administrates only then
    Vouch {
        /// E-mail or id
        user: String,
    },
    /// Set a password and log the user out everywhere; it is asked for, or read from standard input
    Password {
        /// E-mail or id
        user: String,
    },
    /// Write everything of a user as one JSON document
    Export {
        /// E-mail or id
        user: String,
        /// A new file for it, readable by its owner only; standard output without it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Erase an account and everything in it
    #[command(visible_alias = "delete")]
    Erase {
        /// E-mail or id
        user: String,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
    /// Print a fresh token: a session for scripts, or with --name a personal access token for a program
    Token {
        /// E-mail or id
        user: String,
        /// Make a personal access token of this name
        #[arg(long, requires = "scope")]
        name: Option<String>,
        /// What it may do: read, or write
        #[arg(long, requires = "name", value_parser = scope)]
        scope: Option<TokenScope>,
        /// Days until it ends; never without it
        #[arg(long, requires = "name")]
        days: Option<i64>,
    },
}

impl User {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let app = setup::open_app(config).await?;
        match self {
            Self::List => list(&app).await?,
            Self::Create { email, name } => {
                let password = read_password("Password: ").await?;
                let user = app.accounts.admin_create(&email, &name, &password).await?;
                println!("Made {} ({email}).", user.id);
            }
            Self::Vouch { user } => {
                let user = app.accounts.admin_find(&user).await?;
                app.accounts.admin_vouch(&user).await?;
                println!("{} is vouched for; it was made on {}.", user.id, user.created_at.strftime("%F"));
            }
            Self::Password { user } => {
                let user = app.accounts.admin_find(&user).await?;
                let password = read_password("New password: ").await?;
                app.accounts.admin_set_password(&user, &password).await?;
                println!("The password of {} is changed; all sessions have ended.", user.id);
            }
            Self::Export { user, out } => {
                let user = app.accounts.admin_find(&user).await?;
                export(&app, &user, out.as_deref()).await?;
                // It is noted beside the work: not before that is this over.
                app.accounts.audit().settle().await;
            }
            Self::Erase { user, yes } => {
                let user = app.accounts.admin_find(&user).await?;
                if !yes && !confirm(&user).await? {
                    return Err(CliError::Refused(format!(
                        "this erases {} and everything in it for good; repeat with --yes",
                        user.id
                    )));
                }
                app.accounts.admin_delete(&user).await?;
                println!("Erased {}.", user.id);
            }
            Self::Token { user, name, scope, days } => {
                let user = app.accounts.admin_find(&user).await?;
                let token = match name.zip(scope) {
                    Some((name, scope)) => {
                        let input = AccessTokenInput { name, scope, expires_in_days: days };
                        app.accounts.access_token_create(&user.id, input).await?.text
                    }
                    None => app.accounts.admin_token(user).await?.token,
                };
                println!("{}", token.expose_secret());
            }
        }
        app.store.close().await;
        Ok(())
    }
}

/// Writes a document as it comes.
async fn export(app: &App, user: &saydo_domain::User, out: Option<&Path>) -> Result<(), CliError> {
    let Some(path) = out else {
        let mut to = tokio::io::stdout();
        copy(app.accounts.admin_export(user).await?, &mut to).await?;
        to.write_all(b"\n").await?;
        return Ok(to.flush().await?);
    };
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let named = |error: std::io::Error| CliError::Refused(format!("{}: {error}", path.display()));
    let mut file = options.open(path).await.map_err(named)?;
    let written = async {
        copy(app.accounts.admin_export(user).await?, &mut file).await?;
        file.sync_all().await.map_err(CliError::from)
    };
    if let Err(error) = written.await {
        // Half a document looks like a whole one.
        drop(tokio::fs::remove_file(path).await);
        return Err(error);
    }
    println!("Wrote {}.", path.display());
    Ok(())
}

async fn copy(mut document: Export, to: &mut (impl AsyncWrite + Unpin)) -> Result<(), CliError> {
    while let Some(piece) = document.next().await {
        to.write_all(&piece?).await?;
    }
    Ok(to.flush().await?)
}

/// Asks the person at the terminal; nobody is there in a script.
async fn confirm(user: &saydo_domain::User) -> Result<bool, CliError> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    let who = user.email.as_ref().map_or_else(|| user.id.to_string(), ToString::to_string);
    println!("This erases {who} and everything in it for good. Type {who} to go on:");
    let answer = tokio::task::spawn_blocking(super::read_line).await;
    let answer = answer.map_err(|error| CliError::Refused(error.to_string()))??;
    Ok(answer.trim() == who)
}

fn scope(word: &str) -> Result<TokenScope, String> {
    [TokenScope::Read, TokenScope::Write]
        .into_iter()
        .find(|scope| scope.as_str() == word)
        .ok_or_else(|| "give read or write".to_owned())
}

async fn list(app: &App) -> Result<(), CliError> {
    let mut after = None;
    loop {
        let users = app.store.read().await?.users_list(PAGE, after.as_ref()).await?;
        let Some(last) = users.last() else { return Ok(()) };
        after = Some(last.id.clone());
        for user in users {
            let email = user.email.map_or_else(|| "-".to_owned(), String::from);
            println!("{}", plain::line(&format!("{}  {}  {email}  {}", user.id, user.created_at, user.name)));
        }
    }
}
