//! The one grammar of dates, times, durations and repetitions.
//!
//! Named rules over tokens, one file per concern. Each rule reads at a position and says what it found and where it
//! ended; [`phrase`] joins what belongs together, and [`resolve`] fills in what was left unsaid. Nothing here decides
//! what is a title: that is [`crate::attributes`].

mod absolute;
mod clock;
mod cursor;
mod duration;
mod holiday;
mod marker;
mod mend;
mod number;
mod offset;
mod period;
mod phrase;
mod recurrence;
mod relative;
mod resolve;
mod several;
mod shade;
mod spoken;
mod time;
mod value;
mod weekday;

pub(crate) use cursor::Cx;
pub(crate) use duration::{Amount, duration};
pub(crate) use mend::mended;
pub(crate) use period::last_of;
pub(crate) use phrase::{Hit, extend, phrase};
pub(crate) use recurrence::{Bound, Repeat, bound, repeat};
pub(crate) use resolve::{Hint, Settled, settle};
pub(crate) use several::several_times;
pub(crate) use value::{Days, Strength, When, plus_days};
