//! The faults: what breaks, which alerts must fire and go away again, and the runbooks they lead to.

use super::breakage::Break;

/// A fault, and how it must be noticed: each alert with its runbook.
pub(super) struct Fault {
    pub(super) what: Break,
    pub(super) words: &'static str,
    pub(super) repair: &'static str,
    pub(super) alerts: &'static [(&'static str, &'static str)],
}

pub(super) const DATABASE: Fault = Fault {
    what: Break::Database,
    words: "PostgreSQL is stopped at once, as a crash would; somebody is refused meanwhile",
    repair: "PostgreSQL is started again; Saydo is left alone",
    alerts: &[
        ("SaydoDatabaseAway", "database"),
        ("SaydoErrors", "errors"),
        ("SaydoRollBackErrors", "errors"),
        ("SaydoErrorBudgetFast", "errors"),
        ("SaydoErrorBudgetMedium", "errors"),
        ("SaydoErrorBudgetSlow", "errors"),
        ("SaydoAuditIncomplete", "audit"),
    ],
};
pub(super) const SERVER: Fault = Fault {
    what: Break::Server,
    words: "the server is killed, and nothing starts it again",
    repair: "the server is started again",
    alerts: &[("SaydoDown", "down")],
};
pub(super) const POOL: Fault = Fault {
    what: Break::Pool,
    words: "a report that was left open holds a lock on the tasks",
    repair: "the session that holds the lock is ended",
    alerts: &[("SaydoPoolExhausted", "pool"), ("SaydoPoolNearlyExhausted", "pool")],
};
pub(super) const SLOW: Fault = Fault {
    what: Break::Slow,
    words: "a job locks the tasks for 7 s over and over, and four people talk",
    repair: "the session that takes the locks is ended",
    alerts: &[
        ("SaydoRollBackSlow", "slow"),
        ("SaydoSlowTurns", "slow"),
        ("SaydoSlowRequests", "slow"),
        ("SaydoTurnBudget", "slow"),
        ("SaydoRequestBudget", "slow"),
    ],
};
pub(super) const TURNS: Fault = Fault {
    what: Break::Turns,
    words: "a job locks the questions that wait for an answer: turns fail in streams that were answered with 200",
    repair: "the session that holds the lock is ended",
    alerts: &[("SaydoTurnsFail", "turns")],
};
/// Looks back a day: what comes after it does not wait for its end.
pub(super) const COST: Fault = Fault {
    what: Break::Cost,
    words: "somebody keeps asking what makes the model's answers dear",
    repair: "everybody's tokens of a day are bounded, and the server restarted; whoever asked goes on asking",
    alerts: &[("SaydoModelCost", "model")],
};
/// Those of staging, one after the other.
pub(super) const OF_STAGING: [Fault; 3] = [
    Fault {
        what: Break::Files,
        words: "the server of staging may hardly open another file",
        repair: "the limit is raised",
        alerts: &[("SaydoFilesRunningOut", "files")],
    },
    Fault {
        what: Break::Backup,
        words: "the backups of staging are three days old, and their disk can only be read",
        repair: "the disk can be written to again",
        alerts: &[("SaydoBackupFailed", "backup"), ("SaydoBackupStale", "backup")],
    },
    Fault {
        what: Break::Disk,
        words: "the disk of staging (SQLite) is filled to the last byte",
        repair: "there is room again",
        alerts: &[("SaydoDiskLow", "disk"), ("SaydoDatabaseCannotWrite", "database")],
    },
];
/// These do not disturb each other.
pub(super) const TOGETHER: [Fault; 4] = [
    Fault {
        what: Break::Redis,
        words: "Redis is killed",
        repair: "Redis is started again",
        alerts: &[("SaydoRedisAway", "redis")],
    },
    Fault {
        what: Break::Logins,
        words: "somebody tries passwords from ten addresses",
        repair: "nobody does anything: the attack ends",
        alerts: &[("SaydoFailedLogins", "failed-logins")],
    },
    Fault {
        what: Break::Strangers,
        words: "somebody keeps asking for what is another's",
        repair: "the account is erased; whoever had it goes on asking",
        alerts: &[("SaydoRefusals", "refusals")],
    },
    Fault {
        what: Break::Model,
        words: "the model's provider is gone",
        repair: "the provider is back",
        alerts: &[("SaydoModelAway", "model")],
    },
];
pub(super) const EVERYTHING: Fault = Fault {
    what: Break::Everything,
    words: "both installations are stopped at once",
    repair: "both are started again",
    alerts: &[("SaydoMissing", "down")],
};

impl Fault {
    /// Whether it takes place in staging.
    pub(super) fn is_of_staging(&self) -> bool {
        matches!(self.what, Break::Disk | Break::Backup | Break::Files)
    }

    /// Whether it takes a disk that only root may make.
    pub(super) fn needs_disk(&self) -> bool {
        matches!(self.what, Break::Disk | Break::Backup)
    }
}

/// All alerts that the drill waits for, each with its runbook.
pub(crate) fn alerts() -> impl Iterator<Item = (&'static str, &'static str)> {
    let faults =
        [&DATABASE, &SERVER, &POOL, &SLOW, &TURNS, &COST, &EVERYTHING].into_iter().chain(&OF_STAGING).chain(&TOGETHER);
    faults.flat_map(|fault| fault.alerts.iter().copied())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn every_alert_there_is_is_drilled_with_its_runbook() {
        let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/prometheus/alerts.yml");
        let rules = std::fs::read_to_string(rules).unwrap();
        let values = |key: &'static str| rules.lines().filter_map(move |line| line.trim().strip_prefix(key));
        let there: BTreeSet<(&str, &str)> = values("- alert: ")
            .zip(values("runbook_url: ").filter_map(|url| url.rsplit('/').next()?.strip_suffix(".md'")))
            .collect();
        assert_eq!(super::alerts().collect::<BTreeSet<_>>(), there);
    }
}
