//! `docs/requirements.toml` maps requirements to proof: every requirement has a row, no row is without proof, and every
//! proof exists.

use std::path::{Path, PathBuf};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirements {
    row: Vec<Row>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    text: String,
    /// `path::name`: a test of that name in that file; `path`: a file or folder; `make name`: a target of the Makefile.
    proof: Vec<String>,
    /// What was measured last where the aim is missed.
    open: Option<String>,
}

/// Groups of requirements: a letter, and the last number in it.
const GROUPS: [(char, u32); 7] = [('C', 7), ('S', 19), ('P', 9), ('R', 7), ('O', 8), ('D', 12), ('X', 6)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What is wrong with a proof, if anything.
fn wrong(proof: &str) -> Option<String> {
    if let Some(target) = proof.strip_prefix("make ") {
        let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap_or_default();
        let there = makefile.lines().any(|line| line.starts_with(&format!("{target}:")));
        return (!there).then(|| format!("{proof}: no such target"));
    }
    let (path, name) = proof.split_once("::").map_or((proof, None), |(path, name)| (path, Some(name)));
    let path = root().join(path);
    let Some(name) = name else {
        // A file of tests proves nothing by being there.
        let is_code = path.extension().is_some_and(|kind| kind == "rs" || kind == "ts");
        if is_code && !path.components().any(|part| part.as_os_str() == "benches") {
            return Some(format!("{proof}: names no test"));
        }
        return (!path.exists()).then(|| format!("{proof}: no such file"));
    };
    let Ok(text) = std::fs::read_to_string(&path) else { return Some(format!("{proof}: no such file")) };
    let defined = [format!("fn {name}("), format!("test(\"{name}\""), format!("test(`{name}")];
    (!defined.iter().any(|definition| text.contains(definition))).then(|| format!("{proof}: no such test"))
}

#[test]
fn every_row_has_proof_that_exists() {
    let text = std::fs::read_to_string(root().join("docs/requirements.toml")).unwrap();
    let requirements: Requirements = toml::from_str(&text).unwrap();
    let mut faults: Vec<String> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for row in &requirements.row {
        if !seen.insert(&row.id) {
            faults.push(format!("{}: twice", row.id));
        }
        if row.text.is_empty() || row.proof.is_empty() || row.open.as_ref().is_some_and(String::is_empty) {
            faults.push(format!("{}: no text, no proof, or open without saying why", row.id));
        }
        faults.extend(row.proof.iter().filter_map(|proof| wrong(proof)).map(|what| format!("{}: {what}", row.id)));
    }
    let all = GROUPS.iter().flat_map(|(group, last)| (1..=*last).map(move |number| format!("{group}{number}")));
    faults.extend(all.filter(|id| !seen.contains(id)).map(|id| format!("{id}: no row")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Where the tests of docs/SECURITY.md are; other paths begin at the root.
const PLACES: [(&str, &str); 5] = [
    ("api/", "crates/server/tests/api/"),
    ("server/", "crates/server/src/"),
    ("app/", "crates/app/"),
    ("store/", "crates/store/"),
    ("e2e/", "web/e2e/"),
];

/// A proof of docs/SECURITY.md in full.
fn placed(proof: &str) -> String {
    let known = PLACES.iter().find_map(|(short, whole)| Some(format!("{whole}{}", proof.strip_prefix(short)?)));
    known.unwrap_or_else(|| proof.to_owned())
}

/// The lists that docs/SECURITY.md goes through: the heading of their table, its columns of ids, and the ids.
fn threats() -> Vec<(&'static str, usize, Vec<String>)> {
    let numbered = |start: &str, width: usize, numbers: std::ops::RangeInclusive<usize>| {
        numbers.map(|number| format!("{start}{number:0width$}")).collect::<Vec<_>>()
    };
    // There is neither OAuth (V10) nor WebRTC (V17).
    let chapters = [numbered("V", 1, 1..=9), numbered("V", 1, 11..=16)].concat();
    vec![
        ("OWASP Top 10 (2021 and 2025)", 2, numbered("A", 2, 1..=10)),
        ("OWASP API Security Top 10 (2023)", 1, numbered("API", 1, 1..=10)),
        ("OWASP Top 10 for LLM applications (2025)", 1, numbered("LLM", 2, 1..=10)),
        ("OWASP ASVS 5.0, the chapters that apply", 1, chapters),
    ]
}

#[test]
fn every_threat_has_a_control_and_a_test() {
    let text = std::fs::read_to_string(root().join("docs/SECURITY.md")).unwrap();
    let mut faults = Vec::new();
    for (heading, columns, ids) in threats() {
        let section = text.split(&format!("## {heading}\n")).nth(1).unwrap_or_default();
        let rows = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
        let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let rows: Vec<Vec<String>> = rows.skip(2).map(cells).collect();
        for column in 0..columns {
            let there: Vec<&String> = rows.iter().map(|row| &row[column]).collect();
            faults.extend(ids.iter().filter(|id| !there.contains(id)).map(|id| format!("{heading}: {id} is missing")));
            faults.extend(there.iter().filter(|id| !ids.contains(id)).map(|id| format!("{heading}: what is {id}?")));
        }
        for row in &rows {
            let proofs: Vec<&str> = row[row.len() - 1].split('`').skip(1).step_by(2).collect();
            if proofs.is_empty() || row.iter().any(String::is_empty) {
                faults.push(format!("{heading}: no threat, control or test: {row:?}"));
            }
            faults.extend(proofs.iter().filter_map(|proof| wrong(&placed(proof))));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
