//! Sentences that announce something with its time, though nobody is told to do it.

use super::fallback::SUBJECTS;
use crate::rules::{
    phrase::{in_class, is_any},
    segment::Segment,
};

/// `the form has to be in the post by wednesday`: what must be by then is to be done.
pub(super) fn deadlined(segment: &Segment<'_, '_>) -> bool {
    let until = segment.adding().1.due.as_ref().and_then(|due| due.marker);
    let must = segment.units.windows(3).skip(1).any(|three| {
        is_any(&three[0], &["has", "have", "needs", "need"]) && is_any(&three[1], &["to"]) && is_any(&three[2], &["be"])
            || is_any(&three[0], &["must", "should"]) && is_any(&three[1], &["be"])
    });
    let goes = segment.units.windows(3).skip(1).any(|three| {
        is_any(&three[0], &["has", "have", "needs", "need"])
            && is_any(&three[1], &["to"])
            && three[2].verb.is_some_and(|verb| verb.is_base)
    });
    let first = segment.units.first();
    let somebody = first.is_some_and(|unit| is_any(unit, &["someone", "somebody"]));
    let told = first.is_some_and(|unit| is_any(unit, &SUBJECTS)) && !somebody;
    let dated =
        matches!(until, Some("by" | "before" | "until" | "on" | "at")) || somebody && segment.adding().1.due.is_some();
    // `rent is due on the 1st of every month`
    let owed = until == Some("due") || segment.adding().1.recurrence.is_some() && is_due(segment);
    (must || goes) && !told && dated || owed && !told || has_appointment(segment)
}

/// `… is due …`
fn is_due(segment: &Segment<'_, '_>) -> bool {
    segment.units.windows(2).skip(1).any(|pair| is_any(&pair[0], &["is", "are"]) && is_any(&pair[1], &["due"]))
}

/// `Mia has a recorder lesson at 4.15`: whoever has it, it has its time.
fn has_appointment(segment: &Segment<'_, '_>) -> bool {
    let timed = segment.adding().1.due.as_ref().is_some_and(|due| due.explicit_time);
    let has = segment.units.iter().take(4).position(|unit| is_any(unit, &["has"])).unwrap_or(0);
    let thing = segment.units.get(has + 1).is_some_and(|unit| in_class(unit, "det"));
    let whose = segment.units.first().is_some_and(|unit| !is_any(unit, &SUBJECTS) && unit.verb.is_none());
    timed && has > 0 && thing && whose
}
