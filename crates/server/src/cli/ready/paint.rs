//! Colours and width of a terminal.

use std::io::IsTerminal as _;

/// How wide text is that no terminal shows.
const USUAL: usize = 100;
/// No line is longer than this, however wide the terminal is.
const WIDEST: usize = 120;

/// How to write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    colours: bool,
    pub(super) width: usize,
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Careful,
    Open,
    Quiet,
    Strong,
}

impl Paint {
    /// Colours on a terminal, unless somebody set `NO_COLOR`.
    pub(super) fn of_terminal() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colours: terminal && wanted, width: if terminal { width() } else { USUAL } }
    }

    pub(super) fn text(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "1;31",
            Tone::Careful => "33",
            Tone::Open => "36",
            Tone::Quiet => "2",
            Tone::Strong => "1",
        };
        if self.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

#[cfg(unix)]
fn width() -> usize {
    let columns = rustix::termios::tcgetwinsize(std::io::stdout()).map_or(0, |size| usize::from(size.ws_col));
    if columns == 0 { USUAL } else { columns.clamp(60, WIDEST) }
}

#[cfg(not(unix))]
fn width() -> usize {
    USUAL
}

/// Text in lines of this width.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensibilities", 7), ["incomprehensibilities"]);
        assert_eq!(wrapped("", 7), [""]);
    }
}
