//! The one grammar of dates, times, durations and repetitions.
