//! What was done and what was seen, told while it happens and kept for the end.

use std::{
    io::Write as _,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::{Timestamp, Zoned, tz::TimeZone};

/// What the clock on the wall says, in UTC.
#[expect(clippy::disallowed_methods, reason = "a drill happens at a real time, which is part of what is kept of it")]
pub(crate) fn clock() -> Zoned {
    Timestamp::now().to_zoned(TimeZone::UTC)
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A new act begins; its letter marks it in the picture.
    Act(char),
    /// Something the drill did.
    Done,
    /// Something that was seen.
    Seen,
    /// A promise that was kept.
    Kept,
    /// One that was not.
    Broken,
}

/// A line with the time since the beginning.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) at: Duration,
    pub(crate) kind: Kind,
    text: String,
    clock: String,
}

/// All lines so far.
#[derive(Debug)]
pub(crate) struct Timeline {
    began: Instant,
    lines: Mutex<Vec<Line>>,
}

impl Timeline {
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now(), lines: Mutex::default() }
    }

    /// The time since the beginning.
    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn act(&self, letter: char, text: impl Into<String>) {
        self.add(Kind::Act(letter), text.into());
    }

    pub(crate) fn done(&self, text: impl Into<String>) {
        self.add(Kind::Done, text.into());
    }

    pub(crate) fn seen(&self, text: impl Into<String>) {
        self.add(Kind::Seen, text.into());
    }

    /// A promise, and whether it was kept.
    pub(crate) fn verdict(&self, kept: bool, text: impl Into<String>) {
        self.add(if kept { Kind::Kept } else { Kind::Broken }, text.into());
    }

    fn add(&self, kind: Kind, text: String) {
        let clock = clock().strftime("%H:%M:%S").to_string();
        let line = Line { at: self.now(), kind, text, clock };
        // Nobody may be reading.
        let _ = writeln!(std::io::stdout(), "{}", line.words());
        self.lock().push(line);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lock().clone()
    }

    /// How many promises were kept, and how many were not.
    pub(crate) fn count(&self) -> (usize, usize) {
        let count = |kind| self.lock().iter().filter(|line| line.kind == kind).count();
        (count(Kind::Kept), count(Kind::Broken))
    }
}

impl Line {
    pub(crate) fn words(&self) -> String {
        let (clock, text, seconds) = (&self.clock, &self.text, self.at.as_secs());
        let time = format!("{clock}  {:>2}:{:02}", seconds / 60, seconds % 60);
        match self.kind {
            Kind::Act(letter) => format!("\n{time}  [{letter}] {}", text.to_uppercase()),
            Kind::Done => format!("{time}  {text}"),
            Kind::Seen => format!("{time}    {text}"),
            Kind::Kept => format!("{time}  ok   {text}"),
            Kind::Broken => format!("{time}  NOT  {text}"),
        }
    }
}
