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
/// program prints is kept in logs. An address ends at white space or where colours change; a quote may be part of one.
fn without_passwords(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let end = after.find(|c: char| c.is_whitespace() || c == '\u{1b}').unwrap_or(after.len());
        let (address, behind) = after.split_at(end);
        shown.push_str(before);
        shown.push_str("://");
        let behind_user = match address.rsplit_once('@') {
            Some((user, behind_user)) => {
                // What is no name at the beginning may be a setting that has such a sign in it.
                shown.push_str(match user.split_once(':') {
                    Some((name, _)) => name,
                    None if user.contains('?') => "",
                    None => user,
                });
                shown.push_str(if user.contains([':', '?']) { ":***@" } else { "@" });
                behind_user
            }
            None => address,
        };
        behind_user.split_inclusive(['?', '&']).for_each(|part| shown.push_str(&without_password(part)));
        rest = behind;
    }
    shown + rest
}

/// A setting in an address, with the sign that ends it.
fn without_password(setting: &str) -> String {
    match setting.split_once('=') {
        Some((name, value)) if name.to_ascii_lowercase().contains("pass") => {
            format!("{name}=***{}", if value.ends_with('&') { "&" } else { "" })
        }
        _ => setting.to_owned(),
    }
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
            ("no 'postgres://ada:ge'heim@db/x' here", "no 'postgres://ada:***@db/x' here"),
            ("postgres://db/x?user=ada&password=ge'heim&a=b no", "postgres://db/x?user=ada&password=***&a=b no"),
            ("postgres://db/x?user=ada&password=ge@heim&a=b no", "postgres://:***@heim&a=b no"),
            ("postgres://a:p@db/x?sslpassword=q&sslmode=on p", "postgres://a:***@db/x?sslpassword=***&sslmode=on p"),
            ("postgres://db/x?password=geheim'\n\nUsage", "postgres://db/x?password=***\n\nUsage"),
            ("see https://example.org: no", "see https://example.org: no"),
        ] {
            assert_eq!(without_passwords(text), shown);
        }
    }
}
