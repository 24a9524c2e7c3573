//! The database: its schema, its second wall, its clock, and the room on the disks.

use std::path::Path;

use saydo_app::Clock;
use saydo_store::{RowSecurity, SchemaState, ServerFacts, Store};

use super::{
    outside::skew,
    row::{Check, Row},
    scene::Scene,
};
use crate::telemetry::disks::Disk;

const SCHEMA: Check = Check::must("D4", "Schema", "at head, nothing waits", "database");
const WALL: Check = Check::must("S3", "Row security", "forced, and the user is not above it", "database");
const CLOCK: Check = Check::must("D12", "Clock of the database", "within 5 s of this machine's", "database");
const DATA: Check = Check::must("D12", "Disk of the data", "a tenth is free", "file system");
const DATABASE: Check = Check::must("D12", "Disk of the database", "a tenth is free", "file system");
const BACKUPS: Check = Check::must("D12", "Disk of the backups", "a tenth is free", "file system");

pub(super) async fn rows(scene: &Scene) -> Vec<Row> {
    let config = &scene.config;
    let mut rows = match &scene.store {
        Ok(store) => asked(store).await,
        Err(error) => {
            let help = "run this on the machine of the server, with its settings";
            vec![SCHEMA.unknown(error, help), WALL.unknown(error, help)]
        }
    };
    for disk in Disk::all(config) {
        let check = match disk.of {
            "database" => DATABASE,
            // The folder is made with the first backup.
            "backups" if !disk.folder.exists() => continue,
            "backups" => BACKUPS,
            _ => DATA,
        };
        rows.push(room(check, &disk.folder, disk.space().await));
    }
    rows
}

async fn asked(store: &Store) -> Vec<Row> {
    let help = "docs/runbooks/database.md";
    let before = Clock::System.now();
    let facts: Result<ServerFacts, _> = async { store.read().await?.server_facts().await }.await;
    let after = Clock::System.now();
    let mut rows = vec![schema(store).await];
    match facts {
        Ok(facts) => {
            rows.push(wall(facts.row_security));
            rows.extend(facts.clock.map(|clock| skew(CLOCK, Some(clock), before, after)));
        }
        Err(error) => rows.push(WALL.unknown(error, help)),
    }
    rows
}

async fn schema(store: &Store) -> Row {
    match (store.check_schema().await, store.migration_status().await) {
        (Ok(SchemaState::Current), Ok(steps)) => {
            let newest = steps.iter().map(|step| step.version).max().unwrap_or_default();
            SCHEMA.holds(format!("{newest} of {newest} migrations applied"))
        }
        (Ok(SchemaState::Behind(waiting)), _) => {
            SCHEMA.fails(format!("{waiting} migration(s) wait"), "saydo migrate up")
        }
        (Err(error), _) | (_, Err(error)) => SCHEMA.fails(error.to_string(), "docs/runbooks/database.md"),
    }
}

fn wall(found: RowSecurity) -> Row {
    let help = "docs/POSTGRESQL.md, the role of Saydo";
    match found {
        RowSecurity::None => WALL.holds("SQLite has none: the owner stands in every statement"),
        RowSecurity::Forced => WALL.holds("forced on every table with an owner"),
        RowSecurity::Above => WALL.fails("the database user is above it (superuser or BYPASSRLS)", help),
        RowSecurity::Missing(tables) => WALL.fails(format!("not forced on {tables}"), "saydo migrate up"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a disk")]
fn room(check: Check, folder: &Path, space: Option<(u64, u64)>) -> Row {
    match space {
        Some((free, size)) if size > 0 => {
            let share = free as f64 / size as f64;
            let evidence = format!("{:.0} % free, {:.1} GB, of {}", share * 100.0, free as f64 / 1e9, folder.display());
            check.judge(share >= 0.1, evidence, "docs/runbooks/disk.md")
        }
        _ => check.unknown(format!("nothing is known of the disk of {}", folder.display()), "see SAYDO_DATA_DIR"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::row::State, *};

    #[test]
    fn a_tenth_of_the_disk_must_be_free() {
        let state = |space| room(DATA, Path::new("data"), space).state;
        assert_eq!([state(Some((10, 100))), state(Some((9, 100)))], [State::Ok, State::Failed]);
        assert_eq!([state(Some((0, 0))), state(None)], [State::NotChecked; 2]);
    }
}
