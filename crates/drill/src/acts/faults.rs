//! Faults: what breaks, which alerts must fire and go away again, and the runbooks they lead to.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::breakage::{self, Break};
use crate::{
    runbook::Runbook,
    site::Site,
    trouble::Tried,
    watch::{State, Watch},
};

/// An alert comes and goes within this, at the rules' own speed: the longest looks back an hour.
const LONGEST: Duration = Duration::from_mins(80);
/// However fast the rules are, a busy machine may be slow.
const LEAST: Duration = Duration::from_secs(90);

/// A fault, and how it must be noticed: each alert with its runbook.
struct Fault {
    what: Break,
    words: &'static str,
    repair: &'static str,
    alerts: &'static [(&'static str, &'static str)],
}

const DATABASE: Fault = Fault {
    what: Break::Database,
    words: "PostgreSQL is stopped at once, as a crash would",
    repair: "PostgreSQL is started again; Saydo is left alone",
    alerts: &[("SaydoDatabaseAway", "database"), ("SaydoErrors", "errors"), ("SaydoRollBackErrors", "errors")],
};
const SERVER: Fault = Fault {
    what: Break::Server,
    words: "the server is killed, and nothing starts it again",
    repair: "the server is started again",
    alerts: &[("SaydoDown", "down")],
};
const POOL: Fault = Fault {
    what: Break::Pool,
    words: "a report that was left open holds a lock on the tasks",
    repair: "the session that holds the lock is ended",
    alerts: &[("SaydoPoolExhausted", "pool")],
};
const SLOW: Fault = Fault {
    what: Break::Slow,
    words: "a job locks the tasks for 7 s over and over, and four people talk",
    repair: "the session that takes the locks is ended",
    alerts: &[("SaydoRollBackSlow", "slow"), ("SaydoSlowTurns", "slow")],
};
const FILES: Fault = Fault {
    what: Break::Files,
    words: "the server of staging may hardly open another file",
    repair: "the limit is raised",
    alerts: &[("SaydoFilesRunningOut", "files")],
};
const BACKUP: Fault = Fault {
    what: Break::Backup,
    words: "the backups of staging are gone, and in their folder nothing can be written",
    repair: "the folder can be written to again",
    alerts: &[("SaydoBackupFailed", "backup")],
};
/// These do not disturb each other.
const TOGETHER: [Fault; 5] = [
    Fault {
        what: Break::Redis,
        words: "Redis is killed",
        repair: "Redis is started again",
        alerts: &[("SaydoRedisAway", "redis")],
    },
    Fault {
        what: Break::Logins,
        words: "somebody tries passwords from ten addresses",
        repair: "nobody does anything: the attack ends",
        alerts: &[("SaydoFailedLogins", "failed-logins")],
    },
    Fault {
        what: Break::Strangers,
        words: "somebody keeps asking for what is another's",
        repair: "the account is erased; whoever had it goes on asking",
        alerts: &[("SaydoRefusals", "refusals")],
    },
    Fault {
        what: Break::Model,
        words: "the model's provider is gone",
        repair: "the provider is back",
        alerts: &[("SaydoModelAway", "model")],
    },
    Fault {
        what: Break::Disk,
        words: "the disk of staging (SQLite) is filled to the last byte",
        repair: "there is room again",
        alerts: &[("SaydoDiskLow", "disk"), ("SaydoDatabaseCannotWrite", "database")],
    },
];

/// All alerts that the drill waits for, each with its runbook.
#[cfg(test)]
pub(crate) fn alerts() -> impl Iterator<Item = (&'static str, &'static str)> {
    let faults = [&DATABASE, &SERVER, &POOL, &SLOW, &FILES, &BACKUP].into_iter().chain(&TOGETHER);
    faults.flat_map(|fault| fault.alerts.iter().copied())
}

/// What was seen of each runbook's alerts.
#[derive(Debug, Default)]
pub(crate) struct Drilled(Mutex<BTreeMap<String, Vec<String>>>);

impl Drilled {
    fn note(&self, runbook: &str, words: String) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.entry(runbook.to_owned()).or_default().push(words);
    }

    pub(crate) fn notes(&self) -> BTreeMap<String, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Faults of staging that take long to be noticed, while production has its own.
pub(crate) async fn of_staging(site: &Site, watch: &Watch, speed: u32, drilled: &Drilled) -> Tried<()> {
    let drill = Drill::new(site, watch, speed, drilled);
    drill.one(&FILES).await?;
    drill.one(&BACKUP).await
}

/// All other faults, one after the other where they would disturb each other.
pub(crate) async fn all(site: &Site, watch: &Watch, speed: u32, drilled: &Drilled) -> Tried<()> {
    let drill = Drill::new(site, watch, speed, drilled);
    for fault in [&DATABASE, &SERVER, &POOL, &SLOW] {
        site.timeline.act('F', fault.words);
        drill.one(fault).await?;
        site.check_ledger(Instant::now(), "after the repair").await?;
    }
    site.timeline.act('F', "five faults at once, which do not disturb each other");
    let faults = TOGETHER.iter().filter(|fault| fault.what != Break::Disk || site.has_disk);
    join_all(faults.map(|fault| drill.one(fault))).await.into_iter().collect::<Tried<Vec<()>>>()?;
    if !site.has_disk {
        site.timeline.seen("left out: a full disk, since only root may make one for it");
    }
    site.check_ledger(Instant::now(), "after the repairs").await
}

struct Drill<'a> {
    site: &'a Site,
    watch: &'a Watch,
    drilled: &'a Drilled,
    bound: Duration,
}

impl<'a> Drill<'a> {
    fn new(site: &'a Site, watch: &'a Watch, speed: u32, drilled: &'a Drilled) -> Self {
        Self { site, watch, drilled, bound: (LONGEST / speed).max(LEAST) }
    }

    /// Breaks, watches, follows the runbooks, mends, and watches again.
    async fn one(&self, fault: &Fault) -> Tried<()> {
        let timeline = &self.site.timeline;
        let of_staging = matches!(fault.what, Break::Disk | Break::Backup | Break::Files);
        let installation = if of_staging { &self.site.staging } else { &self.site.production };
        let desk = self.site.desk(installation, self.watch)?;
        // What fires for another reason would be taken for the answer to this.
        for (alert, _) in fault.alerts {
            if self.watch.wait(alert, State::Quiet, self.bound).await.is_none() {
                timeline.verdict(false, format!("{alert} fires already"));
            }
        }
        timeline.done(format!("break: {}", fault.words));
        let broken = Instant::now();
        let mut doings = breakage::begin(self.site, fault.what).await?;
        let firing = self.wait_for(fault, State::Firing, broken).await;
        let books = self.runbooks(fault)?;
        let alerts: Vec<&str> = fault.alerts.iter().map(|(alert, _)| *alert).collect();
        for book in &books {
            book.follow(&alerts, &desk, timeline).await?;
        }
        let repaired = Instant::now();
        breakage::mend(self.site, fault.what, &mut doings).await?;
        timeline.done(format!("repair: {}", fault.repair));
        for book in &books {
            book.over(&alerts, &desk, timeline).await?;
        }
        let quiet = self.wait_for(fault, State::Quiet, repaired).await;
        drop(doings);
        for ((alert, book), (fired, resolved)) in fault.alerts.iter().zip(firing.iter().zip(&quiet)) {
            if let (Some(fired), Some(resolved)) = (fired, resolved) {
                let (fired, resolved) = (fired.as_secs(), resolved.as_secs());
                let words = fault.words;
                self.drilled.note(
                    book,
                    format!("{words}: `{alert}` fired after {fired} s and was resolved {resolved} s after the repair"),
                );
            }
        }
        Ok(())
    }

    /// Waits for all alerts of a fault; each with the time it took.
    async fn wait_for(&self, fault: &Fault, state: State, since: Instant) -> Vec<Option<Duration>> {
        let waits = fault.alerts.iter().map(|(alert, _)| self.watch.wait(alert, state, self.bound));
        let came: Vec<Option<Duration>> =
            join_all(waits).await.into_iter().map(|at| at.map(|at| at.saturating_duration_since(since))).collect();
        let what = if state == State::Firing { "fires" } else { "is resolved" };
        for ((alert, _), came) in fault.alerts.iter().zip(&came) {
            match came {
                Some(took) => self.site.timeline.verdict(true, format!("{alert} {what} after {} s", took.as_secs())),
                None => {
                    let bound = self.bound.as_secs();
                    self.site.timeline.verdict(false, format!("{alert}: not seen within {bound} s: {what}"));
                }
            }
        }
        came
    }

    fn runbooks(&self, fault: &Fault) -> Tried<Vec<Runbook>> {
        let names: BTreeSet<&str> = fault.alerts.iter().map(|(_, book)| *book).collect();
        let folder = self.site.repository.join("docs/runbooks");
        names.into_iter().map(|name| Runbook::read(&folder, name)).collect()
    }
}
