//! How each thing is broken, and how it is mended.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::{
    people::{Person, email},
    site::{DATABASE, Site},
    trouble::{Tried, other},
};

/// Takes a lock on the tasks and keeps it.
const HOLD: &str = "BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600)";
/// Takes it for 7 seconds, which is longer than a turn may take and shorter than the server waits, over and over.
const LOCK_AGAIN: &str = "DO $$ BEGIN LOOP LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(7); COMMIT; \
                          PERFORM pg_sleep(0.3); END LOOP; END $$";
/// Who asks for what is another's.
const STRANGER: u8 = 33;
/// Who talks while everything is slow.
const TALKERS: std::ops::RangeInclusive<u8> = 37..=40;

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
    /// The backups of staging are gone, and where their folder was nothing can be written.
    Backup,
    /// The server of staging may hardly open more files than it has.
    Files,
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
            let postgres = Arc::clone(&site.postgres);
            tokio::task::spawn_blocking(move || postgres.stop_immediate()).await?;
            Doings::default()
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
            lock_the_tasks(site, HOLD)?;
            Doings::ill(tokio::spawn(crowd_in(person)))
        }
        Break::Slow => slow_down(site).await?,
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
            let folder = site.staging.data().join("backups");
            site.staging.service("stop").await?;
            std::fs::rename(&folder, site.staging.data().join("backups-aside"))?;
            // Nobody may make anything there, root included.
            std::os::unix::fs::symlink("/sys/kernel", &folder)?;
            site.staging.service("start").await?;
            Doings::default()
        }
        Break::Files => {
            let open = std::fs::read_dir(format!("/proc/{}/fd", site.staging.pid()?))?.count();
            site.staging.limit_files(open + open / 8).await?;
            Doings::default()
        }
    })
}

/// People talk, and nothing of it can be done for seconds.
async fn slow_down(site: &Site) -> Tried<Doings> {
    let mut people = Vec::new();
    for number in TALKERS {
        people.push(tokio::spawn(talk(Person::sign_up(&site.production.base, number, "offline").await?)));
    }
    lock_the_tasks(site, LOCK_AGAIN)?;
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
        Break::Server => site.production.service("start").await?,
        Break::Redis => {
            let redis = Arc::clone(&site.redis);
            tokio::task::spawn_blocking(move || redis.start_again()).await?;
        }
        Break::Pool | Break::Slow => {
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
        Break::Backup => {
            let folder = site.staging.data().join("backups");
            std::fs::remove_file(&folder)?;
            std::fs::create_dir(folder)?;
        }
        Break::Files => site.staging.limit_files(1024).await?,
        Break::Disk => std::fs::remove_file(site.staging.data().join("fill"))?,
    }
    Ok(())
}

/// Locks the tasks with this statement, as a report or a job of somebody else's would.
fn lock_the_tasks(site: &Site, statement: &str) -> Tried<()> {
    let url = format!("{}&application_name=a%20report", site.postgres.url(DATABASE, testbed::ROLE));
    let mut command = Command::new("psql");
    command.args(["-XqAt", "-c", statement, &url]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut held = command.spawn()?;
    // Its end comes with the repair, or with the database.
    std::thread::spawn(move || held.wait());
    Ok(())
}

/// More readers at once than there are connections.
pub(crate) async fn crowd_in(person: Person) {
    loop {
        let lists = (0..20).map(|_| person.request(Method::GET, "/api/tasks?limit=50").send());
        join_all(lists).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Wrong passwords, ten at a time.
async fn guess(victim: Person) {
    let wrong = json!({"email": victim.email, "password": "not this one"});
    loop {
        let tries = (0..10).map(|n| {
            let login = victim.request(Method::POST, "/api/auth/login").json(&wrong);
            login.header("x-forwarded-for", format!("203.0.113.{n}")).send()
        });
        join_all(tries).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The list of somebody else, again and again.
async fn pry(stranger: Person, victim: String) {
    loop {
        let asked = stranger.request(Method::POST, &format!("/api/{victim}/chat")).json(&json!({"message": "hello"}));
        // The answer is a refusal.
        let _ = asked.send().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// What only a model can answer.
async fn wonder(person: Person) {
    loop {
        // Without the model the offline engine answers.
        let _ = person.message("what do you think of my week?").send().await;
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
}

/// What is said to the list, one after the other.
async fn talk(person: Person) {
    for number in 0_u64.. {
        // A turn that fails is one of those that the alerts are about.
        let _ = person.message(&format!("add call number {number}")).send().await;
        tokio::time::sleep(Duration::from_millis(900)).await;
    }
}

/// Tasks with long descriptions.
async fn write(person: Person) {
    let description = "x".repeat(900);
    for number in 0_u64.. {
        let task = json!({"title": format!("large {number}"), "description": description});
        // On a full disk it is refused.
        let _ = person.request(Method::POST, "/api/tasks").json(&task).send().await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
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
