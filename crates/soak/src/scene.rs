//! Where a run takes place: a database, a model that follows a script, the users, and how servers are started.

use std::{path::PathBuf, process::Command, sync::Arc};

use scripted_model::{Call, Reply, Rule, ScriptedModel};
use serde_json::json;
use tempfile::TempDir;
use testbed::{Durability, Running, Saydo};

use crate::{
    check,
    crowd::{Crowd, Held},
    facts::{Everything, Postgres, Source as _, Sqlite},
    ledger::Ledger,
    report::Run,
    trouble::Tried,
    user,
};

/// What a database runs on.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    /// A file in the folder of the server.
    Sqlite,
    /// A cluster of the run's own.
    Postgres(Arc<testbed::Postgres>),
}

/// The name of the run's database.
pub(crate) const DATABASE: &str = "soak";

/// Everything around the servers of a run.
pub(crate) struct Scene {
    pub(crate) engine: Engine,
    pub(crate) server: Saydo,
    program: PathBuf,
    model: ScriptedModel,
    folder: TempDir,
}

impl Engine {
    /// A PostgreSQL of one's own with an empty database.
    pub(crate) async fn postgres(durability: Durability) -> Tried<Self> {
        let start = move || {
            let cluster = testbed::Postgres::start(durability);
            cluster.create_database(DATABASE);
            Self::Postgres(Arc::new(cluster))
        };
        Ok(tokio::task::spawn_blocking(start).await?)
    }
}

impl Scene {
    pub(crate) async fn new(program: PathBuf, engine: Engine) -> Tried<Self> {
        let folder = tempfile::tempdir()?;
        let model = ScriptedModel::start().await;
        // Two rounds: it looks for what it has just added, and then adds the rest.
        let first =
            Reply::call("add_task", json!({ "title": "{*}a first" })).and_call("find_task", json!({ "query": "{*}" }));
        let second = Reply { calls: vec![add("{*}b second")], ..Reply::default() };
        model.rule(Rule::new("* what would you do?", first, Some(second)));
        let server = server(&program, folder.path().join("server"), &engine, &model)?;
        Ok(Self { engine, server, program, model, folder })
    }

    /// One more server on the same database, with a folder of its own.
    pub(crate) fn replica(&self, number: usize) -> Tried<Saydo> {
        server(&self.program, self.folder.path().join(format!("replica{number}")), &self.engine, &self.model)
    }

    /// The place of something else that goes with the run.
    pub(crate) fn spare(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server for the n-th restored backup, on an empty database of its own.
    pub(crate) async fn restored(&self, number: u32) -> Tried<Saydo> {
        let folder = self.spare(&format!("restored{number}"));
        let server = server(&self.program, folder, &self.engine, &self.model)?;
        let Engine::Postgres(cluster) = &self.engine else { return Ok(server) };
        let (cluster, name) = (Arc::clone(cluster), Self::restored_name(number));
        let url = cluster.url(&name, testbed::ROLE);
        tokio::task::spawn_blocking(move || cluster.create_database(&name)).await?;
        Ok(server.with("DATABASE_URL", url))
    }

    /// The name of the database of the n-th restored backup, where databases have names.
    pub(crate) fn restored_name(number: u32) -> String {
        format!("restored{number}")
    }

    /// What the database holds now that no server writes; and what the engine finds wrong with it.
    pub(crate) async fn look(&self) -> Tried<(Everything, Vec<String>)> {
        match &self.engine {
            Engine::Sqlite => {
                let database = self.server.folder().join("saydo.db");
                if !database.exists() {
                    return Ok((Everything::new(), Vec::new()));
                }
                let mut copy = Sqlite::copy(&database).await?;
                let faults = copy.faults().await?;
                // A first start that died has no tables yet.
                let tables = copy.rows("SELECT name FROM sqlite_master WHERE name = 'change_effects'").await?;
                let everything = if tables.is_empty() { Everything::new() } else { copy.everything().await? };
                Ok((everything, faults))
            }
            Engine::Postgres(cluster) => {
                let url = cluster.url(DATABASE, "postgres");
                let mut database = Postgres::open(&url).await?;
                let tables = database.rows("SELECT relname FROM pg_class WHERE relname = 'change_effects'").await?;
                let everything = if tables.is_empty() { Everything::new() } else { database.everything().await? };
                Ok((everything, database.faults().await?))
            }
        }
    }

    /// Waits until what a killed server has told the database last is done or given up.
    pub(crate) async fn settled(&self) -> Tried<()> {
        match &self.engine {
            Engine::Sqlite => Ok(()),
            Engine::Postgres(cluster) => Postgres::settled(&cluster.url(DATABASE, "postgres")).await,
        }
    }

    /// Holds the database against the ledger.
    pub(crate) async fn check(&self, crowd: &Crowd, held: &Held, run: &mut Run) -> Tried<()> {
        let (everything, faults) = self.look().await?;
        let ledgers = crowd.ledgers(held);
        for ledger in &ledgers {
            if let Some(pending) = &ledger.pending
                && !pending.ask.is_tracked()
            {
                let stored = everything.get(&ledger.user).is_some_and(|facts| facts.answers.contains_key(&pending.key));
                run.unclear.done += u64::from(stored);
                run.unclear.undone += u64::from(!stored);
            }
        }
        run.findings.extend(crowd.take_findings());
        run.findings.extend(faults);
        let found = tokio::task::spawn_blocking(move || check::all(&ledgers, &everything)).await?;
        run.findings.extend(found);
        run.checks += 1;
        Ok(())
    }

    /// What the model was asked wrongly, and the figures of the ledgers.
    pub(crate) fn conclude(&self, ledgers: &[Ledger], run: &mut Run) {
        run.findings.extend(self.model.take_mistakes().into_iter().map(|mistake| format!("the model: {mistake}")));
        for ledger in ledgers {
            for entry in &ledger.entries {
                *run.acknowledged.entry(entry.ask.word().to_owned()).or_default() += 1;
            }
            run.count("turns cut off", ledger.loose.len() as u64);
        }
        run.counts.retain(|_, count| *count > 0);
    }

    /// The end of what the server has logged, for whoever has to find out why.
    pub(crate) fn log_end(&self) -> String {
        let log = self.server.log();
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

fn add(title: &str) -> Call {
    Call { id: None, name: "add_task".to_owned(), arguments: json!({ "title": title }) }
}

fn server(program: &PathBuf, folder: PathBuf, engine: &Engine, model: &ScriptedModel) -> Tried<Saydo> {
    std::fs::create_dir_all(&folder)?;
    let server = Saydo::new(program, folder)
        .with("BETTER_AUTH_SECRET", user::SECRET)
        .with("SAYDO_TRUSTED_ISSUERS", user::ISSUER)
        .with("SAYDO_RATE_LIMITS", "off")
        .with("SAYDO_LOG", "warn")
        .with("OPENAI_BASE_URL", model.base_url())
        .with("OPENAI_API_KEY", "of-the-harness");
    Ok(match engine {
        Engine::Sqlite => server,
        Engine::Postgres(cluster) => server
            .with("DATABASE_URL", cluster.url(DATABASE, testbed::ROLE))
            .with("DB_POOL_SIZE", "4")
            .with("DB_MAX_OVERFLOW", "12")
            .with("DB_POOL_TIMEOUT", "10"),
    })
}

/// Starts a server without keeping others from their work.
pub(crate) async fn start(server: &Saydo) -> Tried<Running> {
    let server = server.clone();
    Ok(tokio::task::spawn_blocking(move || server.start()).await?)
}

/// Kills a server and waits for its end.
pub(crate) async fn kill(mut running: Running) -> Tried<i32> {
    Ok(tokio::task::spawn_blocking(move || running.kill()).await?)
}

/// Waits for a server's own end; kills it when that does not come in time. Says whether it came.
pub(crate) async fn wait_for_end(mut running: Running, bound: std::time::Duration) -> Tried<bool> {
    let pid = running.pid().map(ToOwned::to_owned);
    let mut end = tokio::task::spawn_blocking(move || running.wait());
    if tokio::time::timeout(bound, &mut end).await.is_ok() {
        return Ok(true);
    }
    if let Some(pid) = pid {
        tokio::task::spawn_blocking(move || Command::new("kill").args(["-9", &pid]).status()).await??;
    }
    end.await?;
    Ok(false)
}
