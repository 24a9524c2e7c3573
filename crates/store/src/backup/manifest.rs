//! What a backup says about itself: `manifest.json`, written last.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::BackupError;

/// The manifest's file name.
pub(super) const FILE: &str = "manifest.json";
/// The form of backups this program writes and reads.
pub(super) const FORMAT: u32 = 1;

/// In which form a backup has the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// As a SQLite database.
    Database,
    /// As rows of any database.
    Rows,
}

/// What a backup holds, and by what it is recognised as whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the backup itself.
    pub format: u32,
    /// The database it was taken from: `sqlite` or `postgresql`.
    pub engine: String,
    /// The version of the program that made it.
    pub program: String,
    /// The newest migration applied in it.
    pub schema: i64,
    /// The instant it shows: everything acknowledged before it is in.
    pub created_at: Timestamp,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// The packed files beside the manifest.
    pub files: Vec<PackedFile>,
    /// Whether a restore made it, of what it was about to replace.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub put_aside: bool,
}

/// A packed file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedFile {
    /// Its name in the backup's folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Its size when unpacked.
    pub unpacked_bytes: u64,
}

impl Manifest {
    /// Reads the manifest of a backup. `name` is for the error.
    pub(super) fn read(folder: &Path, name: &str) -> Result<Self, BackupError> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(BackupError::damaged(name, "its manifest is missing"));
            }
            Err(error) => return Err(BackupError::at("read", &path)(error)),
        };
        let manifest: Self = serde_json::from_str(&text)
            .map_err(|error| BackupError::damaged(name, format!("its manifest cannot be read: {error}")))?;
        if manifest.format != FORMAT {
            let what = format!("it has form {}, this program reads {FORMAT}", manifest.format);
            return Err(BackupError::damaged(name, what));
        }
        Ok(manifest)
    }

    /// The backup's one file, and what is in it.
    pub(super) fn file(&self, name: &str) -> Result<(&PackedFile, Content), BackupError> {
        match self.files.as_slice() {
            [file] if file.name == super::sqlite::FILE => Ok((file, Content::Database)),
            [file] if file.name == super::rows::FILE => Ok((file, Content::Rows)),
            _ => Err(BackupError::damaged(name, "it has not the files that a backup has")),
        }
    }

    /// Size on disk, without the manifest.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}
