//! Errors and times over the whole drill, as people see them, in two lines of text.

use std::time::Duration;

use crate::{
    people::Try,
    timeline::{Kind, Line},
};

/// Columns of the picture at most.
const WIDTH: usize = 72;
const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws it: a column for so many seconds of every try.
pub(crate) fn draw(tries: &[Try], lines: &[Line]) -> String {
    let end = tries.iter().map(|one| one.at).max().unwrap_or_default();
    let seconds = (end.as_secs() as usize / WIDTH + 1).next_multiple_of(5);
    let columns = end.as_secs() as usize / seconds + 1;
    let column = |at: Duration| (at.as_secs() as usize / seconds).min(columns - 1);
    let mut all: Vec<Vec<&Try>> = vec![Vec::new(); columns];
    for one in tries {
        all[column(one.at)].push(one);
    }
    let mut marks = vec![' '; columns];
    for line in lines {
        if let Kind::Act(letter) = line.kind {
            marks[column(line.at)] = letter;
        }
    }
    let errors: String = all.iter().map(|tries| bar(share(tries))).collect();
    let times: String = all.iter().map(|tries| bar(height(p95(tries)))).collect();
    let worst = all.iter().map(|tries| share(tries)).fold(0.0, f64::max) * 100.0;
    let slowest = all.iter().map(|tries| p95(tries)).max().unwrap_or_default().as_secs_f64();
    format!(
        "            {}\nerrors     |{errors}| a full bar: all requests failed; worst {worst:.0} %\n\
         p95        |{times}| a full bar: 10 s, none: 1 ms; worst {slowest:.1} s\n\
         a column is {seconds} s; letters are the acts above",
        marks.into_iter().collect::<String>()
    )
}

fn share(tries: &[&Try]) -> f64 {
    let failed = tries.iter().filter(|one| !one.well).count();
    if tries.is_empty() { 0.0 } else { failed as f64 / tries.len() as f64 }
}

/// What 95 of 100 tries took no longer than.
fn p95(tries: &[&Try]) -> Duration {
    let mut times: Vec<Duration> = tries.iter().map(|one| one.took).collect();
    times.sort();
    times.get((times.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}

/// From 1 ms to 10 s, each ten times as high as the one before.
fn height(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).max(1.0).log10() / 4.0
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of nine bars")]
fn bar(share: f64) -> char {
    let top = (BARS.len() - 1) as f64;
    let at = (share.clamp(0.0, 1.0) * top).round() as usize;
    // The least there is can be seen.
    BARS[if share > 0.0 { at.max(1) } else { 0 }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_without_an_answer_stands_out() {
        let one = |second, well| Try { at: Duration::from_secs(second), took: Duration::from_millis(10), well };
        let tries: Vec<Try> = (0..300).map(|second| one(second, !(100..160).contains(&second))).collect();
        let picture = draw(&tries, &[]);
        let errors = picture.lines().find(|line| line.starts_with("errors")).unwrap();
        assert_eq!(errors.matches('█').count(), 12, "{picture}");
        assert!(picture.contains("worst 100 %") && picture.contains("a column is 5 s"), "{picture}");
    }
}
