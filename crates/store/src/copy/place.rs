//! Where a database is.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};

use crate::{StoreConfig, StoreError};

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(StoreConfig),
}

impl Place {
    /// The place that a URL names, as in [`StoreConfig::url_or_path`].
    ///
    /// # Errors
    /// [`StoreError::Config`] when it names none.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let config = StoreConfig::new(url);
        if config.is_postgres() {
            PgConnectOptions::from_str(url)
                .map_err(|_| StoreError::Config("this is not a postgresql:// URL".to_owned()))?;
            return Ok(Self::Postgres(config));
        }
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url).map_err(|error| StoreError::Config(error.to_string()))?;
            return Ok(Self::Sqlite(options.get_filename().to_owned()));
        }
        match url.split_once("://") {
            Some((scheme, _)) => Err(StoreError::Config(format!(
                "a database at {scheme}:// is not supported; use sqlite:PATH or postgresql://…"
            ))),
            None => Ok(Self::Sqlite(PathBuf::from(url))),
        }
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::Sqlite(path.to_owned())
    }
}

/// For people, without a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Postgres(config) => match PgConnectOptions::from_str(&config.url_or_path) {
                Ok(options) => {
                    let database = options.get_database().unwrap_or_else(|| options.get_username());
                    write!(f, "PostgreSQL database {database} at {}", options.get_host())
                }
                Err(_) => f.write_str("a PostgreSQL database"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_place() {
        for url in ["sqlite:data/saydo.db", "sqlite://data/saydo.db", "data/saydo.db"] {
            assert_eq!(Place::parse(url), Ok(Place::Sqlite(PathBuf::from("data/saydo.db"))), "{url}");
        }
        let place = Place::parse("postgresql://ann:s3cret@db.example.com/todo").unwrap();
        assert_eq!(place.to_string(), "PostgreSQL database todo at db.example.com");
        assert!(!format!("{place:?}").contains("s3cret"));
        assert!(matches!(Place::parse("mysql://db/todo"), Err(StoreError::Config(_))));
    }
}
