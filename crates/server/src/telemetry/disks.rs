//! The disks that Saydo writes to, by what they are for, and how much room each has.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{sync::Mutex, task::spawn_blocking, time::timeout};

use super::process::{Reading, disk_space};
use crate::config::{Config, DatabasePlace};

/// How long a disk may take to answer. One behind a network that is gone takes forever.
const PATIENCE: Duration = Duration::from_secs(2);

/// A folder that is written to, and what for.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    /// `data`, `backups` or `database`.
    pub(crate) of: &'static str,
    pub(crate) folder: PathBuf,
    /// Kept while it is asked: one that does not answer is asked once, not again with every look.
    asking: Arc<Mutex<()>>,
}

impl Disk {
    fn new(of: &'static str, folder: PathBuf) -> Self {
        Self { of, folder, asking: Arc::default() }
    }

    /// All that there are as it is configured. A folder may not be there yet.
    pub(crate) fn all(config: &Config) -> Vec<Self> {
        let mut disks = vec![Self::new("data", config.data_dir.clone())];
        if let DatabasePlace::Sqlite { path } = &config.database.place
            && !path.starts_with(&config.data_dir)
        {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            disks.push(Self::new("database", folder.map_or_else(|| PathBuf::from("."), Path::to_owned)));
        }
        disks.push(Self::new("backups", config.backup.folder.clone()));
        disks
    }

    /// Free bytes and all bytes; nothing for a folder that is not there, and for a disk that does not answer.
    pub(crate) async fn space(&self) -> Option<(u64, u64)> {
        let asking = timeout(PATIENCE, Arc::clone(&self.asking).lock_owned()).await.ok()?;
        let folder = self.folder.clone();
        let asked = spawn_blocking(move || {
            let _asking = asking;
            disk_space(&folder)
        });
        timeout(PATIENCE, asked).await.ok()?.ok()?
    }
}

/// The room on these disks.
pub(crate) async fn readings(disks: &[Disk]) -> Vec<Reading> {
    let spaces = join_all(disks.iter().map(Disk::space)).await;
    let known = disks.iter().zip(spaces).filter_map(|(disk, space)| Some((disk.of, space?)));
    let series = known.flat_map(|(of, (free, size))| {
        [
            Reading::count("saydo_data_disk_free_bytes", free).and("folder", of),
            Reading::count("saydo_data_disk_size_bytes", size).and("folder", of),
        ]
    });
    series.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    #[test]
    fn each_folder_that_is_written_to_is_one_of_them() {
        let disks = |database: &str| {
            let env = [("SAYDO_DATA_DIR", "/data"), ("SAYDO_BACKUP_DIR", "/mnt/b"), ("DATABASE_URL", database)];
            let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            let config = Config::parse(&Sources { env, ..Sources::default() }).unwrap();
            let folder = |disk: Disk| format!("{} {}", disk.of, disk.folder.display());
            Disk::all(&config).into_iter().map(folder).collect::<Vec<_>>()
        };
        assert_eq!(disks("sqlite:/data/saydo.db"), ["data /data", "backups /mnt/b"]);
        assert_eq!(disks("postgresql://u:p@localhost/saydo"), ["data /data", "backups /mnt/b"]);
        assert_eq!(disks("sqlite:/srv/saydo.db"), ["data /data", "database /srv", "backups /mnt/b"]);
        assert_eq!(disks("sqlite:saydo.db"), ["data /data", "database .", "backups /mnt/b"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_does_not_answer_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new("backups", folder.path().to_owned());
        let hangs = Arc::clone(&disk.asking).lock_owned().await;
        assert_eq!(readings(std::slice::from_ref(&disk)).await, []);
        drop(hangs);
        assert_eq!(readings(std::slice::from_ref(&disk)).await.len(), 2);
        assert_eq!(readings(&[Disk::new("backups", folder.path().join("none"))]).await, []);
    }
}
