//! `docs/requirements.toml` maps requirements to proof: no row without one, and every proof exists.

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
    /// `path::name`: a test of that name in that file; `path`: a file or folder.
    proof: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What is wrong with a proof, if anything.
fn wrong(proof: &str) -> Option<String> {
    let (path, name) = proof.split_once("::").map_or((proof, None), |(path, name)| (path, Some(name)));
    let path = root().join(path);
    let Some(name) = name else {
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
        if row.text.is_empty() || row.proof.is_empty() {
            faults.push(format!("{}: no text or no proof", row.id));
        }
        faults.extend(row.proof.iter().filter_map(|proof| wrong(proof)).map(|what| format!("{}: {what}", row.id)));
    }
    assert!(requirements.row.len() >= 20, "rows are missing");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
