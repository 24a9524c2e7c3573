//! Counts verdicts and prints them.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    corpus::{Case, Mode},
    judge::{Outcome, Verdict},
};

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    right: usize,
    harmless: usize,
    wrong: usize,
}

impl Tally {
    const fn total(self) -> usize {
        self.right + self.harmless + self.wrong
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Right => self.right += 1,
            Outcome::Harmless => self.harmless += 1,
            Outcome::WrongAction => self.wrong += 1,
        }
    }

    fn row(self, name: &str) -> String {
        let tenths = (self.right * 1000).checked_div(self.total()).unwrap_or(0);
        format!(
            "{name:<28} {:>5} {:>5} {:>5}.{} % {:>7} {:>7}\n",
            self.total(),
            self.right,
            tenths / 10,
            tenths % 10,
            self.harmless,
            self.wrong
        )
    }
}

/// All verdicts, added up.
#[derive(Debug, Default)]
pub(crate) struct Report {
    tags: BTreeMap<String, Tally>,
    confusion: BTreeMap<(String, &'static str), usize>,
    failures: Vec<(String, String)>,
    bulk: usize,
}

impl Report {
    pub(crate) fn count(&mut self, case: &Case, verdict: Verdict) {
        self.tags.entry(case.tag.clone()).or_default().count(verdict.outcome);
        if case.mode == Mode::Understand {
            let wanted = case.wants.first().map_or("none", want_kind);
            *self.confusion.entry((wanted.to_owned(), verdict.kind)).or_default() += 1;
        }
        let bulk = verdict.got.contains(" f.") || verdict.got.contains("place=\"all\"");
        self.bulk += usize::from(bulk && verdict.outcome == Outcome::WrongAction);
        if verdict.outcome != Outcome::Right {
            let mark = if verdict.outcome == Outcome::WrongAction { "WRONG" } else { "asked" };
            let text = format!(
                "{mark} {} ({})\n   said     {:?}\n   expected {}\n   got      {}\n",
                case.place, case.tag, case.phrase, case.meaning, verdict.got
            );
            self.failures.push((case.tag.clone(), text));
        }
    }

    pub(crate) fn summary(&self) -> String {
        let mut text =
            format!("{:<28} {:>5} {:>5} {:>9} {:>7} {:>7}\n", "phenomenon", "cases", "right", "", "asked", "wrong");
        let (mut groups, mut all) = (BTreeMap::<&str, Tally>::new(), Tally::default());
        for (tag, tally) in &self.tags {
            text.push_str(&tally.row(tag));
            for sum in [groups.entry(tag.split('.').next().unwrap_or(tag)).or_default(), &mut all] {
                sum.right += tally.right;
                sum.harmless += tally.harmless;
                sum.wrong += tally.wrong;
            }
        }
        text.push('\n');
        for (group, tally) in groups {
            text.push_str(&tally.row(group));
        }
        text.push_str(&all.row("TOTAL"));
        let _ = writeln!(text, "wrong actions over many tasks: {}", self.bulk);
        text.push_str("\nmeant -> understood (confusion of kinds)\n");
        for ((wanted, got), count) in self.confusion.iter().filter(|((wanted, got), _)| wanted != got) {
            let _ = writeln!(text, "  {wanted:<10} -> {got:<10} {count:>4}");
        }
        text
    }

    pub(crate) fn failures(&self, tag: Option<&str>) -> String {
        let wanted = |of: &str| tag.is_none_or(|tag| of == tag || of.starts_with(&format!("{tag}.")));
        self.failures.iter().filter(|(of, _)| wanted(of)).map(|(_, text)| text.as_str()).collect()
    }
}

fn want_kind(want: &crate::want::Want) -> &str {
    match want.parts.as_slice() {
        [] => "none",
        [one] => &one.kind,
        [first, rest @ ..] if rest.iter().all(|part| part.kind == first.kind) => &first.kind,
        _ => "mixed",
    }
}
