//! What people, programs and models wrote, on its way to somebody's terminal: there it must not move the cursor, colour
//! or rename anything, nor turn round what stands beside it.

/// Text of several lines that only says what it says.
pub(super) fn text(written: &str) -> String {
    written.chars().map(|c| if c == '\n' || c == '\t' { c } else { seen(c) }).collect()
}

/// The same on one line, so that nobody adds lines to a list.
pub(super) fn line(written: &str) -> String {
    written.chars().map(seen).collect()
}

/// Control characters, and those that change the direction of what follows, as a sign that can be seen.
const fn seen(c: char) -> char {
    match c {
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => char::REPLACEMENT_CHARACTER,
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_seen_is_left() {
        assert_eq!(text("a\u{1b}]0;b\u{7}\u{9b}2J\r\n\tc"), "a\u{fffd}]0;b\u{fffd}\u{fffd}2J\u{fffd}\n\tc");
        assert_eq!(line("Ada\nroot\u{202e}\u{2069}"), "Ada\u{fffd}root\u{fffd}\u{fffd}");
        let fine = "Zoë 👩\u{200d}🚀 नमस्ते שלום\u{200f}";
        assert_eq!((text(fine), line(fine)), (fine.to_owned(), fine.to_owned()));
    }
}
