//! What was tried with a backup: a note in its folder, so that the last restore is no matter of memory.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{BackupError, Backups, folder, off_thread};

/// The note's file name.
const FILE: &str = "tried.json";

/// How a backup was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It was restored where nobody saw it.
    Verified,
    /// It was put where the database is.
    Restored,
}

/// That a backup was tried, and all was well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// When.
    pub at: Timestamp,
    /// How.
    pub how: How,
    /// The version of the program that did it.
    pub program: String,
}

impl Backups {
    /// Notes that this backup was tried.
    ///
    /// # Errors
    /// When there is none of this name, or the note cannot be written.
    pub async fn note_tried(&self, name: &str, tried: Tried) -> Result<(), BackupError> {
        let path = self.find(name)?;
        off_thread(move || {
            let (note, new) = (path.join(FILE), path.join(format!("{FILE}.new")));
            let text = serde_json::to_vec(&tried).map_err(|error| BackupError::at("write", &note)(error.into()))?;
            std::fs::write(&new, text).map_err(BackupError::at("write", &new))?;
            folder::for_owner_only(&new)?;
            std::fs::rename(&new, &note).map_err(BackupError::at("write", &note))
        })
        .await
    }

    /// The backup that was tried last, and what was tried; `None` when none ever was. A note that cannot be read is
    /// none.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn last_tried(&self) -> Result<Option<(String, Tried)>, BackupError> {
        let path = self.folder.clone();
        off_thread(move || {
            let notes = folder::names(&path)?.into_iter().filter_map(|(name, _)| {
                let text = std::fs::read_to_string(path.join(&name).join(FILE)).ok()?;
                Some((name, serde_json::from_str::<Tried>(&text).ok()?))
            });
            Ok(notes.max_by_key(|(_, tried)| tried.at))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_one_tried_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let backups = Backups::new(folder.path());
        assert_eq!(backups.last_tried().await.unwrap(), None);
        let (old, new) = ("saydo-20260310T090000.000Z", "saydo-20260311T090000.000Z");
        let tried = |at: &str, how| Tried { at: at.parse().unwrap(), how, program: "1.2.3".to_owned() };
        for name in [old, new] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let (first, second) =
            (tried("2026-03-11T10:00:00Z", How::Verified), tried("2026-03-12T10:00:00Z", How::Restored));
        backups.note_tried(new, first.clone()).await.unwrap();
        assert_eq!(backups.last_tried().await.unwrap(), Some((new.to_owned(), first)));
        backups.note_tried(old, second.clone()).await.unwrap();
        assert_eq!(backups.last_tried().await.unwrap(), Some((old.to_owned(), second)));
        assert!(
            backups
                .note_tried("saydo-20260313T090000.000Z", tried("2026-03-13T10:00:00Z", How::Verified))
                .await
                .is_err()
        );
        std::fs::write(folder.path().join(old).join(FILE), "nonsense").unwrap();
        assert_eq!(backups.last_tried().await.unwrap().map(|(name, _)| name), Some(new.to_owned()));
    }
}
