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
    people::Person,
    site::{DATABASE, Site},
    trouble::Tried,
};

/// What can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// PostgreSQL is stopped, as a crash would.
    Database,
    /// The server is killed, and nobody starts it again.
    Server,
    /// Somebody holds a lock on the tasks.
    Pool,
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
    /// The backups of staging are gone, and something is where their folder was.
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
            hold_a_lock(site)?;
            Doings::ill(tokio::spawn(crowd_in(person)))
        }
        Break::Logins => {
            let victim = Person::sign_up(base, 31, "offline").await?;
            Doings::ill(tokio::spawn(guess(victim)))
        }
        Break::Strangers => {
            let (victim, stranger) =
                tokio::join!(Person::sign_up(base, 32, "offline"), Person::sign_up(base, 33, "offline"));
            Doings::ill(tokio::spawn(pry(stranger?, victim?.id)))
        }
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
            std::fs::write(&folder, "in the way")?;
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
        Break::Pool => {
            let postgres = Arc::clone(&site.postgres);
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'a report'";
            tokio::task::spawn_blocking(move || postgres.sql(DATABASE, end)).await?;
        }
        Break::Logins | Break::Strangers => {}
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

/// Takes a lock on the tasks and keeps it, as a report that was left open would.
fn hold_a_lock(site: &Site) -> Tried<()> {
    let url = format!("{}&application_name=a%20report", site.postgres.url(DATABASE, testbed::ROLE));
    let hold = "BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600)";
    let mut command = Command::new("psql");
    command.args(["-XqAt", "-c", hold, &url]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
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
