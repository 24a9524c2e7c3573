//! `saydo user`: accounts, for whoever runs the server.

use clap::Subcommand;
use saydo_app::{App, accounts::AccessTokenInput};
use saydo_domain::TokenScope;
use secrecy::ExposeSecret as _;

use super::{CliError, read_password};
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
    /// Set a password and log the user out everywhere; it is asked for, or read from standard input
    Password {
        /// E-mail or id
        user: String,
    },
    /// Erase an account and everything in it
    Delete {
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
            Self::Password { user } => {
                let user = app.accounts.admin_find(&user).await?;
                let password = read_password("New password: ").await?;
                app.accounts.admin_set_password(&user, &password).await?;
                println!("The password of {} is changed; all sessions have ended.", user.id);
            }
            Self::Delete { user, yes } => {
                let user = app.accounts.admin_find(&user).await?;
                if !yes {
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
            println!("{}  {}  {email}  {}", user.id, user.created_at, user.name);
        }
    }
}
