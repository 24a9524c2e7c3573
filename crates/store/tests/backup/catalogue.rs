//! The catalogue names every table and column that either engine really has.

use std::collections::{BTreeMap, BTreeSet};

use saydo_store::copy::{Kind, TABLES};
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{House, server::Database};

/// Of each table: columns with their kinds, its key in order, its counter, and whom it points to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Real {
    columns: BTreeSet<(String, Kind)>,
    key: Vec<String>,
    counter: Option<String>,
    points_to: BTreeSet<String>,
}

fn kind(declared: &str) -> Kind {
    match declared.to_lowercase().as_str() {
        "text" => Kind::Text,
        "bigint" | "integer" => Kind::Int,
        other => panic!("the catalogue has no kind for {other}"),
    }
}

/// Compares the catalogue with the tables there are.
fn compare(mut real: BTreeMap<String, Real>, engine: &str) {
    let mut before = BTreeSet::new();
    for table in TABLES {
        let found = real.remove(table.name).unwrap_or_else(|| panic!("{engine} has no table {}", table.name));
        for pointed in &found.points_to {
            assert!(before.contains(pointed.as_str()), "{pointed} must come before {}", table.name);
        }
        before.insert(table.name);
        let expected = Real {
            columns: table.columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect(),
            key: table.key.iter().map(|&name| name.to_owned()).collect(),
            counter: table.counter.map(str::to_owned),
            points_to: found.points_to.clone(),
        };
        assert_eq!(expected, found, "{} on {engine}: crates/store/src/copy/catalogue.rs", table.name);
    }
    assert!(real.is_empty(), "not in crates/store/src/copy/catalogue.rs: {:?} ({engine})", real.keys());
}

#[tokio::test]
async fn it_is_the_schema_of_sqlite() {
    let house = House::new().await;
    let options = SqliteConnectOptions::new().filename(house.database());
    let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
    let columns = "SELECT m.name, c.name, c.type, c.pk, m.sql LIKE '%' || c.name || ' %AUTOINCREMENT%' AND c.pk = 1 \
                   FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table' \
                   AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND m.name <> '_sqlx_migrations' ORDER BY m.name, c.pk";
    let mut real = BTreeMap::<String, Real>::new();
    for row in sqlx::query(columns).fetch_all(&mut raw).await.unwrap() {
        let (table, column, declared) = (row.get(0), row.get::<String, _>(1), row.get::<String, _>(2));
        let own = real.entry(table).or_default();
        own.columns.insert((column.clone(), kind(&declared)));
        if row.get::<i64, _>(4) == 1 {
            own.counter = Some(column.clone());
        }
        if row.get::<i64, _>(3) > 0 {
            own.key.push(column);
        }
    }
    let keys = "SELECT m.name, f.\"table\" FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f";
    for row in sqlx::query(keys).fetch_all(&mut raw).await.unwrap() {
        real.entry(row.get(0)).or_default().points_to.insert(row.get(1));
    }
    raw.close().await.unwrap();
    house.store.close().await;
    compare(real, "SQLite");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_the_schema_of_postgresql() {
    let (database, store, _) = Database::with_ann().await;
    let mut real = BTreeMap::<String, Real>::new();
    let columns = "SELECT table_name, column_name, data_type, is_identity FROM information_schema.columns \
                   WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'";
    for row in database.sql(columns).lines() {
        let [table, column, declared, identity] = row.split('|').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let own = real.entry(table.to_owned()).or_default();
        own.columns.insert((column.to_owned(), kind(declared)));
        if identity == "YES" {
            own.counter = Some(column.to_owned());
        }
    }
    let keys = "SELECT c.conrelid::regclass, a.attname FROM pg_constraint c, unnest(c.conkey) WITH ORDINALITY k (n, at), \
                pg_attribute a WHERE c.contype = 'p' AND a.attrelid = c.conrelid AND a.attnum = k.n \
                AND c.connamespace = 'public'::regnamespace AND c.conrelid <> '_sqlx_migrations'::regclass ORDER BY 1, k.at";
    for row in database.sql(keys).lines() {
        let (table, column) = row.split_once('|').unwrap();
        real.entry(table.to_owned()).or_default().key.push(column.to_owned());
    }
    let pointers = "SELECT conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE contype = 'f'";
    for row in database.sql(pointers).lines() {
        let (table, pointed) = row.split_once('|').unwrap();
        real.entry(table.to_owned()).or_default().points_to.insert(pointed.to_owned());
    }
    store.close().await;
    compare(real, "PostgreSQL");
}
