//! What was measured: how long each answer took, and what went wrong.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hdrhistogram::Histogram;

use super::{super::CliError, plan::Act};

/// The longest time that is told apart, in microseconds.
const LONGEST: u64 = 3_600_000_000;

/// How an act ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    /// 429: there are limits, and this was too much.
    Refused,
    /// It took longer than anybody waits.
    TimedOut,
    /// What else went wrong, in a word or two.
    Failed(String),
}

/// When an act was due, sent and over, from the start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) due: Duration,
    pub(super) sent: Duration,
    pub(super) over: Duration,
}

/// Lengths of time and how often each came, to three digits of a microsecond.
#[derive(Debug, Clone)]
pub(super) struct Spans(Histogram<u64>);

impl Spans {
    fn new() -> Result<Self, CliError> {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3);
        histogram.map(Self).map_err(|error| CliError::Refused(error.to_string()))
    }

    fn record(&mut self, length: Duration) {
        self.0.saturating_record(length.as_micros().try_into().unwrap_or(LONGEST));
    }

    pub(super) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The length that this share, from 0 to 1, does not exceed.
    pub(super) fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(share))
    }

    pub(super) fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }

    /// How many are longer than the one and not longer than the other.
    pub(super) fn between(&self, over: Duration, up_to: Duration) -> u64 {
        let micros = |length: Duration| length.as_micros().try_into().unwrap_or(LONGEST);
        self.0
            .iter_recorded()
            .filter(|at| (micros(over) + 1..=micros(up_to)).contains(&at.value_iterated_to()))
            .map(|at| at.count_at_value())
            .sum()
    }
}

#[derive(Debug, Clone)]
pub(super) struct Measured {
    /// From when it was due.
    pub(super) response: Spans,
    /// From when it was sent.
    pub(super) service: Spans,
    pub(super) refused: u64,
    pub(super) errors: BTreeMap<String, u64>,
}

impl Measured {
    fn of(empty: &Spans) -> Self {
        Self { response: empty.clone(), service: empty.clone(), refused: 0, errors: BTreeMap::new() }
    }

    /// Acts that did not end well.
    pub(super) fn failed(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Acts in all. What timed out is both an error and a long time: it must not be missing from the times.
    pub(super) fn acts(&self) -> u64 {
        let timed_out = self.errors.get(TIMED_OUT).copied().unwrap_or_default();
        self.response.count() + self.refused + self.failed() - timed_out
    }
}

/// The kind of error that a timeout is.
const TIMED_OUT: &str = "timed out";

#[derive(Debug, Clone)]
pub(super) struct Figures {
    pub(super) acts: BTreeMap<Act, Measured>,
    /// How late this program itself was when nothing kept it from being in time.
    pub(super) lateness: Spans,
    /// When the last answer came, from the start.
    pub(super) last: Duration,
    empty: Spans,
}

/// The figures, filled from many tasks.
#[derive(Debug)]
pub(super) struct Record(Mutex<Figures>);

impl Record {
    pub(super) fn new() -> Result<Self, CliError> {
        let empty = Spans::new()?;
        let figures = Figures { acts: BTreeMap::new(), lateness: empty.clone(), last: Duration::ZERO, empty };
        Ok(Self(Mutex::new(figures)))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Figures) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An act that was done.
    pub(super) fn add(&self, act: Act, times: Times, outcome: Outcome) {
        self.with(|figures| {
            figures.last = figures.last.max(times.over);
            let empty = &figures.empty;
            let measured = figures.acts.entry(act).or_insert_with(|| Measured::of(empty));
            if matches!(outcome, Outcome::Answered | Outcome::TimedOut) {
                measured.response.record(times.over.saturating_sub(times.due));
                measured.service.record(times.over.saturating_sub(times.sent));
            }
            match outcome {
                Outcome::Answered => {}
                Outcome::Refused => measured.refused += 1,
                Outcome::TimedOut => *measured.errors.entry(TIMED_OUT.to_owned()).or_default() += 1,
                Outcome::Failed(kind) => *measured.errors.entry(kind).or_default() += 1,
            }
        });
    }

    /// This program was so late by its own fault.
    pub(super) fn late(&self, by: Duration) {
        self.with(|figures| figures.lateness.record(by));
    }

    /// All that was measured until now.
    pub(super) fn figures(&self) -> Figures {
        self.with(|figures| figures.clone())
    }

    /// The figures so far, for the bar: how many acts, how many not well, and the 95th of 100 times.
    pub(super) fn so_far(&self, act: Act) -> (u64, u64, Duration) {
        self.with(|figures| {
            let acts = figures.acts.values().map(Measured::acts).sum();
            let ill = figures.acts.values().map(|measured| measured.failed() + measured.refused).sum();
            (acts, ill, figures.acts.get(&act).map(|measured| measured.response.quantile(0.95)).unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(due: u64, sent: u64, over: u64) -> Times {
        let [due, sent, over] = [due, sent, over].map(Duration::from_millis);
        Times { due, sent, over }
    }

    #[test]
    fn a_time_counts_from_when_it_was_due() {
        let record = Record::new().unwrap();
        record.add(Act::Chat, times(0, 900, 1_000), Outcome::Answered);
        let chat = &record.figures().acts[&Act::Chat];
        let close = |is: Duration, to: u64| is.abs_diff(Duration::from_millis(to)) < Duration::from_millis(1);
        assert!(close(chat.response.quantile(0.5), 1_000) && close(chat.service.quantile(0.5), 100), "{chat:?}");
    }

    #[test]
    fn what_timed_out_is_not_missing_from_the_times() {
        let record = Record::new().unwrap();
        record.add(Act::Chat, times(0, 0, 10), Outcome::Answered);
        record.add(Act::Chat, times(0, 0, 30_000), Outcome::TimedOut);
        record.add(Act::Chat, times(0, 0, 1), Outcome::Refused);
        record.add(Act::Chat, times(0, 0, 1), Outcome::Failed("500".to_owned()));
        let figures = record.figures();
        let chat = &figures.acts[&Act::Chat];
        assert_eq!((chat.acts(), chat.failed(), chat.refused, chat.response.count()), (4, 2, 1, 2));
        assert!(chat.response.max() >= Duration::from_secs(29));
        assert_eq!(chat.response.between(Duration::ZERO, Duration::from_millis(20)), 1);
        assert_eq!(figures.last, Duration::from_secs(30));
    }
}
