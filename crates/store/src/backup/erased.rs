//! The marks of erased accounts beside the backups: these know nothing of what was erased after them.

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::{self, Write as _},
    path::Path,
};

use super::{BackupError, Backups, folder, off_thread};

/// A mark on each line.
const FILE: &str = "erased";

impl Backups {
    /// The marks that are kept here.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn erased(&self) -> Result<BTreeSet<String>, BackupError> {
        let path = self.folder.join(FILE);
        off_thread(move || read(&path)).await
    }

    /// Keeps these marks, too.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn keep_erased(&self, marks: BTreeSet<String>) -> Result<(), BackupError> {
        let home = self.folder.clone();
        off_thread(move || {
            let path = home.join(FILE);
            let known = read(&path)?;
            let mut new: String = marks.difference(&known).map(|mark| format!("{mark}\n")).collect();
            if new.is_empty() {
                return Ok(());
            }
            // A line that a full disk cut is not gone on with.
            if std::fs::read(&path).is_ok_and(|text| text.last().is_some_and(|last| *last != b'\n')) {
                new.insert(0, '\n');
            }
            folder::make(&home)?;
            let mut options = OpenOptions::new();
            options.create(true).append(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&path);
            // In one go: two who append at once do not get between each other's lines.
            let written = file.and_then(|mut file| file.write_all(new.as_bytes()).and_then(|()| file.sync_all()));
            written.map_err(BackupError::at("write", &path))?;
            folder::sync(&home)
        })
        .await
    }
}

fn read(path: &Path) -> Result<BTreeSet<String>, BackupError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().filter(|line| is_mark(line)).map(str::to_owned).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(BackupError::at("read", path)(error)),
    }
}

/// Whether a line is whole: a full disk may have cut one.
fn is_mark(line: &str) -> bool {
    line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit())
}
