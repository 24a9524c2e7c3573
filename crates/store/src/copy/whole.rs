//! Moving an installation: all of a database into another, which is empty.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Loaded, Place, Source, Target, fill};
use crate::{
    backup::{BackupError, Existing, Watch, free, install, keep},
    migrate,
};

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The schema, which is the newest.
    pub schema: i64,
    /// Rows of each table: as many, and the same, on both sides.
    pub rows: BTreeMap<String, u64>,
}

/// Copies a database, which may be in use, into another, which must have no accounts: all or nothing, read back and
/// compared row by row before it is kept. What is written to the first one meanwhile is not in the copy.
///
/// # Errors
/// [`BackupError::SchemaOlder`], [`BackupError::Exists`], [`BackupError::NotEmpty`], [`BackupError::Connected`]; the
/// target is as it was then.
pub async fn copy(from: &Place, to: &Place, now: Timestamp, watch: &Watch) -> Result<Copied, BackupError> {
    let mut source = Source::open(from).await?;
    let copied = copy_all(&mut source, from, to, now, watch).await;
    let schema = source.schema();
    source.close().await;
    let rows = copied?.sums.into_iter().map(|(table, sum)| (table, sum.rows)).collect();
    Ok(Copied { schema, rows })
}

async fn copy_all(
    source: &mut Source,
    from: &Place,
    to: &Place,
    now: Timestamp,
    watch: &Watch,
) -> Result<Loaded, BackupError> {
    let (found, known) = (source.schema(), migrate::newest());
    if found < known {
        return Err(BackupError::SchemaOlder { place: from.to_string(), found, known });
    }
    match to {
        Place::Sqlite(path) => {
            let make = |file: std::path::PathBuf| -> futures_util::future::BoxFuture<'_, _> {
                Box::pin(async move {
                    let target = Target::new_file(&file).await?;
                    into(source, target, watch).await
                })
            };
            Ok(install(path, Existing::Refuse, now, make).await?.0)
        }
        Place::Postgres(config) => {
            let mut target = free(config, to).await?;
            match target.is_used().await {
                Ok(false) => into(source, target, watch).await,
                Ok(true) => {
                    target.close().await;
                    Err(BackupError::NotEmpty(to.to_string()))
                }
                Err(error) => {
                    target.close().await;
                    Err(error.into())
                }
            }
        }
    }
}

/// Fills a target and keeps it.
async fn into(source: &mut Source, mut target: Target, watch: &Watch) -> Result<Loaded, BackupError> {
    let loaded = fill(source, &mut target, watch).await;
    keep(target, loaded).await
}
