//! `docs/SCHEMA.md` is the schema there really is. `UPDATE=1` writes it anew: what it says of tables and columns in words
//! is kept, the rest comes from the database.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use saydo_store::copy::TABLES;
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::Opened;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SCHEMA.md");
const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/requirements.toml");
const HEAD: &str = "| column | holds | | what |\n|---|---|---|---|\n";

/// What people wrote into the document.
#[derive(Default)]
struct Words {
    preface: String,
    /// Of each table, from its heading to its columns.
    tables: BTreeMap<String, String>,
    /// Of each table's columns.
    columns: BTreeMap<(String, String), String>,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = Self::default();
        let mut parts = text.split("\n## ");
        parts.next().unwrap_or_default().trim_end().clone_into(&mut words.preface);
        for part in parts {
            let (name, rest) = part.split_once('\n').unwrap();
            let prose = rest.split("\n| ").next().unwrap_or_default();
            words.tables.insert(name.to_owned(), prose.trim().to_owned());
            for row in rest.lines().filter(|line| line.starts_with("| `")) {
                let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
                words.columns.insert((name.to_owned(), cells[0].replace('`', "")), cells[3].to_owned());
            }
        }
        words
    }
}

/// The columns of a table, a line each.
async fn columns(raw: &mut SqliteConnection, table: &str, words: &Words) -> String {
    let pointers = "SELECT \"from\", \"table\" FROM pragma_foreign_key_list(?1)";
    let pointers = sqlx::query(pointers).bind(table).fetch_all(&mut *raw).await.unwrap();
    let pointers: BTreeMap<String, String> = pointers.iter().map(|row| (row.get(0), row.get(1))).collect();
    let mut text = String::from(HEAD);
    let listed = "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1) ORDER BY cid";
    for row in sqlx::query(listed).bind(table).fetch_all(&mut *raw).await.unwrap() {
        let name: String = row.get(0);
        let holds = if row.get::<String, _>(1) == "TEXT" { "text" } else { "number" };
        let mut marks = vec![];
        if row.get::<i64, _>(3) > 0 {
            marks.push("key".to_owned());
        } else if row.get::<i64, _>(2) == 0 {
            marks.push("may be missing".to_owned());
        }
        marks.extend(pointers.get(&name).map(|to| format!("→ {to}")));
        let what = words.columns.get(&(table.to_owned(), name.clone())).cloned().unwrap_or_default();
        let _ = writeln!(text, "| `{name}` | {holds} | {} | {what} |", marks.join(", "));
    }
    text
}

/// The indexes that were made for questions, and what may be there only once.
async fn indexes(raw: &mut SqliteConnection, table: &str) -> String {
    let listed = "SELECT l.name, l.\"unique\", l.origin, m.sql FROM pragma_index_list(?1) AS l \
                  JOIN sqlite_master AS m ON m.name = l.name WHERE l.origin <> 'pk' ORDER BY l.name";
    let mut all = vec![];
    for row in sqlx::query(listed).bind(table).fetch_all(&mut *raw).await.unwrap() {
        let name: String = row.get(0);
        let once = if row.get::<i64, _>(1) == 1 { "once: " } else { "" };
        let over = if let Some(sql) = row.get::<Option<String>, _>(3) {
            sql.split_once(" ON ").unwrap().1.split_once(' ').unwrap().1.trim().to_owned()
        } else {
            let parts = sqlx::query("SELECT name FROM pragma_index_info(?1)").bind(&name).fetch_all(&mut *raw).await;
            let parts: Vec<String> = parts.unwrap().iter().map(|row| row.get(0)).collect();
            format!("({})", parts.join(", "))
        };
        all.push(format!("{once}`{}`", over.trim_matches(['(', ')']).replace(") WHERE", " WHERE")));
    }
    all.sort();
    if all.is_empty() { String::new() } else { format!("\nIndexes: {}\n", all.join(" · ")) }
}

async fn written(words: &Words) -> String {
    let opened = Opened::sqlite().await;
    let options = SqliteConnectOptions::new().filename(opened.folder.path().join("saydo.db"));
    let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
    let mut text = format!("{}\n", words.preface);
    for table in TABLES {
        let prose = words.tables.get(table.name).cloned().unwrap_or_default();
        let (columns, indexes) = (columns(&mut raw, table.name, words).await, indexes(&mut raw, table.name).await);
        let _ = write!(text, "\n## {}\n{prose}\n\n{columns}{indexes}", table.name);
    }
    raw.close().await.unwrap();
    opened.close().await;
    text
}

/// What nobody has put into words.
fn gaps(text: &str) -> Vec<String> {
    let words = Words::of(text);
    let requirements = fs::read_to_string(REQUIREMENTS).unwrap();
    let mut gaps: Vec<String> = vec![];
    for (table, prose) in &words.tables {
        let last = prose.lines().last().unwrap_or_default();
        let ids = last.split_once("For: ").map(|(_, ids)| ids.trim_end_matches('.'));
        if !last.starts_with("Kept: ") || ids.is_none() || prose.lines().count() < 2 {
            gaps.push(format!("{table}: say what it is, then a line “Kept: … For: …”"));
        }
        let unknown = ids.into_iter().flat_map(|ids| ids.split(", "));
        let unknown = unknown.filter(|id| !requirements.contains(&format!("id = \"{id}\"")));
        gaps.extend(unknown.map(|id| format!("{table}: there is no requirement {id}")));
    }
    let columns = words.columns.iter().filter(|(_, what)| what.is_empty());
    gaps.extend(columns.map(|((table, column), _)| format!("{table}.{column}: what is it?")));
    gaps
}

#[tokio::test]
async fn the_document_is_the_schema() {
    let kept = fs::read_to_string(Path::new(PATH)).unwrap_or_default();
    let text = written(&Words::of(&kept)).await;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(PATH, &text).unwrap();
    } else {
        assert_eq!(kept, text, "run it again with UPDATE=1, then put the new columns into words");
    }
    assert_eq!(gaps(&text), Vec::<String>::new(), "docs/SCHEMA.md");
}
