//! What the documents say is there: links, commands, flags, settings, files, addresses.
//!
//! [`page`] takes the pages apart; each module after it knows one kind of thing that can be named in one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod commands;
mod files;
mod links;
mod page;
mod saydo;
mod settings;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Fails with everything that is wrong, a line each.
#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
