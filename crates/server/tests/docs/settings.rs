//! Settings: those that are named exist, and each is explained somewhere.

use std::{collections::BTreeSet, fs};

use saydo_server::config::SETTINGS;

use crate::{
    none,
    page::{Page, pages},
    root,
};

/// How our settings begin.
const BEGINNINGS: [&str; 9] =
    ["SAYDO_", "OPENAI_", "DB_", "JWT_", "CORS_", "BETTER_AUTH_", "OTEL_", "DATABASE_", "REDIS_"];

/// What is no setting of the server, and who reads it.
const OTHERS: [(&str, &str); 4] = [
    ("SAYDO_TOKEN", "crates/server/src/cli/chat.rs"),
    ("SAYDO_FAILPOINT", "crates/store/src/failpoint.rs"),
    ("SAYDO_TEST_DATABASE", "crates/server/tests/api/database.rs"),
    ("SAYDO_BIN", "web/e2e/server.ts"),
];

fn is_setting(name: &str) -> bool {
    let own = name.strip_suffix("_FILE").unwrap_or(name);
    SETTINGS.iter().any(|setting| setting.env == name || setting.env == own && setting.secret)
}

/// The names on a page, with their lines.
fn names(page: &Page) -> Vec<(usize, &str)> {
    let lines = page.text.lines().enumerate();
    let words = lines.flat_map(|(at, line)| {
        line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(move |word| (at + 1, word))
    });
    words
        .filter(|(_, word)| BEGINNINGS.iter().any(|start| word.starts_with(start) && word.len() > start.len()))
        .collect()
}

/// Names of `deploy.sh` are its own.
fn of_deployment(page: &Page) -> Vec<(usize, String)> {
    let named = page.code.iter().filter(|piece| piece.text.starts_with("DEPLOY_"));
    named.map(|piece| (piece.line, piece.text.split('=').next().unwrap_or_default().to_owned())).collect()
}

#[test]
fn every_setting_that_is_named_exists() {
    let mut faults = vec![];
    let scripts = ["deploy/deploy.sh", "deploy/lib/installation.sh", "deploy/lib/watch.sh", "deploy/lib/undo.sh"];
    let scripts = scripts.map(|path| fs::read_to_string(root().join(path)).unwrap()).concat();
    for page in pages() {
        let unknown = |name: &str| !is_setting(name) && !OTHERS.iter().any(|(other, _)| *other == name);
        let named = names(&page).into_iter().filter(|(_, name)| unknown(name));
        faults.extend(named.map(|(line, name)| format!("{}:{line}: there is no setting {name}", page.path)));
        let named = of_deployment(&page).into_iter().filter(|(_, name)| !scripts.contains(name));
        faults.extend(named.map(|(line, name)| format!("{}:{line}: deploy.sh knows no {name}", page.path)));
    }
    for (name, reader) in OTHERS {
        let read = fs::read_to_string(root().join(reader)).unwrap_or_default().contains(name);
        faults.extend((!read).then(|| format!("{reader} does not read {name}")));
    }
    none(&faults);
}

#[test]
fn every_setting_is_explained() {
    let all = pages();
    let code = all.iter().filter(|page| page.path != "CHANGELOG.md").flat_map(|page| {
        page.code.iter().chain(page.blocks.iter().flat_map(|block| &block.lines)).map(|piece| piece.text.as_str())
    });
    let explained: BTreeSet<&str> =
        code.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')).collect();
    let missing = SETTINGS.iter().filter(|setting| !explained.contains(setting.env));
    none(&missing.map(|setting| format!("{}: no page explains it", setting.env)).collect::<Vec<_>>());
}
