//! Whatever happens to a backup is noticed, and whatever happens to its making leaves nothing.

use std::{fs, path::PathBuf};

use saydo_store::{
    backup::{BackupError, Backups, Existing},
    copy::Place,
};

use crate::{House, noon, quiet};

async fn house_with_backup() -> (House, String, PathBuf) {
    let house = House::new().await;
    for number in 1..=50 {
        house.add(number).await;
    }
    let name = house.back_up(noon()).await.name;
    let folder = house.backups.folder().join(&name);
    (house, name, folder)
}

/// What `verify` and `list` say about the only backup; restoring it must change nothing.
async fn verdicts(house: &House, name: &str) -> (String, Result<(), String>) {
    let verified = house.backups.verify(name, &house.place(), &quiet()).await;
    let Err(BackupError::Damaged { what, .. }) = verified else { panic!("not noticed: {verified:?}") };
    let target = house.folder.path().join("elsewhere/saydo.db");
    let restored = house.restore(name, &target, Existing::PutAside).await;
    assert!(matches!(restored, Err(BackupError::Damaged { .. })), "{restored:?}");
    let left: Vec<String> = fs::read_dir(target.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left, ["saydo.db.lock"]);
    let listed = house.backups.list().await.unwrap().remove(0);
    (what, listed.verdict.map(drop))
}

#[tokio::test]
async fn any_changed_byte_is_noticed() {
    let (house, name, folder) = house_with_backup().await;
    let packed = folder.join("saydo.db.gz");
    let whole = fs::read(&packed).unwrap();
    for place in [0, 5, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        fs::write(&packed, bytes).unwrap();
        let (_, listed) = verdicts(&house, &name).await;
        assert_eq!(listed, Err("its checksum is another".to_owned()), "byte {place}");
    }
    fs::write(&packed, &whole[..whole.len() - 10]).unwrap();
    assert!(verdicts(&house, &name).await.1.unwrap_err().starts_with("its size is"));
    fs::write(&packed, [&whole[..], b"more"].concat()).unwrap();
    assert!(verdicts(&house, &name).await.0.starts_with("its size is"));
    fs::write(&packed, &whole).unwrap();
    house.backups.verify(&name, &house.place(), &quiet()).await.unwrap();
    house.store.close().await;
}

#[tokio::test]
async fn missing_parts_and_wrong_manifests_are_noticed() {
    let (house, name, folder) = house_with_backup().await;
    let manifest = folder.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let rows = "\"tasks\": 50";
    let unpacked = text.lines().find(|line| line.contains("unpacked_bytes")).unwrap().to_owned();
    for (changed, expected) in [
        (text.replace(rows, "\"tasks\": 51"), "the rows of tasks are not as many as its manifest says"),
        (text.replace(rows, "\"tusks\": 50"), "the rows of tasks are not as many as its manifest says"),
        (text.replace(rows, "\"tasks\": 50, \"trees\": 0"), "a table is missing"),
        (text.replace("\"schema\": ", "\"schema\": 9"), "its schema is another than its manifest says"),
        (text.replace("\"format\": 1", "\"format\": 2"), "it has form 2, this program reads 1"),
        (text.replace("saydo.db.gz", "../../saydo.db"), "it has not the files that a backup has"),
        (text.replace(&unpacked, "\"unpacked_bytes\": 100"), "its unpacked size is another"),
    ] {
        assert_ne!(changed, text);
        fs::write(&manifest, changed).unwrap();
        assert_eq!(verdicts(&house, &name).await.0, expected);
    }
    fs::write(&manifest, &text[..text.len() / 2]).unwrap();
    assert!(verdicts(&house, &name).await.0.starts_with("its manifest cannot be read"));
    fs::remove_file(&manifest).unwrap();
    assert_eq!(verdicts(&house, &name).await.1, Err("its manifest is missing".to_owned()));
    fs::write(&manifest, &text).unwrap();
    fs::remove_file(folder.join("saydo.db.gz")).unwrap();
    assert_eq!(verdicts(&house, &name).await.1, Err("its data is missing".to_owned()));
    house.store.close().await;
}

#[tokio::test]
async fn a_damaged_database_makes_no_backup() {
    let house = House::new().await;
    for number in 1..=50 {
        house.add(number).await;
    }
    house.store.close().await;
    let mut bytes = fs::read(house.database()).unwrap();
    // All pages but the first, which has the schema.
    bytes[4096..].fill(0x5a);
    fs::write(house.database(), bytes).unwrap();
    let made = house.backups.create(&house.place(), "0.0.0", noon(), &quiet()).await;
    assert!(made.is_err(), "{made:?}");
    assert_eq!(house.in_folder(), [""; 0]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let house = House::new().await;
    let file = house.folder.path().join("a file");
    fs::write(&file, "").unwrap();
    let inside = Backups::new(file.join("backups"));
    let made = inside.create(&house.place(), "0.0.0", noon(), &quiet()).await.unwrap_err();
    assert!(made.to_string().starts_with("cannot create ") && made.to_string().contains("a file"), "{made}");
    let nowhere = house.folder.path().join("nowhere.db");
    let made = house.backups.create(&Place::Sqlite(nowhere.clone()), "0.0.0", noon(), &quiet()).await.unwrap_err();
    assert!(matches!(made, BackupError::NoDatabase(path) if path == nowhere.to_str().unwrap()));
    assert!(!nowhere.exists() && house.in_folder().is_empty());
    house.store.close().await;
}

#[tokio::test]
async fn leftovers_of_the_killed_go_with_the_next_backup() {
    let (house, first, _) = house_with_backup().await;
    let partial = house.backups.folder().join(".partial-abc");
    fs::create_dir(&partial).unwrap();
    fs::write(partial.join("copy.db"), "half").unwrap();
    fs::write(house.backups.folder().join("notes"), "mine").unwrap();
    assert_eq!(house.backups.list().await.unwrap().len(), 1);
    let second = house.back_up(noon()).await.name;
    assert!(second > first, "a name is taken once, and later is later: {first} {second}");
    assert_eq!(house.in_folder(), ["notes".to_owned(), first, second]);
    house.store.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_a_backup() {
    use std::os::unix::fs::PermissionsExt as _;
    let (house, _, folder) = house_with_backup().await;
    let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(house.backups.folder().to_owned()), mode(folder.clone())), (0o700, 0o700));
    assert_eq!((mode(folder.join("saydo.db.gz")), mode(folder.join("manifest.json"))), (0o600, 0o600));
    house.store.close().await;
}
