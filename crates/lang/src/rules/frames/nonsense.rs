//! What is nothing to do for anybody: sums and keyboard noise.

use crate::{
    reference::numbers::is_number,
    rules::{message::Unit, phrase::is_any, segment::Segment},
    token::TokenKind,
};

/// `2+2`, `what is 12 * 4`: sums are not for us.
pub(super) fn arithmetic(segment: &Segment<'_, '_>) -> bool {
    let message = segment.message;
    let number = |unit: &Unit| is_number(message, unit);
    let operator = |unit: &Unit| {
        is_any(unit, &["plus", "minus", "times"])
            || matches!(message.token(unit).text, "+" | "*" | "/" | "×" | "÷" | "^" | "-" | "x" | "X")
    };
    // `15% of 84.50`
    let percent = segment.units.iter().all(|unit| {
        number(unit) || unit.skip || is_any(unit, &["what", "is", "of", "percent"]) || message.token(unit).text == "%"
    }) && message.text.contains('%')
        && segment.units.iter().filter(|unit| number(unit)).count() > 1;
    if percent {
        return true;
    }
    let sum = segment.units.windows(3).any(|three| number(&three[0]) && operator(&three[1]) && number(&three[2]));
    let word = |unit: &Unit| message.token(unit).kind == TokenKind::Word && !operator(unit) && !number(unit);
    let asked = segment
        .units
        .iter()
        .filter(|unit| word(unit))
        .all(|unit| is_any(unit, &["what", "is", "how", "much", "calculate", "compute", "equals"]));
    sum && asked
        && (segment.question
            || segment.units.iter().any(|unit| word(unit) || is_any(unit, &["plus", "minus", "times"]))
            || segment.units.len() > 3
            || segment.units.iter().any(|unit| message.token(unit).text == "+"))
}

/// Keyboard noise: `asdfgh`, `xxxx`, `zzz`.
pub(super) fn is_noise(word: &str) -> bool {
    let lower = word.to_lowercase();
    if ["qwe", "rty", "uio", "asd", "sdf", "dfg", "zxc", "xcv", "hjk", "jkl", "fgh"].contains(&lower.as_str()) {
        return true;
    }
    if ["foo", "bar", "baz", "qux", "lorem", "ipsum", "blah", "bla", "blabla"].contains(&lower.as_str()) {
        return true;
    }
    let letters = lower.bytes().all(|b| b.is_ascii_alphabetic());
    let repeated = lower.len() < 4 && letters && lower.bytes().all(|b| b == lower.as_bytes()[0]);
    if repeated && !matches!(lower.as_str(), "www") {
        return true;
    }
    if lower.len() < 4 || !lower.is_ascii() || !lower.bytes().all(|b| b.is_ascii_alphabetic()) {
        return false;
    }
    let vowels = lower.bytes().filter(|b| b"aeiouy".contains(b)).count();
    let run = lower.split(|c| "aeiouy".contains(c)).map(str::len).max().unwrap_or(0);
    let same = lower.as_bytes().windows(4).any(|w| w.iter().all(|b| b == &w[0]));
    let row =
        ["asdf", "qwer", "zxcv", "hjkl", "sdfg", "dfgh", "fghj", "jkl;", "uiop"].iter().any(|row| lower.contains(row));
    vowels == 0 && lower.len() > 4 || run > 5 || same || row
}
