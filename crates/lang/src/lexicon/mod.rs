//! Words and their meanings, read once from plain text tables.
//!
//! The tables in `words/` can be extended without programming: `kind value: word, phrase of words`. A word marked
//! with `~` is an everyday word too and counts only where the meaning is clear from its neighbours. What each kind
//! means is written in the table that uses it. A test checks that every line is understood.

mod table;
mod typo;

pub(crate) use table::{unit as unit_named, weekday as weekday_named};

use std::{collections::HashMap, sync::LazyLock};

use jiff::civil::Weekday;

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// 1 s.
    Second,
    /// 60 s.
    Minute,
    /// 3600 s.
    Hour,
    /// A calendar day.
    Day,
    /// A night: a calendar day when counted.
    Night,
    /// A day from Monday to Friday.
    Workday,
    /// Seven days.
    Week,
    /// Fourteen days.
    Fortnight,
    /// A Saturday and Sunday.
    Weekend,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
    /// Ten calendar years.
    Decade,
}

/// A stretch of the day. Said alone it means its hour: morning 09:00, afternoon 15:00, evening 18:00, night 20:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Until noon.
    Morning,
    /// From noon to six.
    Afternoon,
    /// From six on.
    Evening,
    /// From eight on, and the hours after midnight.
    Night,
}

/// What a phrase of one or more words means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhraseKind {
    /// A time of day with a name.
    Clock,
    /// What “after …” and “before …” mean as times of day.
    After,
    /// See [`PhraseKind::After`].
    Before,
    /// A holiday.
    Holiday,
    /// A word that introduces a date.
    Marker,
    /// A word that may follow a date.
    Tail,
    /// What stands between something said and what is meant instead.
    Mend,
    /// A priority.
    Priority,
    /// A time zone.
    Zone,
    /// A title word that tells morning from evening.
    Hint,
    /// A unit of several words (`business days`).
    Unit,
    /// Days from today, with a digit inside (`2moro`).
    Near,
}

/// A phrase of the tables.
#[derive(Debug, Clone)]
pub(crate) struct Phrase {
    /// What it means.
    pub(crate) kind: PhraseKind,
    /// The meaning, as the table writes it.
    pub(crate) value: &'static str,
    /// The words after the first one.
    pub(crate) rest: Box<[&'static str]>,
    /// Whether it counts only where the meaning is clear from its neighbours.
    pub(crate) weak: bool,
}

/// Everything a single word may mean.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// A weekday.
    pub(crate) weekday: Option<Weekday>,
    /// A weekday in the plural: every one.
    pub(crate) weekdays: Option<Weekday>,
    /// A month, 1 to 12.
    pub(crate) month: Option<i8>,
    /// A unit.
    pub(crate) unit: Option<Unit>,
    /// A unit only right after a digit.
    pub(crate) unit_letter: bool,
    /// A number.
    pub(crate) number: Option<u32>,
    /// A place in a row; -1 is the last.
    pub(crate) ordinal: Option<i8>,
    /// A stretch of the day.
    pub(crate) part: Option<Part>,
    /// Days from today.
    pub(crate) near: Option<i8>,
    /// An everyday word too.
    pub(crate) weak: bool,
    /// May follow a date that could also be something else.
    pub(crate) stop: bool,
    /// Shows that the next word is a noun.
    pub(crate) det: bool,
    /// Before an everyday word like `sat`: no day is meant.
    pub(crate) no_date: bool,
    /// Before a number: it counts or numbers something.
    pub(crate) counts: bool,
    /// A verb that a task begins with.
    pub(crate) verb: bool,
    /// Such a verb that is a noun too.
    pub(crate) noun: bool,
    /// With `by` and a number it says how much.
    pub(crate) scales: bool,
    /// Before a date: the date is what something is about.
    pub(crate) topic: bool,
    /// A verb that goes with `in` or `on`.
    pub(crate) particle: bool,
    /// The phrases that begin with this word, longest first.
    pub(crate) phrases: Vec<Phrase>,
}

impl Entry {
    /// Whether the word has to do with time by itself.
    pub(crate) const fn is_temporal(&self) -> bool {
        self.weekday.is_some()
            || self.weekdays.is_some()
            || self.month.is_some()
            || self.part.is_some()
            || self.near.is_some()
    }
}

static NOTHING: LazyLock<Entry> = LazyLock::new(Entry::default);

static WORDS: LazyLock<HashMap<&'static str, Entry>> = LazyLock::new(|| table::read().0);

/// The entry of a word that has none.
pub(crate) fn nothing() -> &'static Entry {
    &NOTHING
}

/// What a word in lower case means; misspelt long calendar words are recognised by distance.
pub(crate) fn look_up(word: &str) -> &'static Entry {
    if let Some(entry) = WORDS.get(word) {
        return entry;
    }
    // `fridayish`, `sevenish`
    let about = word.strip_suffix("ish").and_then(|word| WORDS.get(word));
    if let Some(entry) = about.filter(|entry| entry.weekday.is_some() || entry.near.is_some() || entry.number.is_some())
    {
        return entry;
    }
    typo::nearest(word).and_then(|word| WORDS.get(word)).unwrap_or(&NOTHING)
}

/// Whether the word names a day: `tomorrow`, `friday`.
pub(crate) fn is_day(word: &str) -> bool {
    let entry = look_up(word);
    entry.near.is_some() || entry.weekday.is_some() && !entry.weak
}
