//! Places where a debug build can be told to die at once, as `kill -9` would have it: for the crash harness
//! (`crates/soak`). A release build has none of this: neither the variable nor the names are in it.
//!
//! `SAYDO_FAILPOINT=after_commit:7` ends the process the seventh time it comes by there; without a number, the first
//! time.

/// All of these places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failpoint {
    /// A transaction did all its work and is not committed.
    BeforeCommit,
    /// A transaction is committed, and nobody was told.
    AfterCommit,
    /// A tracked turn has its row and its message, and does not run yet.
    TurnBegun,
    /// A model's calls of one round are committed, and the model was not asked again.
    BetweenRounds,
    /// A schema change did all its work and is not committed.
    Migrating,
    /// A backup's copy is made and not yet packed.
    BackupCopied,
    /// A backup is whole and has not got its name.
    BackupUnnamed,
}

impl Failpoint {
    /// Comes by. Dies here if that is what the process was told.
    pub fn pass(self) {
        #[cfg(debug_assertions)]
        armed::pass(self);
    }
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    };

    use super::Failpoint;

    const VARIABLE: &str = "SAYDO_FAILPOINT";

    /// What the process was told.
    struct Armed {
        name: String,
        /// How often it still comes by before it dies.
        left: AtomicU32,
    }

    impl Armed {
        fn of_process() -> Option<Self> {
            let told = std::env::var(VARIABLE).ok()?;
            let (name, times) = told.split_once(':').unwrap_or((&told, "1"));
            Some(Self { name: name.to_owned(), left: AtomicU32::new(times.parse().unwrap_or(1)) })
        }
    }

    const fn name(point: Failpoint) -> &'static str {
        match point {
            Failpoint::BeforeCommit => "before_commit",
            Failpoint::AfterCommit => "after_commit",
            Failpoint::TurnBegun => "turn_begun",
            Failpoint::BetweenRounds => "between_rounds",
            Failpoint::Migrating => "migrating",
            Failpoint::BackupCopied => "backup_copied",
            Failpoint::BackupUnnamed => "backup_unnamed",
        }
    }

    pub(super) fn pass(point: Failpoint) {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        let Some(armed) = ARMED.get_or_init(Armed::of_process) else { return };
        // Down to zero and on below it: only one of those that come by at the same time dies, which is enough.
        if armed.name == name(point) && armed.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            std::process::abort();
        }
    }
}
