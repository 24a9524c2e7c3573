//! The folder of backups: names, order, what is whole, and leftovers of those who were killed.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::DateTime, tz::TimeZone};

use super::{BackupError, Manifest, pack};

/// What is being written or removed begins with this; nothing that does is a backup.
pub(super) const PARTIAL: &str = ".partial-";
/// `saydo-20260311T090000.000Z`: sorted by name is sorted by time.
const NAME: &str = "saydo-%Y%m%dT%H%M%S%.3fZ";

/// A backup in the folder, whole or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The name of its folder.
    pub name: String,
    /// When it was made, by its name.
    pub created_at: Timestamp,
    /// What it says it holds, or why that cannot be believed.
    pub verdict: Result<Manifest, String>,
}

impl Backup {
    /// Whether it is what was written.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.verdict.is_ok()
    }

    /// Whether it is dated later than now: a clock was wrong then, and nobody knows how old it really is.
    #[must_use]
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        is_ahead(self.created_at, now)
    }

    /// Whether it holds what a restore replaced: mostly what somebody wanted away.
    #[must_use]
    pub fn is_put_aside(&self) -> bool {
        self.verdict.as_ref().is_ok_and(|manifest| manifest.put_aside)
    }

    /// Whether it can be the newest good one.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.is_good() && !self.is_put_aside() && !self.is_ahead(now)
    }
}

/// How far the clock of whoever made a backup may be ahead of ours.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(10);

pub(super) fn is_ahead(created_at: Timestamp, now: Timestamp) -> bool {
    created_at.duration_since(now) > CLOCKS_APART
}

fn name_at(at: Timestamp) -> String {
    at.strftime(NAME).to_string()
}

fn time_of(name: &str) -> Option<Timestamp> {
    let time = DateTime::strptime(NAME, name).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    // Only names we would give: others sort elsewhere.
    (name_at(time) == name).then_some(time)
}

/// The first free name from this instant on.
pub(super) fn free_name(folder: &Path, at: Timestamp) -> String {
    let mut at = at;
    loop {
        let name = name_at(at);
        match at.checked_add(1.millisecond()) {
            Ok(next) if folder.join(&name).exists() => at = next,
            _ => return name,
        }
    }
}

/// All names with their times, newest first. A folder that does not exist has none.
pub(super) fn names(folder: &Path) -> Result<Vec<(String, Timestamp)>, BackupError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(BackupError::at("read", folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(BackupError::at("read", folder))?.file_name();
        let name = name.to_string_lossy();
        names.extend(time_of(&name).map(|time| (name.clone().into_owned(), time)));
    }
    names.sort_unstable_by(|one, other| other.cmp(one));
    Ok(names)
}

/// How closely a backup is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closeness {
    /// Manifest and sizes: nothing large is read.
    Outside,
    /// Checksums too: all of it is read.
    Inside,
}

/// Looks at one. Only a fault of the backup is a verdict; one of the disk is an error.
pub(super) fn look(
    folder: &Path,
    name: &str,
    created_at: Timestamp,
    closeness: Closeness,
) -> Result<Backup, BackupError> {
    let path = folder.join(name);
    let checked = Manifest::read(&path, name).and_then(|manifest| {
        let file = manifest.file(name)?.0;
        match closeness {
            Closeness::Outside => pack::check_size(file, &path, name)?,
            Closeness::Inside => pack::check(file, &path, name)?,
        }
        Ok(manifest)
    });
    let verdict = match checked {
        Ok(manifest) => Ok(manifest),
        Err(BackupError::Damaged { what, .. }) => Err(what),
        Err(other) => return Err(other),
    };
    Ok(Backup { name: name.to_owned(), created_at, verdict })
}

/// Removes leftovers that begin like this. Only under the lock that everybody who makes them holds.
pub(super) fn clear(folder: &Path, prefix: &str) -> Result<(), BackupError> {
    for entry in std::fs::read_dir(folder).map_err(BackupError::at("read", folder))? {
        let entry = entry.map_err(BackupError::at("read", folder))?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            std::fs::remove_dir_all(entry.path()).map_err(BackupError::at("remove", &entry.path()))?;
        }
    }
    Ok(())
}

/// Removes a backup: at once for everybody who looks, whatever happens half-way.
pub(super) fn remove(folder: &Path, name: &str) -> Result<(), BackupError> {
    let (path, gone) = (folder.join(name), folder.join(format!("{PARTIAL}{name}")));
    std::fs::rename(&path, &gone).map_err(BackupError::at("remove", &path))?;
    std::fs::remove_dir_all(&gone).map_err(BackupError::at("remove", &gone))
}

/// Makes a folder for its owner only.
pub(super) fn make(folder: &Path) -> Result<(), BackupError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(BackupError::at("create", folder))
}

/// Lets only its owner read a file.
pub(super) fn for_owner_only(file: &Path) -> Result<(), BackupError> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(file, mode).map_err(BackupError::at("restrict", file))?;
    }
    Ok(())
}

/// A folder that goes away, with all that is in it, unless it is kept.
pub(super) fn staging(folder: &Path, prefix: &str) -> Result<tempfile::TempDir, BackupError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(folder).map_err(BackupError::at("write to", folder))
}

/// Makes the names in a folder survive a power cut.
pub(super) fn sync(folder: &Path) -> Result<(), BackupError> {
    // Elsewhere folders cannot be opened, nor need they be.
    if cfg!(unix) {
        File::open(folder).and_then(|file| file.sync_all()).map_err(BackupError::at("write to", folder))?;
    }
    Ok(())
}

/// The folder a file is in.
pub(super) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_times_and_sort_like_them() {
        let early: Timestamp = "2026-03-11T09:00:00.02Z".parse().unwrap();
        let name = name_at(early);
        assert_eq!(name, "saydo-20260311T090000.020Z");
        assert_eq!(time_of(&name), Some(early));
        assert!(name < name_at(early + 1.second()));
        for odd in ["saydo-20260311T090000Z", "saydo-20260311T090000.02Z", "saydo-20261311T090000.020Z", "notes", ""] {
            assert_eq!(time_of(odd), None, "{odd}");
        }
    }
}
