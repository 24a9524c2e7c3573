//! Everything the drill takes place on: two installations, what they depend on, and the people.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};

use scripted_model::{Reply, Rule, Script, ScriptedModel};
use serde_json::json;
use tempfile::TempDir;
use testbed::{Durability, Postgres, Redis};
use tokio::sync::Mutex;

use crate::{
    acts::doings::DEAR,
    installation::Installation,
    people::{Ledger, Person},
    runbook::Desk,
    timeline::Timeline,
    trouble::Tried,
    watch::Watch,
};

/// The database of production.
pub(crate) const DATABASE: &str = "saydo_production";
/// How large the disk of staging is, where one may be made.
const DISK: &str = "size=160m";
/// The model of production. A dear answer costs 60, what people ask otherwise comes from its cache and costs nothing.
const PROVIDER: &str = "[[providers]]\nname = \"openai\"\nmodel = \"gpt-4o\"\nbase_url = \"URL\"\n\
                        api_key = \"of-the-drill\"\ninput_price = 3000.0\ncached_price = 0.0\noutput_price = 0.0\n";
/// What is wrong with a bad release, and what must be noticed of it.
const BAD_RELEASE: &str = include_str!("bad-release.sh");

/// The place of the drill.
pub(crate) struct Site {
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) postgres: Arc<Postgres>,
    pub(crate) redis: Arc<Redis>,
    pub(crate) production: Installation,
    pub(crate) staging: Installation,
    /// Whether staging has a disk of its own that may be filled.
    pub(crate) has_disk: bool,
    pub(crate) repository: PathBuf,
    model: Mutex<Option<ScriptedModel>>,
    model_port: u16,
    folder: TempDir,
}

impl Site {
    /// Starts what an installation depends on, and writes the settings.
    pub(crate) async fn make(repository: &Path, timeline: Arc<Timeline>) -> Tried<Self> {
        let folder = tempfile::tempdir()?;
        let (postgres, redis) = tokio::task::spawn_blocking(|| {
            let postgres = Postgres::start(Durability::OfDisk);
            postgres.create_database(DATABASE);
            (postgres, Redis::start())
        })
        .await?;
        let model_port = testbed::free_port();
        let model = ScriptedModel::bind(script(), model_port).await?;
        let own = format!(
            "DATABASE_URL={}\nDB_POOL_SIZE=8\nDB_MAX_OVERFLOW=4\nDB_POOL_TIMEOUT=10\nREDIS_URL={}\n",
            postgres.url(DATABASE, testbed::ROLE),
            redis.url()
        );
        let production = Installation::new(repository, folder.path(), "production", &own)?;
        std::fs::write(production.settings().join("saydo.toml"), PROVIDER.replace("URL", &model.base_url()))?;
        let staging = Installation::new(repository, folder.path(), "staging", "")?;
        let has_disk = mount(&staging.data())?;
        Ok(Self {
            timeline,
            ledger: Arc::default(),
            postgres: Arc::new(postgres),
            redis: Arc::new(redis),
            production,
            staging,
            has_disk,
            repository: repository.to_owned(),
            model: Mutex::new(Some(model)),
            model_port,
            folder,
        })
    }

    /// A folder or file of the drill.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with a fault in it.
    pub(crate) fn bad_release(&self, program: &Path, kind: &str) -> Tried<PathBuf> {
        let database = self.postgres.url(DATABASE, testbed::ROLE);
        let text = BAD_RELEASE.replace("'PROGRAM'", &format!("'{}'", program.display()));
        let text = text.replace("'KIND'", &format!("'{kind}'")).replace("'DATABASE'", &format!("'{database}'"));
        self.executable(&format!("release-{kind}"), &text)
    }

    fn executable(&self, name: &str, text: &str) -> Tried<PathBuf> {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.place(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        Ok(path)
    }

    /// Where somebody sits who follows a runbook for this installation.
    pub(crate) fn desk(&self, installation: &Installation, watch: &Watch) -> Tried<Desk> {
        let name = format!("desk-{}", installation.environment);
        let shim = self.executable(&format!("{name}/bin/saydo"), &installation.shim())?;
        let folder = self.place(&name);
        let log = folder.join("saydo.log");
        if !log.exists() {
            std::os::unix::fs::symlink(installation.log(), log)?;
        }
        let variables = [
            ("SAYDO_DATA_DIR", installation.data().display().to_string()),
            ("DATABASE_URL", self.postgres.url(DATABASE, testbed::ROLE)),
            ("REDIS_URL", self.redis.url()),
            ("PROMETHEUS", watch.url()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Ok(Desk { folder, variables, programs: shim.parent().map(Path::to_owned).unwrap_or_default() })
    }

    /// Takes the model's provider away.
    pub(crate) async fn model_stops(&self) {
        if let Some(model) = self.model.lock().await.take() {
            // What it was asked is not what this is about.
            drop(model.take_mistakes());
        }
    }

    /// Brings it back at its address.
    pub(crate) async fn model_starts(&self) -> Tried<()> {
        *self.model.lock().await = Some(ScriptedModel::bind(script(), self.model_port).await?);
        Ok(())
    }

    /// Holds the database against the ledger: what was acknowledged before that moment is there, once.
    pub(crate) async fn check_ledger(&self, before: Instant, when: &str) -> Tried<()> {
        let postgres = Arc::clone(&self.postgres);
        let titles = tokio::task::spawn_blocking(move || postgres.sql(DATABASE, "SELECT title FROM tasks")).await?;
        let (promised, wrong) = self.ledger.missing(before, &titles);
        let words = match wrong.first() {
            None => format!("{when}: {promised} writes were acknowledged, each is there once"),
            Some(first) => format!("{when}: of {promised} writes {} are lost or doubled, like “{first}”", wrong.len()),
        };
        self.timeline.verdict(wrong.is_empty() && promised > 0, words);
        Ok(())
    }

    /// People who write and read until this is aborted.
    pub(crate) async fn crowd(&self, count: u8) -> Tried<Vec<tokio::task::JoinHandle<()>>> {
        let mut people = Vec::new();
        for number in 1..=count {
            let person = Person::sign_up(&self.production.base, number, "offline").await?;
            people.push(person.live(Arc::clone(&self.ledger), Arc::clone(&self.timeline)));
        }
        Ok(people)
    }

    /// Ends everything that was started, also when one of them does not end well.
    pub(crate) async fn close(self) -> Tried<()> {
        self.model_stops().await;
        let production = self.production.service("stop").await;
        self.staging.service("stop").await.and(production)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if self.has_disk {
            // A disk that is still in use goes when its last user does.
            let _ = Command::new("umount").arg("-l").arg(self.staging.data()).status();
        }
    }
}

/// Gives staging a small disk of its own; says whether that may be done here.
fn mount(at: &Path) -> Tried<bool> {
    std::fs::create_dir_all(at)?;
    let mut command = Command::new("mount");
    command.args(["-t", "tmpfs", "-o", DISK, "tmpfs"]).arg(at).stdin(Stdio::null()).stderr(Stdio::null());
    Ok(command.status()?.success())
}

/// What the model says: enough for `saydo model check`, and a word to everything else.
fn script() -> Script {
    let add = |title: &str| json!({"title": title});
    let rule = |when: &str, reply| Rule::new(when, reply, Some(Reply::text("There you are.")));
    let all = (1..=3).fold(Reply::default(), |reply, id| reply.and_call("delete_task", json!({"task_id": id})));
    let rules = vec![
        rule("hello", Reply::text("I keep your list.")),
        rule("buy milk", Reply::call("add_task", json!({"title": "Buy milk", "due_date": "tomorrow"}))),
        rule("call mom", Reply::call("add_task", add("Call mom")).and_call("add_task", add("Water the plants"))),
        rule("got the milk", Reply::call("complete_task", json!({"task_id": 1}))),
        rule("still left", Reply::text("You still have to call mom and to water the plants.")),
        rule("delete all", all),
        rule(DEAR, Reply::text("It began long ago.").with_usage(20_000, 0, 10)),
    ];
    let cheap = Reply::text("A full week, but you will manage.").with_usage(100, 100, 10);
    Script { rules, fallback: Some(cheap), ..Script::default() }
}
