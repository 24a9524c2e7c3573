//! Which database, and where: what `DATABASE_URL` says.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

/// Which database, and where. Its `Display` and `Debug` say what everybody may know: no user, no password.
#[derive(Clone)]
pub enum DatabasePlace {
    /// A file of this machine.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// Its whole URL, with the password that may be in it.
        url: SecretString,
    },
}

impl DatabasePlace {
    /// The file, if it is one.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match self {
            Self::Sqlite { path } => Some(path),
            Self::Postgres { .. } => None,
        }
    }

    /// How the store is told: a secret, as it may hold a password.
    #[must_use]
    pub fn for_store(&self) -> SecretString {
        match self {
            Self::Sqlite { path } => SecretString::from(path.to_string_lossy().into_owned()),
            Self::Postgres { url } => url.clone(),
        }
    }
}

/// What a PostgreSQL URL may say behind its `?`. The driver would log any other, with its value.
const PARAMETERS: [&str; 15] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "port",
    "user",
    "password",
    "application_name",
    "options",
];

impl FromStr for DatabasePlace {
    type Err = &'static str;

    /// Reads a `DATABASE_URL`. What is wrong is said without repeating any of it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgresql:") || text.starts_with("postgres:") {
            return postgres(text);
        }
        let rest = text.strip_prefix("sqlite:").map(|rest| rest.strip_prefix("//").unwrap_or(rest));
        let path = rest.and_then(|rest| rest.split('?').next()).filter(|path| !path.is_empty() && *path != ":memory:");
        match path {
            Some(path) => Ok(Self::Sqlite { path: path.into() }),
            None => Err("give sqlite:PATH with a file, like sqlite:./data/saydo.db, or postgresql://… for a server"),
        }
    }
}

fn postgres(text: &str) -> Result<DatabasePlace, &'static str> {
    const SIGNS: &str = "is not a URL; in a password, write % and two hexadecimal digits for each of @ : / ? # and %";
    let url = Url::parse(text).map_err(|_| SIGNS)?;
    let name = url.path().strip_prefix('/').unwrap_or_default();
    // With an `@` here, a password has been taken for the name.
    if name.is_empty() || name.contains(['/', '@']) {
        return Err("name a database, like postgresql://user:password@host:5432/saydo");
    }
    if url.query_pairs().any(|(key, _)| !PARAMETERS.contains(&key.as_ref())) {
        return Err("has a parameter behind its ? that is not known");
    }
    if matches!(url.query_pairs().find(|(key, _)| key == "statement-cache-capacity"), Some((_, value)) if value.parse::<u32>().is_err())
    {
        return Err("statement-cache-capacity is a number");
    }
    Ok(DatabasePlace::Postgres { url: text.into() })
}

impl fmt::Display for DatabasePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => write!(f, "sqlite:{}", path.display()),
            // Only what was read as a URL becomes one of these.
            Self::Postgres { url } => Url::parse(url.expose_secret()).map_err(|_| fmt::Error).and_then(|url| {
                write!(f, "postgresql://{}", url.host_str().unwrap_or_default())?;
                url.port().map_or(Ok(()), |port| write!(f, ":{port}"))?;
                write!(f, "{}", url.path())?;
                let socket = url.query_pairs().find(|(key, _)| key == "host");
                socket.map_or(Ok(()), |(_, host)| write!(f, "?host={host}"))
            }),
        }
    }
}

impl fmt::Debug for DatabasePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_host_and_database_are_shown() {
        for (url, shown) in [
            ("postgresql://saydo:canary@db.example:5433/todo?sslmode=require", "postgresql://db.example:5433/todo"),
            ("postgres://saydo:can@ary@db.example/todo#canary", "postgresql://db.example/todo"),
            ("postgresql://saydo@db.example/todo?password=canary", "postgresql://db.example/todo"),
            ("postgresql:///todo?host=/run/postgresql&user=canary", "postgresql:///todo?host=/run/postgresql"),
            ("sqlite:./x.db", "sqlite:./x.db"),
        ] {
            let place: DatabasePlace = url.parse().unwrap();
            assert_eq!(place.to_string(), shown, "{url}");
            assert_eq!(format!("{place:?}"), shown, "{url}");
        }
    }

    #[test]
    fn mistakes_are_named_and_not_repeated() {
        for (url, part) in [
            ("postgresql://canary@host", "name a database"),
            ("postgresql://canary@host/", "name a database"),
            ("postgres://", "name a database"),
            ("postgresql://saydo:12?canary@host/todo", "name a database"),
            ("postgresql://saydo:12/canary@host", "name a database"),
            ("postgresql://saydo:can#ary@host/todo", "is not a URL"),
            ("postgresql://host/todo?passwort=canary", "parameter"),
            ("postgresql://host/todo?statement-cache-capacity=canary", "is a number"),
            ("mysql://canary/x", "postgresql://"),
            ("x.db", "sqlite:PATH"),
        ] {
            let mistake = url.parse::<DatabasePlace>().unwrap_err();
            assert!(!mistake.contains("canary") && mistake.contains(part), "{url}: {mistake}");
        }
    }
}
