//! Files and addresses that are named.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    none,
    page::{Page, Piece, pages},
    root,
};

/// Folders whose files are named from the root of the repository.
const FOLDERS: [&str; 6] = ["crates/", "deploy/", "docs/", "scripts/", "tests/", "web/"];

fn all_files() -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for folder in FOLDERS {
        gather(&root().join(folder), &mut files);
    }
    files
}

fn gather(folder: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let built = ["node_modules", "dist", "target"].iter().any(|name| path.ends_with(name));
            if !built {
                gather(&path, files);
            }
        } else {
            files.insert(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
        }
    }
}

/// Words that are paths: with a slash, and nothing that stands for something else.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let words = text
        .split(|c: char| c.is_whitespace() || "\"'()=,:<>|".contains(c))
        .map(|word| word.trim_end_matches(['.', '/']));
    words.filter(|word| word.contains('/') && word.chars().all(|c| c.is_ascii_alphanumeric() || "/_.-@".contains(c)))
}

fn missing(page: &Page, piece: &Piece, files: &BTreeSet<String>) -> Vec<String> {
    let gone = |path: &&str| {
        let last = |file: &String| file.ends_with(&format!("/{path}"));
        if page.path.starts_with("crates/") && files.iter().any(last) {
            return false;
        }
        if FOLDERS.iter().any(|folder| path.starts_with(folder)) {
            // What tests and deployments make.
            return !root().join(path).exists() && !path.contains("/secrets/");
        }
        // Parts of the house are named by their last folders, as in `app/chat/turn.rs`.
        let source = [".rs", ".sql", ".ts", ".tsx"].iter().any(|end| path.ends_with(end));
        let spelled = path.replacen('/', "/src/", 1);
        let is = |file: &String| file.ends_with(&format!("/{path}")) || file.ends_with(&format!("crates/{spelled}"));
        source && !path.starts_with('/') && !files.iter().any(is)
    };
    // On Kubernetes `deploy/…` is a deployment, and decisions speak of other people's files.
    let skipped = piece.text.contains("kubectl") || page.path.starts_with("docs/adr/");
    let named = paths(&piece.text).filter(|_| !skipped);
    named.filter(gone).map(|path| page.at(piece, &format!("{path} is not there"))).collect()
}

#[test]
fn every_file_that_is_named_is_there() {
    let files = all_files();
    let mut faults = vec![];
    for page in pages() {
        let pieces = page.code.iter().chain(page.blocks.iter().flat_map(|block| &block.lines));
        faults.extend(pieces.flat_map(|piece| missing(&page, piece, &files)));
    }
    none(&faults);
}

/// The routes of the OpenAPI document, as another test has compared them with the router's.
fn routes() -> Vec<String> {
    let kept = "crates/server/tests/api/snapshots/api__openapi__what_is_served_is_the_routers_document.snap";
    let text = fs::read_to_string(root().join(kept)).unwrap();
    let routes = text.lines().filter(|line| line.contains(" /")).map(str::to_owned).collect::<Vec<_>>();
    assert!(routes.len() > 30, "{routes:?}");
    routes
}

/// Doors that have documents of their own.
const DOORS: [&str; 3] = ["POST /mcp", "POST /v1/chat/completions", "GET /v1/models"];

/// Whether a route is meant: what is in braces stands for anything, and `…` for what comes before.
fn is_meant(route: &str, named: &str) -> bool {
    let named = named.split('?').next().unwrap_or_default();
    let (method, path) = named.split_once(' ').unwrap_or_default();
    let (its_method, its_path) = route.split_once(' ').unwrap_or_default();
    let (parts, its): (Vec<_>, Vec<_>) = (path.split('/').collect(), its_path.split('/').collect());
    let from = if parts[0] == "…" { its.len().saturating_sub(parts.len() - 1) } else { 0 };
    let parts = if parts[0] == "…" { &parts[1..] } else { &parts[..] };
    let same = |(a, b): (&&str, &&str)| a == b || a.starts_with('{') && b.starts_with('{');
    method == its_method && its.len() - from == parts.len() && parts.iter().zip(&its[from..]).all(same)
}

#[test]
fn every_address_that_is_named_is_served() {
    let routes = routes();
    let mut faults = vec![];
    // Decisions speak of what was rejected, too.
    for page in pages().into_iter().filter(|page| !page.path.starts_with("docs/adr/")) {
        for piece in &page.code {
            let named = piece.text.trim();
            let Some((method, rest)) = named.split_once(' ') else { continue };
            let path = rest.split([' ', '{']).next().unwrap_or_default();
            let is_route = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method) && path.contains('/');
            // What is sent may stand behind the address.
            let named = format!("{method} {}", rest.split(" {").next().unwrap_or_default());
            let known = DOORS.contains(&named.as_str()) || routes.iter().any(|route| is_meant(route, &named));
            if is_route && !known {
                faults.push(page.at(piece, "no such route"));
            }
        }
    }
    none(&faults);
}
