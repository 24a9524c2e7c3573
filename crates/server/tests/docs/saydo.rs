//! What the program's own command line says of a command.

use clap::Command;

/// Programs that read what ours prints.
const OTHERS: [&str; 5] = ["grep", "head", "jq", "less", "man"];

/// What is wrong with the words after `saydo`. In prose (not `strict`) commands stand without what they need, with `…`
/// or with their alternatives.
pub(crate) fn wrong(words: &[String], strict: bool) -> Option<String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let cut =
        words.iter().position(|word| word.starts_with(['>', '<']) || word.starts_with("2>")).unwrap_or(words.len());
    let words = &words[..cut];
    let command = saydo_server::cli::command();
    if strict && !words.iter().any(|word| word.contains('…')) {
        let all = ["saydo"].iter().chain(words).copied();
        return match command.try_get_matches_from(all) {
            Err(error) if error.use_stderr() => Some(error.to_string().lines().next().unwrap_or_default().to_owned()),
            _ => None,
        };
    }
    loose(&command, words)
}

/// Whether subcommands and flags are known.
fn loose(command: &Command, words: &[&str]) -> Option<String> {
    let (first, rest) = words.split_first()?;
    let first = first.trim_end_matches([',', '.']);
    if let Some(flag) = first.strip_prefix("--") {
        let name = flag.split('=').next().unwrap_or_default();
        let known = has_flag(command, name) || has_flag(&saydo_server::cli::command(), name);
        return if known { loose(command, rest) } else { Some(format!("{} has no --{name}", command.get_name())) };
    }
    if !command.has_subcommands() || first.contains('…') || first.chars().any(char::is_uppercase) {
        return loose(command, rest);
    }
    // `create | list` or `staging|production`: each of them, unless it goes into another program.
    let mut names: Vec<&str> = first.split('|').filter(|name| !name.is_empty()).collect();
    let mut rest = rest;
    while let ["|", name, behind @ ..] = rest {
        names.extend((!OTHERS.contains(name)).then_some(*name));
        rest = behind;
    }
    if let Some(unknown) = names.iter().find(|name| command.find_subcommand(name).is_none()) {
        return Some(format!("{} has no {unknown}", command.get_name()));
    }
    loose(names.last().and_then(|name| command.find_subcommand(name)).unwrap_or(command), rest)
}

fn has_flag(command: &Command, name: &str) -> bool {
    ["help", "version"].contains(&name) || command.get_arguments().any(|flag| flag.get_long() == Some(name))
}

/// Whether any command has this flag.
pub(crate) fn anywhere(command: &Command, name: &str) -> bool {
    has_flag(command, name) || command.get_subcommands().any(|below| anywhere(below, name))
}
