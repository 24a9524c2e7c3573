//! Where the data is, how long it is kept, and who looks after it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::SignedDuration;
use saydo_app::sweep::Retention;
use saydo_domain::Email;

use super::{
    super::{BackupConfig, DatabaseConfig, DatabasePlace, Made, Migrate, ReadyConfig},
    Reader,
};

impl Reader {
    pub(super) fn database(&mut self, data_dir: &Path) -> DatabaseConfig {
        let file = DatabasePlace::Sqlite { path: data_dir.join("saydo.db") };
        let place = self.text("DATABASE_URL").map_or(Ok(file.clone()), |url| url.parse());
        let place = place.unwrap_or_else(|mistake| {
            self.wrong("DATABASE_URL", mistake);
            file
        });
        let listen = self.text("SAYDO_LISTEN_DATABASE_URL").and_then(|url| match url.parse() {
            Ok(listen @ DatabasePlace::Postgres { .. }) if place.sqlite_path().is_none() => Some(listen),
            Ok(_) => {
                let help = "is for a PostgreSQL database, by a postgresql:// URL without PgBouncer in between";
                self.wrong("SAYDO_LISTEN_DATABASE_URL", help);
                None
            }
            Err(mistake) => {
                self.wrong("SAYDO_LISTEN_DATABASE_URL", mistake);
                None
            }
        });
        let whole = "a whole number from 1 to 1000";
        DatabaseConfig {
            place,
            listen,
            pool_size: self.parsed("DB_POOL_SIZE", whole, 10, |n| (1..=1000).contains(n)),
            max_overflow: self.parsed("DB_MAX_OVERFLOW", "a whole number from 0 to 1000", 20, |n| *n <= 1000),
            pool_timeout: Duration::from_secs(self.parsed(
                "DB_POOL_TIMEOUT",
                "a number of seconds from 1 to 600",
                30,
                |n| (1..=600).contains(n),
            )),
            migrate: if self.switch("SAYDO_MIGRATE") { Migrate::OnStart } else { Migrate::ByHand },
        }
    }

    pub(super) fn backup(&mut self, data_dir: &Path) -> BackupConfig {
        let every = self.text("SAYDO_BACKUP_EVERY").map(|_| {
            let what = "a whole number of hours from 1 to 8760";
            SignedDuration::from_hours(self.parsed("SAYDO_BACKUP_EVERY", what, 24, |n| (1..=8760).contains(n)))
        });
        let made = self.choice("SAYDO_BACKUPS", &[("here", Made::Here), ("elsewhere", Made::Elsewhere)], Made::Here);
        if made == Made::Elsewhere && every.is_some() {
            self.wrong("SAYDO_BACKUPS", "elsewhere, and SAYDO_BACKUP_EVERY has them made here; remove one of the two");
        }
        let what = "a whole number of days from 1 to 36500";
        let days: i64 = self.parsed("SAYDO_BACKUP_KEEP_DAYS", what, 30, |n| (1..=36_500).contains(n));
        BackupConfig {
            made,
            folder: self.text("SAYDO_BACKUP_DIR").map_or_else(|| data_dir.join("backups"), PathBuf::from),
            every,
            keep: SignedDuration::from_hours(24 * days),
        }
    }

    pub(super) fn retention(&mut self) -> Retention {
        let mut days = |name: &str| {
            let what = "a whole number of days from 1 to 36500";
            self.text(name)?;
            Some(SignedDuration::from_hours(24 * self.parsed(name, what, 1, |n| (1..=36_500).contains(n))))
        };
        let usual = Retention::default();
        let (trash, audit) = (days("SAYDO_TRASH_KEEP_DAYS"), days("SAYDO_AUDIT_KEEP_DAYS"));
        let (conversations, changes) = (days("SAYDO_CONVERSATIONS_KEEP_DAYS"), days("SAYDO_CHANGES_KEEP_DAYS"));
        let mut hours = |name, what, most| {
            SignedDuration::from_hours(self.parsed(name, what, 24, |hours| (1..=most).contains(hours)))
        };
        Retention {
            trash: trash.unwrap_or(usual.trash),
            audit: audit.unwrap_or(usual.audit),
            turns: hours("SAYDO_TURNS_KEEP_HOURS", "a whole number of hours from 1 to 8760", 8760),
            answers: hours("SAYDO_ANSWERS_KEEP_HOURS", "a whole number of hours from 1 to 24", 24),
            conversations,
            changes,
        }
    }

    pub(super) fn ready(&mut self, data_dir: &Path) -> ReadyConfig {
        let public_url = self.text("SAYDO_PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned());
        if public_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            self.wrong("SAYDO_PUBLIC_URL", "give a URL that begins with http:// or https://");
        }
        let mut admins = Vec::new();
        for text in self.list("SAYDO_ADMINS") {
            match Email::new(&text) {
                Ok(email) => admins.push(email),
                Err(_) => self.wrong("SAYDO_ADMINS", format!("“{text}” is not an e-mail address")),
            }
        }
        ReadyConfig {
            decisions: self.text("SAYDO_READY_FILE").map_or_else(|| data_dir.join("ready.toml"), PathBuf::from),
            dependencies: self.text("SAYDO_DEPENDENCY_REPORT").map(PathBuf::from),
            public_url,
            admins,
        }
    }
}
