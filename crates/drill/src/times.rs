//! The times in the rules of Prometheus, shortened: a drill cannot wait for days. Which is longer than which stays so.

use std::time::Duration;

/// A time in seconds, and what it is in a drill, in milliseconds. Between two of them it is in proportion.
const SHORTENED: [(u64, u64); 8] = [
    (0, 0),
    (300, 30_000),
    (900, 45_000),
    (1800, 60_000),
    (3600, 90_000),
    (21_600, 150_000),
    (86_400, 240_000),
    (259_200, 360_000),
];
/// The speed at which they are as the table says.
const USUAL: u32 = 10;
/// The longest that a rule looks back once all is well.
const DAY: u64 = 86_400;
/// However short the times are, a busy machine may be slow.
const LEAST: Duration = Duration::from_secs(90);

/// How fast the rules are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    speed: u32,
}

impl Times {
    /// At 1 all times are as they are, at 10 as the table says, at 20 half as long.
    pub(crate) fn new(speed: u32) -> Self {
        Self { speed }
    }

    /// So many seconds, shortened, in milliseconds.
    fn milliseconds(self, seconds: u64) -> u64 {
        if self.speed == 1 {
            return seconds * 1000;
        }
        let after = SHORTENED.iter().position(|(time, _)| *time > seconds).unwrap_or(SHORTENED.len() - 1);
        let ((from, short), (to, longer)) = (SHORTENED[after - 1], SHORTENED[after]);
        let usual = short + (longer - short) * (seconds - from) / (to - from);
        usual * u64::from(USUAL) / u64::from(self.speed)
    }

    /// How long one waits at most for an alert to come or to go.
    pub(crate) fn patience(self) -> Duration {
        Duration::from_millis(2 * self.milliseconds(DAY)).max(LEAST)
    }

    /// The configuration's own interval, shortened but never below a second.
    pub(crate) fn interval(self, seconds: u32) -> u32 {
        (seconds / self.speed).max(1)
    }

    /// What has become of the times, in words.
    pub(crate) fn words(self) -> String {
        if self.speed == 1 {
            return "as they are".to_owned();
        }
        let names = ["5m", "15m", "30m", "1h", "6h", "1d", "3d"];
        let short =
            names.map(|name| format!("{name}: {} s", self.milliseconds(seconds(name).unwrap_or_default()) / 1000));
        format!("shortened, {}", short.join(", "))
    }

    /// Rules with all their times shortened: what is waited for (`for: 5m`) and what is looked at (`[5m]`).
    pub(crate) fn hasten(self, rules: &str) -> String {
        let mut text = String::with_capacity(rules.len());
        for line in rules.lines() {
            if let Some((before, time)) = line.split_once("for: ") {
                text.push_str(&format!("{before}for: {}", self.shorter(time)));
            } else {
                let mut parts = line.split('[');
                text.push_str(parts.next().unwrap_or_default());
                for part in parts {
                    match part.split_once(']') {
                        Some((window, rest)) => text.push_str(&format!("[{}]{rest}", self.shorter(window))),
                        None => text.push_str(&format!("[{part}")),
                    }
                }
            }
            text.push('\n');
        }
        text
    }

    /// A time as Prometheus writes it, shortened; what is none stays as it is.
    fn shorter(self, time: &str) -> String {
        seconds(time).map_or_else(|| time.to_owned(), |seconds| format!("{}ms", self.milliseconds(seconds)))
    }
}

/// A time as Prometheus writes it, in seconds.
fn seconds(time: &str) -> Option<u64> {
    let (number, unit) = time.split_at_checked(time.len().checked_sub(1)?)?;
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<u64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_keep_all_but_their_times() {
        let rules = "expr: 'x:rate5m[5m] > 0.1 and y[1h] or z{a=\"[b]\"}'\n  for: 2m\n";
        let fast = "expr: 'x:rate5m[30000ms] > 0.1 and y[90000ms] or z{a=\"[b]\"}'\n  for: 12000ms\n";
        assert_eq!(Times::new(10).hasten(rules), fast);
        assert_eq!(Times::new(20).hasten("  for: 3d\n"), "  for: 180000ms\n");
        assert_eq!(Times::new(1).hasten("a[3d]\n  for: 30m\n"), "a[259200000ms]\n  for: 1800000ms\n");
        assert_eq!(Times::new(10).hasten("- alert: A\n"), "- alert: A\n");
    }

    #[test]
    fn what_is_longer_stays_longer_and_nothing_takes_longer_than_it_is() {
        for speed in [1, 2, 10, 60] {
            let times = Times::new(speed);
            let all: Vec<u64> = (0..600).map(|step| times.milliseconds(step * 600)).collect();
            assert!(all.is_sorted_by(|one, next| one < next), "{speed}: {all:?}");
            assert!((1..600).all(|step| times.milliseconds(step * 600) <= step * 600_000), "{speed}");
        }
        assert!(Times::new(1).patience() > Duration::from_secs(DAY));
    }

    #[test]
    fn the_output_says_what_the_times_are() {
        let said = "shortened, 5m: 30 s, 15m: 45 s, 30m: 60 s, 1h: 90 s, 6h: 150 s, 1d: 240 s, 3d: 360 s";
        assert_eq!(Times::new(10).words(), said);
        assert_eq!(Times::new(1).words(), "as they are");
    }
}
