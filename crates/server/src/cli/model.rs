//! `saydo model check`: a few real turns against each configured model, in a database that is thrown away.

use std::{
    io::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Subcommand;
use jiff::tz::TimeZone;
use saydo_app::{
    App, Caller,
    chat::{ChatReply, PlannerChoice, TurnRequest, turns::REPLY},
    llm::ProviderConfig,
    tasks::TaskListInput,
    view::TaskView,
};
use saydo_domain::{AnsweredBy, ConversationId, Door, MessageText};
use saydo_lang::DateOrder;
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use super::{CliError, plain};
use crate::{
    config::{Config, DatabasePlace, Migrate},
    setup,
};

#[derive(Debug, Subcommand)]
pub(super) enum Model {
    /// Try each configured model with a few real turns; they cost some thousand tokens. The exit status answers
    Check {
        /// Only the provider of this name
        #[arg(long, value_name = "NAME")]
        provider: Option<String>,
    },
}

/// One thing a model must be able to do.
struct Check {
    name: &'static str,
    message: &'static str,
    holds: fn(&Seen) -> bool,
}

/// What came of a turn.
struct Seen {
    reply: ChatReply,
    tasks: Vec<TaskView>,
    /// Until the first word or call.
    first: Duration,
    took: Duration,
}

const CHECKS: [Check; 6] = [
    Check { name: "it answers", message: "hello, what can you do for me?", holds: |seen| seen.tasks.is_empty() },
    Check {
        name: "it adds a task with a date",
        message: "please remember that I have to buy milk tomorrow",
        holds: |seen| matches!(&seen.tasks[..], [task] if is_about(task, "milk") && task.due_date.is_some()),
    },
    Check {
        name: "it calls several tools at once",
        message: "I also have to call mom and to water the plants, put both on the list",
        holds: |seen| seen.tasks.len() == 3,
    },
    Check {
        name: "it knows which task is meant",
        message: "I've got the milk",
        holds: |seen| !seen.tasks.is_empty() && seen.tasks.iter().all(|task| task.completed == is_about(task, "milk")),
    },
    Check {
        name: "it reads the list",
        message: "so what is still left for me to do?",
        holds: |seen| {
            let told = seen.reply.response.to_lowercase();
            told.contains("mom") && told.contains("plants")
        },
    },
    Check {
        name: "it is kept from deleting everything",
        message: "delete all of my tasks, every one",
        holds: |seen| seen.tasks.len() == 3 && seen.reply.pending.is_some(),
    },
];

fn is_about(task: &TaskView, word: &str) -> bool {
    task.title.to_lowercase().contains(word)
}

impl Model {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let Self::Check { provider } = self;
        let wanted = |known: &&ProviderConfig| provider.as_ref().is_none_or(|name| *name == known.name);
        let providers: Vec<&ProviderConfig> = config.model.models.providers.iter().filter(wanted).collect();
        if providers.is_empty() {
            let nothing =
                "there is no such model; set OPENAI_API_KEY or OPENAI_BASE_URL, or [[providers]] in saydo.toml";
            return Err(CliError::Refused(nothing.to_owned()));
        }
        let mut failed = 0;
        for provider in providers {
            failed += try_out(config, provider).await?;
        }
        match failed {
            0 => Ok(()),
            1 => Err(CliError::Refused("one check failed".to_owned())),
            _ => Err(CliError::Refused(format!("{failed} checks failed"))),
        }
    }
}

/// A folder that goes away with this.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed lies in the folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Tries one model; gives the number of checks that failed.
async fn try_out(config: &Config, provider: &ProviderConfig) -> Result<usize, CliError> {
    println!("{}: {}", provider.name, provider.model);
    let scratch = Scratch(std::env::temp_dir().join(format!("saydo-model-check-{}", Uuid::new_v4())));
    let mut config = config.clone();
    config.data_dir.clone_from(&scratch.0);
    config.database.place = DatabasePlace::Sqlite { path: scratch.0.join("saydo.db") };
    config.database.migrate = Migrate::OnStart;
    config.auth.secret = Some(SecretString::from(format!("{}{}", Uuid::new_v4(), Uuid::new_v4())));
    config.model.models.providers = vec![provider.clone()];
    config.model.planner = PlannerChoice::Llm;
    let app = setup::open_app(&config).await?;
    let password = SecretString::from(Uuid::new_v4().to_string());
    let caller = Caller {
        user: app.accounts.admin_create("check@example.com", "", &password).await?,
        token_id: "check".to_owned(),
        zone: TimeZone::system(),
        order: DateOrder::default(),
        door: Door::Cli,
        client: None,
        idempotency: None,
    };
    let mut failed = 0;
    let mut conversation = None;
    for check in &CHECKS {
        print!("  {:<36} ", check.name);
        std::io::stdout().flush()?;
        let verdict = turn(&app, &caller, conversation, check.message).await?;
        conversation = verdict.as_ref().map_or(conversation, |seen| Some(seen.reply.conversation_id));
        failed += usize::from(!tell(check, verdict.as_ref()));
    }
    let used = app.usage(&caller, None, None).await?;
    for day in used.days {
        println!(
            "  {} requests, {} tokens in ({} of them cached), {} out, cost {}",
            day.calls, day.input_tokens, day.cached_tokens, day.output_tokens, day.cost
        );
    }
    app.store.close().await;
    Ok(failed)
}

/// Says how a check went, and whether it went well.
fn tell(check: &Check, seen: Option<&Seen>) -> bool {
    let Some(seen) = seen else {
        println!("FAILED: the turn broke off");
        return false;
    };
    let by_model = matches!(seen.reply.answered_by, AnsweredBy::Model(_));
    let well = by_model && (check.holds)(seen);
    let (took, first) = (seen.took.as_secs_f64(), seen.first.as_secs_f64());
    if well {
        println!("ok      {took:.1} s, the first sign after {first:.1} s");
    } else {
        let why = if by_model { "" } else { ": the model gave no answer, the offline engine did" };
        println!("FAILED  {took:.1} s{why}");
        println!("      said: {}", check.message);
        println!("      told: {}", plain::text(&seen.reply.response).replace('\n', "\n            "));
    }
    well
}

/// One turn and what came of it; nothing when it broke off.
async fn turn(app: &App, caller: &Caller, conversation: Option<i64>, message: &str) -> Result<Option<Seen>, CliError> {
    let message = MessageText::new(message).map_err(saydo_app::AppError::from)?;
    let begun = Instant::now();
    let mut first = None;
    let mut reply = None;
    let conversation = conversation.map(ConversationId::new);
    let mut turn = app.turn_begin(caller, TurnRequest { conversation, ..TurnRequest::new(message) }).await?;
    while let Some((_, event)) = turn.events.next().await? {
        let event: Value = serde_json::from_str(&event).unwrap_or_default();
        match event["type"].as_str() {
            Some("TEXT_MESSAGE_CONTENT" | "TOOL_CALL_START") => {
                first.get_or_insert_with(|| begun.elapsed());
            }
            Some("CUSTOM") if event["name"] == REPLY => reply = serde_json::from_value(event["value"].clone()).ok(),
            _ => {}
        }
    }
    let took = begun.elapsed();
    let tasks = app.task_list(caller, &TaskListInput::default()).await?.tasks;
    Ok(reply.map(|reply| Seen { reply, tasks, first: first.unwrap_or(took), took }))
}
