//! `saydo mcp`: the MCP server on standard input and output, for clients that start it themselves. It works on the
//! database of this machine, like the other operator's commands; a running server may use it at the same time.

use jiff::tz::TimeZone;
use rmcp::{ServiceExt as _, transport::stdio};
use saydo_app::{Caller, accounts::Access};
use saydo_domain::{Door, TokenScope};
use saydo_lang::DateOrder;

use super::{CliError, local_url};
use crate::{
    config::Config,
    mcp::{Saydo, Who},
    setup,
};

#[derive(Debug, clap::Args)]
pub(super) struct Mcp {
    /// Whose list it is: e-mail or id
    #[arg(long, value_name = "USER")]
    user: String,
    /// Offer only tools that change nothing
    #[arg(long)]
    read_only: bool,
}

impl Mcp {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let app = setup::open_app(config).await?;
        let user = app.accounts.admin_find(&self.user).await?;
        let known = user.timezone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let caller = Caller {
            user,
            token_id: "stdio".to_owned(),
            zone: known.unwrap_or_else(TimeZone::system),
            order: DateOrder::default(),
            door: Door::Mcp,
            client: None,
            idempotency: None,
        };
        let scope = if self.read_only { TokenScope::Read } else { TokenScope::Write };
        let who = Who { caller, access: Access::Token(scope), base: local_url(config.http.listen) };
        let store = app.store.clone();
        let failed = |error: String| CliError::Refused(format!("MCP: {error}"));
        let running = Saydo::for_one(app, who).serve(stdio()).await.map_err(|error| failed(error.to_string()))?;
        running.waiting().await.map_err(|error| failed(error.to_string()))?;
        store.close().await;
        Ok(())
    }
}
