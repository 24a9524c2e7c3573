//! Labels put on tasks and taken off: `tag 3 with home`, `3 loses its home label`, `swap #home for #garden on 3`.

use super::Match;
use crate::{
    Edit,
    rules::{
        filter::label,
        message::Unit,
        pattern::Slot,
        phrase::{self, is_any},
    },
    token::TokenKind,
};

/// `swap #home for #garden on 3`
pub(super) fn retagged(found: &Match<'_, '_, '_>) -> Option<Edit> {
    let message = found.segment.message;
    let marked = |unit: &Unit| message.token(unit).kind == TokenKind::Tag;
    let named = found.units.iter().any(|unit| phrase::in_class(unit, "tag"));
    let each: Vec<_> = found
        .slots(Slot::Label)
        .map(|units| match phrase::trim(units) {
            [only] if named || marked(only) => label(&message.token(only).norm),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let [old, new] = <[_; 2]>::try_from(each).ok()?;
    Some(Edit { remove_labels: vec![old], add_labels: vec![new], ..Edit::default() })
}

/// `tag 3 with home`, `remove the home label from 3`
pub(super) fn labels(found: &Match<'_, '_, '_>) -> Option<Edit> {
    let remove = found.section.name == "update-untag";
    // Without a label it is asked what is to change.
    let Some(units) = found.slot(Slot::Label) else { return Some(Edit::default()) };
    let message = found.segment.message;
    // `put it under #home: regrout the shower`
    if units.iter().any(|unit| message.token(unit).is_punct(':')) {
        return None;
    }
    let mut labels = Vec::new();
    for unit in phrase::trim(units).iter().filter(|unit| !unit.skip && !is_any(unit, &["and", "the", "as", "too"])) {
        let token = message.token(unit);
        let clause = ["gets", "get", "should", "must", "on", "in", "to", "for", "of", "is", "has", "happen", "under"];
        let fields = ["tag", "prio", "repeat", "desc"];
        if token.kind == TokenKind::Number
            || is_any(unit, &clause)
            || is_any(unit, &["every", "each", "any", "all"])
            || fields.iter().any(|class| phrase::in_class(unit, class))
        {
            return None;
        }
        let hash = message.text.get(..token.start).is_some_and(|before| before.ends_with('#'));
        let text = token.unquoted().unwrap_or(&token.norm);
        if text != "#" || hash {
            labels.push(label(text)?);
        }
    }
    // `add X to 5` is a label only when it looks like one.
    let marked = units.iter().any(|unit| message.token(unit).text.starts_with('#'));
    let named = found.units.iter().any(|unit| {
        is_any(
            unit,
            &[
                "tag",
                "tags",
                "label",
                "labels",
                "category",
                "hashtag",
                "untag",
                "unlabel",
                "assign",
                "put",
                "file",
                "take",
                "categories",
            ],
        )
    });
    // `put the clocks back on the 25th`: what comes first is a label only with its mark.
    let leads = found.captures.first().is_some_and(|(slot, range)| *slot == Slot::Label && range.start == 0);
    // `put the car tax back to the 1st`: only with its word there are several.
    let field =
        found.units.iter().any(|unit| phrase::in_class(unit, "tag") || is_any(unit, &["untag", "unlabel", "assign"]));
    let many = labels.len() > 6 || labels.len() > 1 && !marked && !field;
    if labels.is_empty() || leads && !marked || many || !(marked || named) || !named && labels.len() > 1 {
        return None;
    }
    Some(if remove {
        Edit { remove_labels: labels, ..Edit::default() }
    } else {
        Edit { add_labels: labels, ..Edit::default() }
    })
}
