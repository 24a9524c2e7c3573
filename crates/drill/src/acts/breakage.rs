//! How each thing is broken, and how it is mended.

use std::{
    ffi::OsStr,
    io::Write as _,
    ops::RangeInclusive,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use jiff::ToSpan as _;
use tokio::task::JoinHandle;

use super::doings::{come_from_elsewhere, crowd_in, guess, listen, pry, spend, talk, wonder, write};
use crate::{
    people::{Person, email},
    site::{DATABASE, Site},
    timeline::clock,
    trouble::{Tried, other},
};

/// Takes a lock on the tasks and keeps it.
const HOLD: &str = "BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600)";
/// Takes it for 7 seconds, which is longer than a turn may take and shorter than the server waits, over and over.
const LOCK_AGAIN: &str = "DO $$ BEGIN LOOP LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(7); COMMIT; \
                          PERFORM pg_sleep(0.3); END LOOP; END $$";
/// Takes a lock on what only turns need, and keeps it.
const HOLD_QUESTIONS: &str = "BEGIN; LOCK TABLE pending_actions IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600)";
/// Who asks for what is another's.
const STRANGER: u8 = 33;
/// Who talks while everything is slow.
const TALKERS: RangeInclusive<u8> = 37..=40;
/// Who talks, and listens to streams, while turns fail.
const LISTENERS: RangeInclusive<u8> = 43..=50;
/// What everybody may use of the models in a day once somebody used too much.
const TOKENS_PER_DAY: (&str, &str) = ("SAYDO_MODEL_TOKENS_PER_DAY", "50000");

/// What can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// PostgreSQL is stopped, as a crash would.
    Database,
    /// The server is killed, and nobody starts it again.
    Server,
    /// Somebody holds a lock on the tasks.
    Pool,
    /// Somebody takes a lock on the tasks for seconds, over and over.
    Slow,
    /// Somebody holds a lock on the questions that wait.
    Turns,
    /// Redis is killed.
    Redis,
    /// Somebody tries passwords.
    Logins,
    /// Somebody asks for what is another's.
    Strangers,
    /// The model's provider is gone.
    Model,
    /// The disk of staging is full.
    Disk,
    /// The backups of staging are old, and no new one can be written.
    Backup,
    /// The server of staging may hardly open more files than it has.
    Files,
    /// Somebody makes the model's answers dear.
    Cost,
    /// No server runs.
    Everything,
}

/// What goes on while something is broken.
#[derive(Debug, Default)]
pub(crate) struct Doings {
    /// Ends with the repair.
    ill: Vec<JoinHandle<()>>,
    /// Ends when all is over: what shows that it works again.
    people: Vec<JoinHandle<()>>,
}

impl Doings {
    fn ill(task: JoinHandle<()>) -> Self {
        Self { ill: vec![task], people: Vec::new() }
    }

    fn people(task: JoinHandle<()>) -> Self {
        Self { ill: Vec::new(), people: vec![task] }
    }
}

impl Drop for Doings {
    fn drop(&mut self) {
        self.ill.iter().chain(&self.people).for_each(JoinHandle::abort);
    }
}

/// Breaks it.
pub(crate) async fn begin(site: &Site, what: Break) -> Tried<Doings> {
    let base = &site.production.base;
    Ok(match what {
        Break::Database => {
            let person = Person::sign_up(base, 41, "offline").await?;
            let postgres = Arc::clone(&site.postgres);
            tokio::task::spawn_blocking(move || postgres.stop_immediate()).await?;
            Doings::ill(tokio::spawn(come_from_elsewhere(person)))
        }
        Break::Server => {
            site.production.kill().await?;
            Doings::default()
        }
        Break::Redis => {
            let redis = Arc::clone(&site.redis);
            tokio::task::spawn_blocking(move || redis.kill()).await?;
            Doings::default()
        }
        Break::Pool => {
            let person = Person::sign_up(base, 30, "offline").await?;
            lock(site, HOLD)?;
            Doings::ill(tokio::spawn(crowd_in(person)))
        }
        Break::Slow => slow_down(site).await?,
        Break::Turns => let_turns_fail(site).await?,
        Break::Logins => {
            let victim = Person::sign_up(base, 31, "offline").await?;
            Doings::ill(tokio::spawn(guess(victim)))
        }
        Break::Strangers => send_a_stranger(site).await?,
        Break::Model => {
            let person = Person::sign_up(base, 34, "llm").await?;
            site.model_stops().await;
            Doings::people(tokio::spawn(wonder(person)))
        }
        Break::Disk => {
            let person = Person::sign_up(&site.staging.base, 35, "offline").await?;
            fill(site)?;
            Doings::people(tokio::spawn(write(person)))
        }
        Break::Backup => {
            let_backups_age(site).await?;
            Doings::default()
        }
        Break::Cost => Doings::people(tokio::spawn(spend(Person::sign_up(base, 42, "llm").await?))),
        Break::Everything => {
            site.production.service("stop").await?;
            site.staging.service("stop").await?;
            Doings::default()
        }
        Break::Files => {
            let open = std::fs::read_dir(format!("/proc/{}/fd", site.staging.pid()?))?.count();
            site.staging.limit_files(open + open / 8).await?;
            Doings::default()
        }
    })
}

/// The backups of staging become old while it is stopped, and their disk can only be read.
async fn let_backups_age(site: &Site) -> Tried<()> {
    site.staging.service("stop").await?;
    let folder = site.staging.data().join("backups");
    age(&folder)?;
    run("mount", &["--bind".as_ref(), folder.as_ref(), folder.as_ref()])?;
    run("mount", &["-o".as_ref(), "remount,bind,ro".as_ref(), folder.as_ref()])?;
    site.staging.start().await
}

/// People talk, and nothing of it can be done for seconds.
async fn slow_down(site: &Site) -> Tried<Doings> {
    let mut people = Vec::new();
    for number in TALKERS {
        people.push(tokio::spawn(talk(Person::sign_up(&site.production.base, number, "offline").await?)));
    }
    lock(site, LOCK_AGAIN)?;
    Ok(Doings { ill: Vec::new(), people })
}

/// People listen to streams of turns, none of which can be done.
async fn let_turns_fail(site: &Site) -> Tried<Doings> {
    let mut people = Vec::new();
    for number in LISTENERS {
        people.push(tokio::spawn(listen(Person::sign_up(&site.production.base, number, "offline").await?)));
    }
    lock(site, HOLD_QUESTIONS)?;
    Ok(Doings { ill: Vec::new(), people })
}

/// Somebody asks for what is another's, also after the repair: it is the erasure that must end it.
async fn send_a_stranger(site: &Site) -> Tried<Doings> {
    let base = &site.production.base;
    let (victim, stranger) =
        tokio::join!(Person::sign_up(base, 32, "offline"), Person::sign_up(base, STRANGER, "offline"));
    Ok(Doings::people(tokio::spawn(pry(stranger?, victim?.id))))
}

/// Mends it; what made it ill ends.
pub(crate) async fn mend(site: &Site, what: Break, doings: &mut Doings) -> Tried<()> {
    doings.ill.drain(..).for_each(|task| task.abort());
    match what {
        Break::Database => {
            let postgres = Arc::clone(&site.postgres);
            tokio::task::spawn_blocking(move || postgres.start_again()).await?;
        }
        Break::Server => site.production.start().await?,
        Break::Redis => {
            let redis = Arc::clone(&site.redis);
            tokio::task::spawn_blocking(move || redis.start_again()).await?;
        }
        Break::Pool | Break::Slow | Break::Turns => {
            let postgres = Arc::clone(&site.postgres);
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'a report'";
            tokio::task::spawn_blocking(move || postgres.sql(DATABASE, end)).await?;
        }
        // The passwords are no longer tried: that has ended above.
        Break::Logins => {}
        Break::Strangers => {
            let erase = ["run", "user", "erase", &email(STRANGER), "--yes"];
            if !site.production.deploy_sh(&site.timeline, &erase, 60).await?.well {
                return other("the account cannot be erased");
            }
        }
        Break::Model => site.model_starts().await?,
        Break::Backup => run("umount", &[site.staging.data().join("backups").as_ref()])?,
        Break::Cost => {
            let (name, value) = TOKENS_PER_DAY;
            site.production.set(name, value)?;
            site.production.service("stop").await?;
            site.production.start().await?;
        }
        Break::Everything => {
            site.production.start().await?;
            site.staging.start().await?;
        }
        Break::Files => site.staging.limit_files(1024).await?,
        Break::Disk => std::fs::remove_file(site.staging.data().join("fill"))?,
    }
    Ok(())
}

/// Locks a table with this statement, as a report or a job of somebody else's would.
fn lock(site: &Site, statement: &str) -> Tried<()> {
    let url = format!("{}&application_name=a%20report", site.postgres.url(DATABASE, testbed::ROLE));
    let mut command = Command::new("psql");
    command.args(["-XqAt", "-c", statement, &url]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut held = command.spawn()?;
    // Its end comes with the repair, or with the database.
    std::thread::spawn(move || held.wait());
    Ok(())
}

/// Makes all backups in a folder three days old: when one was made is in its name.
fn age(folder: &Path) -> Tried<()> {
    for (days, entry) in (3..).zip(std::fs::read_dir(folder)?) {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("saydo-") {
            let made = clock() - days.days();
            std::fs::rename(entry.path(), folder.join(made.strftime("saydo-%Y%m%dT%H%M%S.000Z").to_string()))?;
        }
    }
    Ok(())
}

fn run(program: &str, arguments: &[&OsStr]) -> Tried<()> {
    let status = Command::new(program).args(arguments).stdin(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { other(format!("{program} failed")) }
}

/// Fills the disk of staging to the last byte.
fn fill(site: &Site) -> Tried<()> {
    let mut file = std::fs::File::create(site.staging.data().join("fill"))?;
    for size in [1 << 20, 1 << 12] {
        let zeros = vec![0_u8; size];
        while file.write_all(&zeros).is_ok() {}
    }
    Ok(())
}
