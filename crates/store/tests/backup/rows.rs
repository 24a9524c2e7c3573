//! Backups of PostgreSQL: rows as of one instant, restored in one transaction.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use jiff::ToSpan as _;
use saydo_store::{
    SchemaState,
    backup::{Aside, BackupError, Backups, Existing, Restored, Stage, Trial, Watch},
    copy::Place,
};
use tempfile::TempDir;
use testbed::Postgres;

use crate::{
    House, add,
    ledger::{Writers, assert_one_instant},
    move_house::{RICH, all_of_file, all_of_server},
    noon, numbers, quiet,
    server::Database,
};

/// A place for backups.
fn backups() -> (TempDir, Backups) {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::new(folder.path().join("backups"));
    (folder, backups)
}

async fn back_up(backups: &Backups, database: &Database) -> String {
    backups.create(&database.place(), "0.0.0", noon(), &quiet()).await.unwrap().name
}

async fn restore(backups: &Backups, name: &str, to: &Place, existing: Existing) -> Result<Restored, BackupError> {
    backups.restore(name, to, existing, "0.0.0", noon(), &quiet()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_is_restored_into_either_database() {
    let database = Database::new().await;
    let store = database.open().await;
    store.migrate_up().await.unwrap();
    database.sql(RICH);
    // The numbers that RICH gives by itself.
    database.sql(
        "SELECT setval('conversations_id_seq', 9), setval('messages_id_seq', 5), setval('audit_events_id_seq', 4)",
    );
    let before = all_of_server(&database).await;
    let (folder, backups) = backups();
    let name = back_up(&backups, &database).await;
    let verified = backups.verify(&name, &database.place(), &quiet()).await.unwrap();
    assert_eq!((verified.manifest.engine.as_str(), verified.trial), ("postgresql", Trial::Schema));
    assert_eq!(database.sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'saydo%'"), "0");

    let other = Database::new().await;
    let done = restore(&backups, &name, &other.place(), Existing::Refuse).await.unwrap();
    assert_eq!((done.manifest.rows["tasks"], done.aside), (3, None));
    assert_eq!(all_of_server(&other).await, before);
    let file = folder.path().join("saydo.db");
    restore(&backups, &name, &Place::Sqlite(file.clone()), Existing::Refuse).await.unwrap();
    assert_eq!(all_of_file(&file).await, before);
    let opened = crate::open(file).await;
    assert_eq!(opened.check_schema().await, Ok(SchemaState::Current));
    opened.close().await;

    // The same rows make the same bytes.
    let again = back_up(&backups, &other).await;
    let bytes = |name: &str| fs::read(backups.folder().join(name).join("saydo.rows.gz")).unwrap();
    assert_eq!(bytes(&name), bytes(&again));
    let next = "INSERT INTO conversations (user_id, title, activity, created_at, updated_at) \
                VALUES ('User-B', 'new', 1, 1, 1) RETURNING id";
    assert_eq!(other.sql(next), "10");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_sqlite_is_restored_into_postgresql() {
    let house = House::new().await;
    house.add(3).await;
    let name = house.back_up(noon()).await.name;
    let database = Database::new().await;
    restore(&house.backups, &name, &database.place(), Existing::Refuse).await.unwrap();
    assert_eq!(database.numbers(), [3]);
    assert_eq!(all_of_server(&database).await, all_of_file(&house.database()).await);
    house.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_there_becomes_a_backup_only_when_asked() {
    let (database, store, user) = Database::with_ann().await;
    add(&store, &user, 1).await;
    let (_folder, backups) = backups();
    let first = back_up(&backups, &database).await;
    add(&store, &user, 2).await;
    let refused = restore(&backups, &first, &database.place(), Existing::PutAside).await.unwrap_err();
    assert!(matches!(refused, BackupError::Connected { connections: 1.., .. }), "{refused}");
    store.close().await;
    let refused = restore(&backups, &first, &database.place(), Existing::Refuse).await.unwrap_err();
    assert!(matches!(refused, BackupError::NotEmpty(_)), "{refused}");
    assert_eq!(database.numbers(), [1, 2]);
    let done = restore(&backups, &first, &database.place(), Existing::PutAside).await.unwrap();
    assert_eq!(database.numbers(), [1]);
    let Some(Aside::Backup(aside)) = done.aside else { panic!("{done:?}") };
    // What one wanted away is not what one wants back, nor what is fresh.
    let later = noon() + 1.hour();
    assert_eq!(backups.newest_good(later).await.unwrap().name, first);
    assert_eq!(backups.newest_whole(later).await.unwrap().name, first);
    restore(&backups, &aside, &database.place(), Existing::PutAside).await.unwrap();
    assert_eq!(database.numbers(), [1, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_while_it_is_restored() {
    let (database, store, user) = Database::with_ann().await;
    add(&store, &user, 1).await;
    let (_folder, backups) = backups();
    let name = back_up(&backups, &database).await;
    store.close().await;
    // What was there is put aside first: what is written from then on would be lost.
    let held = Arc::new(Mutex::new(Vec::new()));
    let watch: Watch = {
        let (held, name) = (Arc::clone(&held), database.name.clone());
        Arc::new(move |progress| {
            if progress.stage == Stage::Copying {
                let locks = "SELECT COUNT(DISTINCT relation) FROM pg_locks WHERE mode = 'ExclusiveLock' AND relation IN \
                     ('users'::regclass, 'tasks'::regclass, 'changes'::regclass)";
                held.lock().unwrap().push(Postgres::shared().sql(&name, locks));
            }
        })
    };
    backups.restore(&name, &database.place(), Existing::PutAside, "0.0.0", noon(), &watch).await.unwrap();
    assert_eq!(held.lock().unwrap().first().map(String::as_str), Some("3"));
    assert_eq!(database.numbers(), [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_is_noticed_and_changes_nothing() {
    let (database, store, user) = Database::with_ann().await;
    for number in 1..=40 {
        add(&store, &user, number).await;
    }
    let (_folder, backups) = backups();
    let name = back_up(&backups, &database).await;
    add(&store, &user, 41).await;
    store.close().await;
    let folder = backups.folder().join(&name);
    let (packed, manifest) = (folder.join("saydo.rows.gz"), folder.join("manifest.json"));
    let (whole, text) = (fs::read(&packed).unwrap(), fs::read_to_string(&manifest).unwrap());
    let check = async || {
        let verified = backups.verify(&name, &database.place(), &quiet()).await;
        assert!(matches!(verified, Err(BackupError::Damaged { .. })), "{verified:?}");
        let restored = restore(&backups, &name, &database.place(), Existing::PutAside).await;
        assert!(matches!(restored, Err(BackupError::Damaged { .. })), "{restored:?}");
        assert_eq!(database.numbers().len(), 41);
    };
    for place in [0, 40, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        fs::write(&packed, bytes).unwrap();
        check().await;
    }
    fs::write(&packed, &whole[..whole.len() / 2]).unwrap();
    check().await;
    fs::write(&packed, &whole).unwrap();
    for changed in [
        text.replace("\"tasks\": 40", "\"tasks\": 41"),
        text.replace("\"tasks\": 40", "\"tasks\": 40, \"trees\": 0"),
        text.replace("saydo.rows.gz", "saydo.db.gz"),
    ] {
        assert_ne!(changed, text);
        fs::write(&manifest, changed).unwrap();
        check().await;
    }
    fs::write(&manifest, &text).unwrap();
    backups.verify(&name, &database.place(), &quiet()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_make_a_schema_restores_into_a_file_on_trial() {
    let (database, store, _) = Database::with_ann().await;
    let (_folder, backups) = backups();
    let name = back_up(&backups, &database).await;
    store.close().await;
    database.sql(&format!("ALTER DATABASE {} OWNER TO postgres", database.name));
    let verified = backups.verify(&name, &database.place(), &quiet()).await.unwrap();
    assert_eq!(verified.trial, Trial::File);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_schema_is_restored_as_it_was() {
    let (database, store, user) = Database::with_ann().await;
    add(&store, &user, 1).await;
    while store.migrate_down_one().await.unwrap() != Some(3) {}
    let (_folder, backups) = backups();
    let name = back_up(&backups, &database).await;
    store.migrate_up().await.unwrap();
    add(&store, &user, 2).await;
    store.close().await;
    let done = restore(&backups, &name, &database.place(), Existing::PutAside).await.unwrap();
    assert_eq!(done.manifest.schema, 2);
    let store = database.open().await;
    assert!(matches!(store.check_schema().await, Ok(SchemaState::Behind(1..))));
    store.migrate_up().await.unwrap();
    assert_eq!(store.read().await.unwrap().tasks_all(&user).await.unwrap().len(), 1);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_must_be_something_to_back_up() {
    let database = Database::new().await;
    let (_folder, backups) = backups();
    let made = backups.create(&database.place(), "0.0.0", noon(), &quiet()).await.unwrap_err();
    assert!(matches!(made, BackupError::NoDatabase(_)), "{made}");
    assert_eq!(fs::read_dir(backups.folder()).unwrap().count(), 1, "only the lock");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_a_prefix_of_what_was_acknowledged() {
    let (database, store, user) = Database::with_ann().await;
    let (folder, backups) = backups();
    let writers = Writers::start(&store, &user).await;
    let mut taken = Vec::new();
    for _ in 0..3 {
        let before = writers.acknowledged();
        let name = back_up(&backups, &database).await;
        taken.push((before, name, writers.acknowledged()));
    }
    writers.end().await;
    store.close().await;
    assert!(taken[0].0 < taken[2].2, "the writers stood still");
    for (before, name, after) in taken {
        let file = folder.path().join(format!("{name}.db"));
        restore(&backups, &name, &Place::Sqlite(file.clone()), Existing::Refuse).await.unwrap();
        restore(&backups, &name, &database.place(), Existing::PutAside).await.unwrap();
        let found = database.numbers();
        assert_eq!(numbers(file, &user).await, found);
        assert_one_instant(&found, &before, &after);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_restored_database_goes_on() {
    let (database, store, user) = Database::with_ann().await;
    add(&store, &user, 1).await;
    let (_folder, backups) = backups();
    let name = back_up(&backups, &database).await;
    store.close().await;
    let other = Database::new().await;
    restore(&backups, &name, &other.place(), Existing::Refuse).await.unwrap();
    let store = other.open().await;
    assert_eq!(store.check_schema().await, Ok(SchemaState::Current));
    add(&store, &user, 2).await;
    assert_eq!(store.read().await.unwrap().tasks_all(&user).await.unwrap().len(), 2);
    store.close().await;
    // Nobody's rows are seen by others: row security is back, too.
    let seen = testbed::Postgres::shared().sql_at(
        &testbed::Postgres::shared().url(&other.name, testbed::ROLE),
        "SELECT set_config('saydo.user', 'user-bob', FALSE); SELECT count(*) FROM tasks",
    );
    assert_eq!(seen.lines().last(), Some("0"));
}
