//! Forms of the verbs of things to do: `buy, bought, bought, buying, buys`.

use std::sync::LazyLock;

use super::{hash::QuickMap, vocabulary::lines};

const TABLE: &str = include_str!("lexicon/verbs.txt");

/// What a form of a verb is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forms {
    /// `buy`
    pub(crate) base: &'static str,
    /// Whether this form is the base itself.
    pub(crate) is_base: bool,
    /// `bought`
    pub(crate) is_past: bool,
    /// `buying`
    pub(crate) is_gerund: bool,
}

static FORMS: LazyLock<QuickMap<String, Forms>> = LazyLock::new(read);

/// What a word in lower case is a form of.
pub(crate) fn form(word: &str) -> Option<&'static Forms> {
    FORMS.get(word)
}

fn read() -> QuickMap<String, Forms> {
    let mut forms = QuickMap::default();
    let entries = lines(TABLE).flat_map(|line| line.split(',')).map(str::trim).filter(|entry| !entry.is_empty());
    for entry in entries {
        let mut parts = entry.split('/');
        let head = parts.next().unwrap_or(entry);
        let (base, doubled) = head.strip_suffix('!').map_or((head, false), |base| (base, true));
        let irregular: Vec<&str> = parts.collect();
        let mut add = |form: String, is_base: bool, is_past: bool, is_gerund: bool| {
            let known = forms.entry(form).or_insert(Forms { base, is_base: false, is_past: false, is_gerund: false });
            if is_base {
                known.base = base;
            }
            known.is_base |= is_base;
            known.is_past |= is_past;
            known.is_gerund |= is_gerund;
        };
        add(base.to_owned(), true, false, false);
        add(third_person(base), false, false, false);
        add(gerund(base, doubled), false, false, true);
        if irregular.is_empty() {
            add(past(base, doubled), false, true, false);
        }
        for form in irregular {
            add(form.to_owned(), false, true, false);
        }
    }
    forms
}

fn ends_in_consonant_y(base: &str) -> bool {
    base.ends_with('y')
        && !base.ends_with("ay")
        && !base.ends_with("ey")
        && !base.ends_with("oy")
        && !base.ends_with("uy")
}

fn doubling(base: &str, doubled: bool) -> String {
    let mut stem = base.to_owned();
    if doubled {
        stem.extend(base.chars().last());
    }
    stem
}

fn past(base: &str, doubled: bool) -> String {
    match base {
        _ if base.ends_with('e') => format!("{base}d"),
        _ if ends_in_consonant_y(base) => format!("{}ied", base.trim_end_matches('y')),
        _ => doubling(base, doubled) + "ed",
    }
}

fn gerund(base: &str, doubled: bool) -> String {
    let double =
        doubled || matches!(base, "get" | "put" | "cut" | "set" | "reset" | "run" | "dig" | "win" | "begin" | "swim");
    if base.ends_with('e') && !base.ends_with("ee") && !base.ends_with("ye") {
        return format!("{}ing", base.trim_end_matches('e'));
    }
    doubling(base, double) + "ing"
}

fn third_person(base: &str) -> String {
    if ends_in_consonant_y(base) {
        return format!("{}ies", base.trim_end_matches('y'));
    }
    let hissing = ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| base.ends_with(end));
    format!("{base}{}", if hissing { "es" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_lead_back_to_the_base() {
        for (word, base) in [
            ("bought", "buy"),
            ("calling", "call"),
            ("paid", "pay"),
            ("tidied", "tidy"),
            ("planned", "plan"),
            ("going", "go"),
            ("baked", "bake"),
            ("baking", "bake"),
            ("does", "do"),
            ("washes", "wash"),
        ] {
            assert_eq!(form(word).map(|form| form.base), Some(base), "{word}");
        }
        assert!(form("read").is_some_and(|form| form.is_base && form.is_past));
    }
}
