//! Command lines: what they call is there and knows what is asked of it.

use std::fs;

use crate::{
    none,
    page::{Block, Page, Piece, pages},
    root, saydo,
};

/// A command with its words.
struct Line {
    piece: Piece,
    words: Vec<String>,
}

/// Words as a shell would see them: quotes join, backslashes are not needed in documents. Marks of the shell that are
/// not quoted stand alone.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let (mut quote, mut begun) = (None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => (quote, begun) = (Some(c), true),
            (None, '#') if !begun && words.last().is_some_and(String::is_empty) => break,
            (None, ' ') => words.push(String::new()),
            (None, '|' | ';' | '&') => words.extend([c.to_string(), String::new()]),
            (_, c) => words.last_mut().unwrap().push(c),
        }
        begun &= c != ' ';
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The commands of a block, without the texts that are handed to them.
fn lines(block: &Block) -> Vec<Line> {
    let mut lines = vec![];
    let mut kept: Option<Piece> = None;
    let mut end: Option<String> = None;
    for piece in &block.lines {
        if let Some(mark) = &end {
            if piece.text.trim() == mark {
                end = None;
            }
            continue;
        }
        let mut whole = kept.take().map_or_else(
            || piece.clone(),
            |mut before| {
                before.text.push_str(&piece.text);
                before
            },
        );
        if let Some(text) = whole.text.strip_suffix('\\') {
            whole.text = text.to_owned();
            kept = Some(whole);
            continue;
        }
        end = whole.text.split_once("<<").map(|(_, mark)| mark.trim_matches(['-', '\'', '"', ' ']).to_owned());
        let all = words(&whole.text);
        for part in all.split(|word| ["|", ";", "&"].contains(&word.as_str())) {
            lines.push(Line { piece: whole.clone(), words: part.to_vec() });
        }
    }
    lines
}

/// Without what only says where or with what a command runs.
fn bare(words: &[String]) -> &[String] {
    let Some(first) = words.first() else { return words };
    if ["sudo", "nice", "time"].contains(&first.as_str())
        || first.split('=').next().is_some_and(is_variable) && first.contains('=')
    {
        return bare(&words[1..]);
    }
    let exec = words.iter().position(|word| word == "exec");
    match (first.as_str(), exec) {
        ("docker" | "kubectl", Some(at)) => {
            let program = words[at..]
                .iter()
                .position(|word| word == "/saydo" || word == "saydo" && words[at..].contains(&"--".to_owned()));
            program.map_or(&[], |program| &words[at + program..])
        }
        _ => words,
    }
}

fn is_variable(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn make(target: &str) -> Option<String> {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let there = makefile.lines().any(|line| line.starts_with(&format!("{target}:")));
    (!there).then(|| format!("make has no {target}"))
}

/// What follows each of these flags, in cargo's commands, is a part of the workspace.
fn cargo(words: &[String]) -> Option<String> {
    let ours = words.iter().take_while(|word| *word != "--");
    let pairs = ours.clone().zip(ours.skip(1)).filter(|(_, value)| !value.starts_with('-'));
    let crates: Vec<_> = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let exists = |folder: &str, name: &str| {
        crates.iter().any(|path| {
            let kept = path.join(folder).join(name.replace("lang-say", "say").replace("lang-corpus", "corpus"));
            kept.with_extension("rs").exists() || kept.is_dir()
        })
    };
    let package = |name: &str| {
        let wanted = format!("name = \"{name}\"");
        crates.iter().any(|path| fs::read_to_string(path.join("Cargo.toml")).is_ok_and(|text| text.contains(&wanted)))
    };
    let mut pairs = pairs.map(|(flag, value)| (flag.as_str(), value.as_str()));
    pairs.find_map(|(flag, value)| {
        let there = match flag {
            "-p" | "--package" => package(value),
            "--bench" => exists("benches", value),
            "--example" => exists("examples", value),
            "--test" => exists("tests", value),
            _ => true,
        };
        (!there).then(|| format!("cargo: no {flag} {value}"))
    })
}

/// `deploy.sh ENVIRONMENT ACTION …`.
fn deployment(words: &[String]) -> Option<String> {
    let script = fs::read_to_string(root().join("deploy/deploy.sh")).unwrap();
    let Some(action) = words.get(1) else { return Some("deploy.sh: what to do?".to_owned()) };
    let known = script.lines().any(|line| line.starts_with(&format!("deploy.sh staging|production {action}")));
    (!known).then(|| format!("deploy.sh has no {action}"))
}

/// A flag that stands by itself: of any command, or of a program that is not `saydo`.
fn flag_alone(name: &str) -> Option<String> {
    let others = ["crates/soak/src/main.rs", "crates/drill/src/main.rs", "deploy/deploy.sh"];
    let mut others = others.iter().map(|path| fs::read_to_string(root().join(path)).unwrap_or_default());
    let known = saydo::anywhere(&saydo_server::cli::command(), name)
        || others.any(|text| {
            text.contains(&format!("--{name}")) || text.contains(&format!("\n    {}:", name.replace('-', "_")))
        });
    (!known).then(|| format!("no command has --{name}"))
}

/// What is wrong with a command; in prose (not `strict`) also the name alone is one, and `make` may be an English word.
fn wrong(words: &[String], strict: bool) -> Option<String> {
    let words = bare(words);
    let (program, rest) = words.split_first()?;
    if let Some(flag) = program.strip_prefix("--") {
        return flag_alone(flag.split('=').next().unwrap_or_default());
    }
    if !strict && (rest.is_empty() || program == "make" && rest.len() > 1) {
        return None;
    }
    match program.as_str() {
        "saydo" | "/saydo" | "target/release/saydo" | "target/debug/saydo" => saydo::wrong(rest, strict),
        "make" => rest.iter().filter(|word| !word.starts_with('-') && !word.contains('=')).find_map(|word| make(word)),
        "cargo" => cargo(rest),
        "deploy.sh" | "deploy/deploy.sh" => deployment(rest),
        _ => None,
    }
}

fn faults(page: &Page) -> Vec<String> {
    let shell = page.blocks.iter().filter(|block| ["sh", "bash", ""].contains(&block.language.as_str()));
    let blocks = shell.flat_map(lines).filter_map(|line| Some(page.at(&line.piece, &wrong(&line.words, true)?)));
    let inline = page.code.iter().filter_map(|piece| Some(page.at(piece, &wrong(&words(&piece.text), false)?)));
    blocks.chain(inline).collect()
}

#[test]
fn every_command_is_one() {
    none(&pages().iter().flat_map(faults).collect::<Vec<_>>());
}

/// That the test above can fail.
#[test]
fn what_is_no_command_is_noticed() {
    let page = |text: &str| Page::of("page.md", text.to_owned());
    for wrong in [
        "```sh\nsaydo serv\n```",
        "```sh\nsaydo load --usres 5\n```",
        "```sh\nX=1 saydo backup mend | less\n```",
        "```sh\nsaydo serve && make everything\n```",
        "```sh\nsaydo smoke \\\n  --base http://localhost\n```",
        "```sh\ndeploy/deploy.sh production undo\n```",
        "```sh\ncargo bench -p saydo-lung\n```",
        "```sh\nkubectl exec deploy/saydo -- /saydo migrate sideways\n```",
        "`saydo backup create | mend`",
        "`saydo load --usres`",
        "`make everything`",
        "`--usres`",
    ] {
        assert_eq!(faults(&page(wrong)).len(), 1, "{wrong}: {:?}", faults(&page(wrong)));
    }
    let fine = "```sh\nA=b saydo user token a@example.com --name \"My # one\" --scope write # and more\n\
                cat > x <<END\nsaydo nothing\nEND\nmake run\n```\n`saydo backup create | list` and `saydo user …`";
    assert_eq!(faults(&page(fine)), Vec::<String>::new());
}
