//! Times of day in words: `half past six`, `quarter to 9`, `six thirty`, `nine oh five`, `seventeen hundred`.

use super::{
    clock::{ReadClock, half, halved, o_clock},
    cursor::Cx,
    number::cardinal,
    value::{Clock, Strength},
};

/// `half past six`, `half six`, `quarter to 9`, `ten past 4`, `twenty to five`.
pub(super) fn spoken(cx: &Cx<'_>, at: usize) -> Option<ReadClock> {
    let start = cx.skip(at, &["a"]);
    let (minutes, after) = match cx.word(start) {
        "half" => (30, cx.skip_hyphen(start + 1)),
        "quarter" | "qtr" => (15, start + 1),
        _ => {
            let (minutes @ 1..=29, after) = cardinal(cx, at)? else { return None };
            let end = cx.skip(after, &["minutes", "mins", "min"]);
            if end == after && minutes % 5 != 0 {
                return None;
            }
            (i8::try_from(minutes).ok()?, end)
        }
    };
    let (sign, hour_at) = match cx.word(after) {
        "past" => (1, after + 1),
        "after" if minutes != 30 => (1, after + 1),
        "to" | "til" | "till" | "before" if minutes != 30 => (-1, after + 1),
        "of" if minutes == 15 => (-1, after + 1),
        _ if minutes == 30 && cx.any(start, &["half"]) && start == at => (1, after),
        _ => return None,
    };
    let (hour @ 1..=12, mut end) = cardinal(cx, hour_at)? else { return None };
    let mut clock = Clock::unsure(i8::try_from(hour).ok()?, 0);
    let pm = half(cx, end);
    if let Some((_, after)) = pm {
        end = after;
    } else if cx.any(end, &["o'clock", "oclock"]) || cx.any(cx.skip_hyphen(end), &["ish"]) {
        end = cx.skip_hyphen(end) + 1;
    }
    if sign < 0 {
        clock.hour = if clock.hour == 1 { 12 } else { clock.hour - 1 };
        clock.minute = 60 - minutes;
    } else {
        clock.minute = minutes;
    }
    // The half belongs to the hour said: a quarter to 12 pm is before noon.
    if let Some((pm, _)) = pm {
        clock = clock.with_half(if sign < 0 && hour == 12 { !pm } else { pm });
    }
    if !cx.ends(end) {
        return None;
    }
    // `half 6`, `ten to five` and `5 after 3` may mean other things.
    let plain = hour_at > after && (minutes == 15 || minutes == 30 || cx.any(after, &["past"]));
    let half_word = minutes == 30;
    let strength = if plain || pm.is_some() {
        Strength::Strong
    } else if half_word {
        Strength::Weak
    } else {
        Strength::Marked
    };
    Some(ReadClock::new("spoken time", clock, strength, end))
}

/// `9 oh 5`, `7 oh five`: the zero as it is said.
pub(super) fn oh_minutes(cx: &Cx<'_>, at: usize, hour: i8) -> Option<ReadClock> {
    let (minute @ 1..=9, end) = cardinal(cx, at + 2).filter(|_| cx.any(at + 1, &["oh", "o"]))? else { return None };
    let clock = Clock::unsure(hour, i8::try_from(minute).ok()?);
    if let Some((pm, end)) = half(cx, end).filter(|_| (1..=12).contains(&hour)) {
        return Some(ReadClock::new("12-hour time", clock.with_half(pm), Strength::Strong, end));
    }
    (hour > 0 && cx.ends(end)).then(|| ReadClock::new("dictated time", clock, Strength::Marked, end))
}

/// `five pm`, `six thirty`, `nine oh five`, `seventeen hundred`, `seven o'clock`, `sevenish`, `eight`.
pub(super) fn worded(cx: &Cx<'_>, at: usize) -> Option<ReadClock> {
    let zero = |at: usize| cx.skip(at, &["oh", "o", "zero"]);
    // `oh nine hundred`, `nineteen thirty`
    let (hour, after) = cardinal(cx, zero(at)).filter(|(hour, _)| (1..=23).contains(hour))?;
    if cx.number(zero(at)).is_some() {
        return None;
    }
    let hour = i8::try_from(hour).ok()?;
    let clock = |minute: i8| Clock { sure: hour > 12 || zero(at) > at, ..Clock::unsure(hour, minute) };
    if cx.any(after, &["hundred"]) {
        let end = cx.skip(after + 1, &["hours", "hrs"]);
        let strength = if end > after + 1 { Strength::Strong } else { Strength::Marked };
        return Some(ReadClock::new("24-hour time", Clock { sure: true, ..clock(0) }, strength, end));
    }
    if zero(at) > at {
        return None;
    }
    let minutes_at = cx.skip_hyphen(after);
    let oh = zero(minutes_at);
    if let Some((minutes @ 1..=59, end)) = cardinal(cx, oh).filter(|_| cx.number(oh).is_none()) {
        let minutes = i8::try_from(minutes).ok().filter(|minutes| oh == minutes_at || *minutes < 10)?;
        if let Some((pm, end)) = half(cx, end).filter(|_| hour <= 12) {
            return Some(ReadClock::new("12-hour time", clock(minutes).with_half(pm), Strength::Strong, end));
        }
        return (minutes >= 10 || oh > minutes_at)
            .then(|| ReadClock::new("worded time", clock(minutes), Strength::Marked, end));
    }
    if hour > 12 {
        return None;
    }
    if let Some((pm, end)) = half(cx, after) {
        return Some(ReadClock::new("12-hour time", clock(0).with_half(pm), Strength::Strong, end));
    }
    if cx.word(at).ends_with("ish") {
        return halved(cx, "about an hour", clock(0), after);
    }
    o_clock(cx, after, hour)
}
