//! What is said about a command line that cannot be read.

use std::{io::IsTerminal as _, process::ExitCode};

/// Prints a mistake, or the help that was asked for; the exit status is clap's: 2 for a mistake.
pub(super) fn tell(error: &clap::Error) -> ExitCode {
    let text = error.render();
    let styled = if error.use_stderr() { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
    let text = without_passwords(&if styled { text.ansi().to_string() } else { text.to_string() });
    if error.use_stderr() {
        eprint!("{text}");
    } else {
        print!("{text}");
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The text with stars for the passwords of addresses in it: clap repeats an argument it did not expect, and what a
/// program prints is kept in logs.
fn without_passwords(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let end = after.find(|c: char| c.is_whitespace() || c == '\'' || c == '\u{1b}').unwrap_or(after.len());
        let (address, behind) = after.split_at(end);
        shown.push_str(before);
        shown.push_str("://");
        match address.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
            Some((user, host)) => shown.push_str(&format!("{user}:***@{host}")),
            None => shown.push_str(address),
        }
        rest = behind;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passwords_are_left_out() {
        for (text, shown) in [
            ("unexpected 'postgres://ada:geheim@db/x' found", "unexpected 'postgres://ada:***@db/x' found"),
            ("a redis://:p@ss@h:1/0 and http://h:80/b", "a redis://:***@h:1/0 and http://h:80/b"),
            ("\u{1b}[33mpostgres://ada:geheim@db\u{1b}[0m", "\u{1b}[33mpostgres://ada:***@db\u{1b}[0m"),
            ("postgres://ada@db and postgres://db/x?y", "postgres://ada@db and postgres://db/x?y"),
            ("see https://example.org: no", "see https://example.org: no"),
        ] {
            assert_eq!(without_passwords(text), shown);
        }
    }
}
