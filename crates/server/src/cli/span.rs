//! Lengths of time on the command line.

use std::time::Duration;

use jiff::SignedDuration;

/// Reads `30s`, `2m`, `1h 30m`, `250ms`; a bare number is seconds.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    match span_or_zero(text)? {
        Duration::ZERO => Err("it must be longer than nothing".to_owned()),
        length => Ok(length),
    }
}

/// Like [`span`], and nothing at all is a length as well.
pub(crate) fn span_or_zero(text: &str) -> Result<Duration, String> {
    let length = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => text.parse::<SignedDuration>().ok().and_then(|length| Duration::try_from(length).ok()),
    };
    length.ok_or_else(|| "give a length of time such as 30s, 2m or 250ms".to_owned())
}

/// A length of time for people: three digits at most, in the unit that suits.
pub(crate) fn told(length: Duration) -> String {
    let micros = length.as_secs_f64() * 1e6;
    match micros {
        ..999.5 => format!("{micros:.0} µs"),
        ..9_995.0 => format!("{:.2} ms", micros / 1e3),
        ..99_950.0 => format!("{:.1} ms", micros / 1e3),
        ..999_500.0 => format!("{:.0} ms", micros / 1e3),
        ..99_950_000.0 => format!("{:.1} s", micros / 1e6),
        _ => format!("{:.0} s", micros / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read() {
        let read = |text| span(text).ok();
        assert_eq!(read("30s"), Some(Duration::from_secs(30)));
        assert_eq!(read("1h 30m"), Some(Duration::from_mins(90)));
        assert_eq!(read("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(read("0.5"), Some(Duration::from_millis(500)));
        for wrong in ["", "soon", "-3s", "-1", "0", "nan", "1e300"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(span_or_zero("0s"), Ok(Duration::ZERO));
    }

    #[test]
    fn lengths_are_told_in_the_unit_that_suits() {
        let of = |micros| told(Duration::from_micros(micros));
        assert_eq!(
            [of(7), of(1_234), of(12_345), of(123_456), of(1_234_567), of(123_456_789)],
            ["7 µs", "1.23 ms", "12.3 ms", "123 ms", "1.2 s", "123 s"]
        );
    }
}
