//! How far it is, on a terminal only.

use std::{
    io::{IsTerminal as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use saydo_store::backup::{Progress, Stage, Watch};

/// Writes one line over and over; nothing when standard error is not a terminal.
pub(in crate::cli) fn watch() -> Watch {
    if !std::io::stderr().is_terminal() {
        return Arc::new(|_| ());
    }
    let shown = AtomicU64::new(u64::MAX);
    Arc::new(move |progress: Progress| {
        let percent = (progress.done.saturating_mul(100)).checked_div(progress.total).unwrap_or(100).min(100);
        let word = match progress.stage {
            Stage::Copying => "Copying",
            Stage::Packing => "Packing",
            Stage::Unpacking => "Reading back",
            Stage::Comparing => "Comparing",
        };
        let key = progress.stage as u64 * 1000 + percent;
        if shown.swap(key, Ordering::Relaxed) != key {
            eprint!("\r{word} {percent} %\u{1b}[K");
            // A terminal that is gone need not be told.
            let _ = std::io::stderr().flush();
        }
    })
}

/// Takes the line away.
pub(in crate::cli) fn end() {
    if std::io::stderr().is_terminal() {
        eprint!("\r\u{1b}[K");
    }
}
