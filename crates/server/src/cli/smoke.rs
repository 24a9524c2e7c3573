//! `saydo smoke`: does a running server do what people need? Every check looks at the effect, none at the wording.

mod doors;
mod report;
mod scene;
mod stories;

use std::time::Duration;

use secrecy::SecretString;

use self::{
    report::Report,
    scene::{Fault, Scene},
};
use super::{CliError, interrupt::interrupted, local_url, person::Person, read_password, site::Site, span::span};
use crate::config::Config;

/// Try out a running server by the effects of what is said and asked; the exit status answers
///
/// Two throw-away people sign up, live a little, and are erased again, whatever happens. That takes a few seconds and
/// about a dozen chat turns. The exit status is 0 when every check passed, 1 when one did
/// not, 2 when the command is wrong. Nothing else than the accounts it makes is touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  saydo smoke --base-url https://todo.example.com\n  \
    saydo smoke --base-url http://localhost:8000 --planner offline --json")]
pub(super) struct Smoke {
    /// Where the server is; what SAYDO_LISTEN says when not given
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Act as this account instead of a new one; its password is asked for, or read from standard input
    #[arg(long, value_name = "EMAIL", conflicts_with = "token")]
    account: Option<String>,
    /// Act as whoever this token belongs to
    #[arg(long, env = "SAYDO_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<SecretString>,
    /// Which planner the new account wants; the server's choice when not given
    #[arg(long, value_parser = ["auto", "llm", "offline"])]
    planner: Option<String>,
    /// 95 of 100 chat turns must take less
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = span)]
    target_p95: Duration,
    /// A request that takes longer has failed
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = span)]
    timeout: Duration,
    /// Print one JSON document instead of lines
    #[arg(long)]
    json: bool,
}

/// What is checked, in this order.
#[derive(Debug, Clone, Copy)]
enum Check {
    Health,
    WebApp,
    SignUp,
    LogIn,
    Add,
    List,
    Update,
    Complete,
    Delete,
    Undo,
    Reference,
    Resume,
    Stream,
    Repeat,
    Isolation,
    Errors,
    Speed,
}

impl Check {
    const ALL: [Self; 17] = [
        Self::Health,
        Self::WebApp,
        Self::SignUp,
        Self::LogIn,
        Self::Add,
        Self::List,
        Self::Update,
        Self::Complete,
        Self::Delete,
        Self::Undo,
        Self::Reference,
        Self::Resume,
        Self::Stream,
        Self::Repeat,
        Self::Isolation,
        Self::Errors,
        Self::Speed,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::WebApp => "web app",
            Self::SignUp => "sign up",
            Self::LogIn => "log in",
            Self::Add => "add by chat",
            Self::List => "list by chat",
            Self::Update => "update by chat",
            Self::Complete => "complete by chat",
            Self::Delete => "delete by chat",
            Self::Undo => "undo",
            Self::Reference => "several turns",
            Self::Resume => "resume",
            Self::Stream => "streamed turn",
            Self::Repeat => "repeated request",
            Self::Isolation => "isolation",
            Self::Errors => "errors",
            Self::Speed => "speed",
        }
    }

    /// Does it; what was measured, or what is wrong.
    async fn run(self, scene: &mut Scene) -> Result<String, Fault> {
        match self {
            Self::Health => doors::health(scene).await,
            Self::WebApp => doors::web_app(scene).await,
            Self::SignUp => doors::sign_up(scene).await,
            Self::LogIn => doors::log_in(scene).await,
            Self::Add => stories::add(scene).await,
            Self::List => stories::list(scene).await,
            Self::Update => stories::update(scene).await,
            Self::Complete => stories::complete(scene).await,
            Self::Delete => stories::delete(scene).await,
            Self::Undo => stories::undo(scene).await,
            Self::Reference => stories::reference(scene).await,
            Self::Resume => stories::resume(scene).await,
            Self::Stream => stories::stream(scene).await,
            Self::Repeat => doors::repeat(scene).await,
            Self::Isolation => doors::isolation(scene).await,
            Self::Errors => doors::errors(scene).await,
            Self::Speed => doors::speed(scene).await,
        }
    }
}

impl Smoke {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let base = self.base_url.unwrap_or_else(|| local_url(config.http.listen));
        let site = Site::new(&base, self.timeout)?.for_operator(config);
        let mut report = Report::new(site.base(), Check::ALL.len() + 1, self.json);
        let given = match (self.account, self.token) {
            (Some(email), _) => Some(Person::known(&site, email, read_password("Password: ").await?)),
            (None, Some(token)) => Some(Person::of_token(&site, token).await?),
            (None, None) => None,
        };
        let mut scene = Scene::new(site, given, self.timeout, self.target_p95);
        scene.planner = self.planner;
        let all = async {
            for check in Check::ALL {
                report.begin(check.name());
                let outcome = Box::pin(check.run(&mut scene)).await;
                report.end(check.name(), outcome);
            }
        };
        let in_time = tokio::select! {
            () = all => true,
            () = interrupted() => false,
        };
        if !in_time {
            report.end("interrupted", Err(Fault::Failed("somebody ended it before it was through".to_owned())));
        }
        report.begin("clean-up");
        let outcome = scene.clean_up().await;
        report.end("clean-up", outcome);
        report.finish()
    }
}
