//! What goes and what stays.

use jiff::{SignedDuration, ToSpan as _};
use saydo_store::backup::BackupError;

use crate::{House, noon};

const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Backups so many days old, oldest first.
async fn house(ages: &[i64]) -> (House, Vec<String>) {
    let house = House::new().await;
    let mut names = Vec::new();
    for age in ages {
        names.push(house.back_up(noon() - (age * 24).hours()).await.name);
    }
    (house, names)
}

fn damage(house: &House, name: &str) {
    std::fs::write(house.backups.folder().join(name).join("saydo.db.gz"), "no").unwrap();
}

#[tokio::test]
async fn what_is_too_old_goes() {
    let (house, names) = house(&[90, 31, 30, 1]).await;
    let listed: Vec<String> = house.backups.list().await.unwrap().into_iter().map(|backup| backup.name).collect();
    assert_eq!(listed, names.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(house.backups.prune(MONTH, noon()).await.unwrap(), [names[1].clone(), names[0].clone()]);
    assert_eq!(house.in_folder(), names[2..]);
    assert_eq!(house.backups.prune(MONTH, noon()).await.unwrap(), [""; 0]);
    house.store.close().await;
}

#[tokio::test]
async fn the_last_good_one_stays_however_old() {
    let (house, names) = house(&[200, 100, 50, 2]).await;
    damage(&house, &names[2]);
    damage(&house, &names[3]);
    assert_eq!(house.backups.newest_good(noon()).await.unwrap().name, names[1]);
    // A wrong size is seen without reading it.
    assert_eq!(house.backups.newest_whole(noon()).await.unwrap().name, names[1]);
    assert_eq!(house.backups.prune(MONTH, noon()).await.unwrap(), [names[2].clone(), names[0].clone()]);
    // Of the two that stay one is too old but good, the other damaged but young.
    assert_eq!(house.in_folder(), [names[1].clone(), names[3].clone()]);
    house.store.close().await;
}

#[tokio::test]
async fn without_a_good_one_nothing_goes() {
    let (house, names) = house(&[200, 100]).await;
    damage(&house, &names[0]);
    damage(&house, &names[1]);
    assert_eq!(house.backups.prune(MONTH, noon()).await.unwrap(), [""; 0]);
    assert_eq!(house.in_folder(), names);
    assert!(matches!(house.backups.newest_good(noon()).await, Err(BackupError::NoneGood(_))));
    house.store.close().await;
}

#[tokio::test]
async fn a_quick_look_reads_nothing_large() {
    let (house, names) = house(&[2, 1]).await;
    let file = house.backups.folder().join(&names[1]).join("saydo.db.gz");
    let size = std::fs::metadata(&file).unwrap().len();
    std::fs::write(&file, vec![0; usize::try_from(size).unwrap()]).unwrap();
    assert_eq!(house.backups.newest_whole(noon()).await.unwrap().name, names[1]);
    assert_eq!(house.backups.newest_good(noon()).await.unwrap().name, names[0]);
    house.store.close().await;
}

#[tokio::test]
async fn one_dated_in_the_future_is_not_the_newest() {
    // The clock was ten years ahead for a while; and another machine's is a little ahead.
    let (house, names) = house(&[100, 90, -3650]).await;
    assert_eq!(house.backups.newest_good(noon()).await.unwrap().name, names[1]);
    assert_eq!(house.backups.newest_whole(noon()).await.unwrap().name, names[1]);
    assert_eq!(house.backups.ahead(noon()).await.unwrap(), names[2..]);
    // The newest true one stays, however old.
    assert_eq!(house.backups.prune(MONTH, noon()).await.unwrap(), names[..1]);
    let near = house.back_up(noon() + 5.minutes()).await.name;
    assert_eq!(house.backups.newest_good(noon()).await.unwrap().name, near);
    house.store.close().await;
}
