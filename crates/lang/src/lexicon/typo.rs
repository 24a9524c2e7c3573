//! Misspelt calendar words by edit distance. Only long words, only a closed list, never a word that is another word.

/// The words looked for; all have seven letters or more, or no neighbour that is a word.
const LONG: [&str; 15] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "tomorrow",
    "yesterday",
    "january",
    "february",
    "september",
    "october",
    "november",
    "december",
    "august",
];

/// The calendar word that was meant: same first letter, one slip (two in words of nine letters or more).
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    if !(6..=12).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let first = word.as_bytes().first();
    LONG.iter().copied().find(|known| {
        let slips = if known.len() >= 8 { 2 } else { 1 };
        known.as_bytes().first() == first
            && known.len().abs_diff(word.len()) <= slips
            && strsim::osa_distance(known, word) <= slips
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_forgiven_but_words_are_not_bent() {
        assert_eq!(nearest("wednessday"), Some("wednesday"));
        assert_eq!(nearest("tomorrrow"), Some("tomorrow"));
        assert_eq!(nearest("setpember"), Some("september"));
        for word in ["sundry", "borrow", "remember", "thirsty", "augury", "member", "marches", "mundane", "sodden"] {
            assert_eq!(nearest(word), None, "{word}");
        }
    }
}
