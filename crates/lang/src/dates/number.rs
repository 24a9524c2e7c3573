//! Numbers and ordinals, in digits and in words.

use super::cursor::Cx;

/// A whole number: `12`, `twelve`, `twenty-five`, `twenty five`.
pub(crate) fn cardinal(cx: &Cx<'_>, at: usize) -> Option<(u32, usize)> {
    if let Some(number) = cx.number(at) {
        return Some((number, at + 1));
    }
    let number = cx.entry(at).number?;
    if number >= 20 && number % 10 == 0 {
        let next = cx.skip_hyphen(at + 1);
        if let Some(ones @ 1..=9) = cx.entry(next).number {
            return Some((number + ones, next + 1));
        }
    }
    Some((number, at + 1))
}

/// A place in a row: `3rd`, `third`, `twenty-first`; `last` is -1.
pub(crate) fn ordinal(cx: &Cx<'_>, at: usize) -> Option<(i8, usize)> {
    if let Some(number) = cx.number(at) {
        let suffixed = cx.glued(at + 1) && cx.any(at + 1, &["st", "nd", "rd", "th"]);
        return if suffixed { Some((i8::try_from(number).ok()?, at + 2)) } else { None };
    }
    let last_but_one = || {
        [["last", "but", "one"], ["second", "to", "last"], ["next", "to", "last"]]
            .iter()
            .find_map(|words| cx.words(at, words))
            .or_else(|| cx.words(at, &["second", "last"]))
    };
    if cx.any(at, &["last", "second", "next"])
        && let Some(end) = last_but_one()
    {
        return Some((-2, end));
    }
    if let Some(ordinal) = cx.entry(at).ordinal {
        return Some((ordinal, at + 1));
    }
    let tens = cx.entry(at).number.filter(|tens| matches!(tens, 20 | 30))?;
    let next = cx.skip_hyphen(at + 1);
    let ones = cx.entry(next).ordinal.filter(|ones| (1..=9).contains(ones))?;
    Some((i8::try_from(tens).ok()? + ones, next + 1))
}
