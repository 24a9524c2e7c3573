//! A fault is broken, noticed, looked into by its runbooks, mended, and seen to be over.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::{
    breakage::{self, Doings},
    faults::{COST, DATABASE, EVERYTHING, Fault, OF_STAGING, POOL, SERVER, SLOW, TOGETHER, TURNS},
};
use crate::{
    runbook::{Desk, Runbook},
    site::Site,
    times::Times,
    trouble::Tried,
    watch::{State, Watch},
};

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

/// Breaks what is to be broken, here and there.
pub(crate) struct Drill<'a> {
    pub(crate) site: &'a Site,
    pub(crate) watch: &'a Watch,
    pub(crate) drilled: &'a Drilled,
    pub(crate) times: Times,
    /// The alerts that it is about; all when there are none.
    pub(crate) only: &'a [String],
}

/// A fault that was mended, and is not yet seen to be over.
struct Mended<'a> {
    fault: &'a Fault,
    firing: Vec<Option<Duration>>,
    repaired: Instant,
    books: Vec<Runbook>,
    desk: Desk,
    /// What goes on until it is over.
    _doings: Doings,
}

impl Drill<'_> {
    /// Whether it is about this fault, and may be done here.
    fn is_about(&self, fault: &Fault) -> bool {
        let wanted =
            self.only.is_empty() || fault.alerts.iter().any(|(alert, _)| self.only.iter().any(|only| only == alert));
        if wanted && fault.needs_disk() && !self.site.has_disk {
            self.site.timeline.seen(format!("left out, since only root may make a disk for it: {}", fault.words));
            return false;
        }
        wanted
    }

    /// Faults of staging, while production has its own.
    pub(crate) async fn of_staging(&self) -> Tried<()> {
        for fault in OF_STAGING.iter().filter(|fault| self.is_about(fault)) {
            self.one(fault).await?;
        }
        Ok(())
    }

    /// Those of production. What the model cost is over long after: the others go on meanwhile.
    pub(crate) async fn of_production(&self) -> Tried<()> {
        let cost = if self.is_about(&COST) {
            self.site.timeline.act('F', COST.words);
            Some(self.until_mended(&COST).await?)
        } else {
            None
        };
        let over = async {
            match cost {
                Some(cost) => self.until_over(cost).await,
                None => Ok(()),
            }
        };
        tokio::try_join!(over, Box::pin(self.others()))?;
        Ok(())
    }

    /// One after the other where they would disturb each other; those that make requests fail last.
    async fn others(&self) -> Tried<()> {
        let together: Vec<&Fault> = TOGETHER.iter().filter(|fault| self.is_about(fault)).collect();
        if !together.is_empty() {
            self.site.timeline.act('F', "faults at once, which do not disturb each other");
            join_all(together.iter().map(|fault| self.one(fault))).await.into_iter().collect::<Tried<Vec<()>>>()?;
            self.site.check_ledger(Instant::now(), "after the repairs").await?;
        }
        for fault in [&SLOW, &DATABASE, &POOL, &TURNS, &SERVER].into_iter().filter(|fault| self.is_about(fault)) {
            self.alone(fault).await?;
        }
        Ok(())
    }

    /// The one that neither installation may be needed for.
    pub(crate) async fn of_everything(&self) -> Tried<()> {
        if self.is_about(&EVERYTHING) { self.alone(&EVERYTHING).await } else { Ok(()) }
    }

    /// A fault as an act of its own.
    async fn alone(&self, fault: &Fault) -> Tried<()> {
        self.site.timeline.act('F', fault.words);
        self.one(fault).await?;
        self.site.check_ledger(Instant::now(), "after the repair").await
    }

    async fn one(&self, fault: &Fault) -> Tried<()> {
        let mended = self.until_mended(fault).await?;
        self.until_over(mended).await
    }

    /// Breaks, watches, follows the runbooks, and mends.
    async fn until_mended<'f>(&self, fault: &'f Fault) -> Tried<Mended<'f>> {
        let timeline = &self.site.timeline;
        let installation = if fault.is_of_staging() { &self.site.staging } else { &self.site.production };
        let desk = self.site.desk(installation, self.watch)?;
        // What fires for another reason would be taken for the answer to this.
        for name in names(fault) {
            if self.watch.wait(&name, State::Quiet, self.times.patience()).await.is_none() {
                timeline.verdict(false, format!("{name} fires already"));
            }
        }
        timeline.done(format!("break: {}", fault.words));
        let broken = Instant::now();
        let mut doings = breakage::begin(self.site, fault.what).await?;
        let firing = self.wait_for(fault, State::Firing, broken).await;
        let books = self.runbooks(fault)?;
        for book in &books {
            book.follow(&alerts(fault), &desk, timeline).await?;
        }
        let repaired = Instant::now();
        breakage::mend(self.site, fault.what, &mut doings).await?;
        timeline.done(format!("repair: {}", fault.repair));
        Ok(Mended { fault, firing, repaired, books, desk, _doings: doings })
    }

    /// Watches until the runbooks and the alerts say that it is over.
    async fn until_over(&self, mended: Mended<'_>) -> Tried<()> {
        let fault = mended.fault;
        for book in &mended.books {
            book.over(&alerts(fault), &mended.desk, &self.site.timeline).await?;
        }
        let quiet = self.wait_for(fault, State::Quiet, mended.repaired).await;
        for ((alert, book), (fired, resolved)) in fault.alerts.iter().zip(mended.firing.iter().zip(&quiet)) {
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
        let bound = self.times.patience();
        let names = names(fault);
        let waits = names.iter().map(|name| self.watch.wait(name, state, bound));
        let came: Vec<Option<Duration>> =
            join_all(waits).await.into_iter().map(|at| at.map(|at| at.saturating_duration_since(since))).collect();
        let what = if state == State::Firing { "fires" } else { "is resolved" };
        for (name, came) in names.iter().zip(&came) {
            match came {
                Some(took) => self.site.timeline.verdict(true, format!("{name} {what} after {} s", took.as_secs())),
                None => {
                    self.site.timeline.verdict(false, format!("{name}: not seen within {} s: {what}", bound.as_secs()));
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

fn alerts(fault: &Fault) -> Vec<&'static str> {
    fault.alerts.iter().map(|(alert, _)| *alert).collect()
}

/// Its alerts as the watch knows them.
fn names(fault: &Fault) -> Vec<String> {
    let environment = if fault.is_of_staging() { "staging" } else { "production" };
    fault.alerts.iter().map(|(alert, _)| Watch::name(alert, environment)).collect()
}
