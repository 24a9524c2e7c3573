//! Which runs there are, and how long each is.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use testbed::Durability;

use crate::{
    Arguments,
    report::Run,
    runs::{
        backups::backups,
        kills::{Build, kills},
        outage::outages,
        race::races,
        replicas::replicas,
    },
    scene::{Engine, Scene},
    trouble::{Tried, Trouble},
};

/// The runs by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// One server on SQLite, killed
    Sqlite,
    /// Backups of SQLite under load, restored
    SqliteBackups,
    /// One server on PostgreSQL, killed
    Postgres,
    /// PostgreSQL itself, stopped
    Outages,
    /// Three servers behind HAProxy, one killed
    Replicas,
    /// One key at three servers at once
    Races,
    /// Backups of PostgreSQL under load, restored
    PostgresBackups,
}

/// All runs: of each, how often something dies in the short form and in the long one.
const RUNS: [(Name, u32, u32); 7] = [
    (Name::Sqlite, 14, 500),
    (Name::SqliteBackups, 1, 30),
    (Name::Postgres, 8, 200),
    (Name::Outages, 1, 50),
    (Name::Replicas, 3, 100),
    (Name::Races, 8, 1000),
    (Name::PostgresBackups, 1, 30),
];

/// Carries out what was asked for, run by run.
pub(crate) async fn carry_out(arguments: &Arguments) -> Tried<Vec<Run>> {
    let seed = arguments.seed.unwrap_or_else(rand::random);
    let program = match &arguments.program {
        Some(program) => program.canonicalize()?,
        None => std::env::current_exe()?.with_file_name("saydo"),
    };
    if !program.exists() {
        return Err(Trouble::Other(format!("{} is not built", program.display())));
    }
    let build = build(&program, arguments.release)?;
    let mut runs = Vec::new();
    for (name, short, long) in RUNS {
        if arguments.only.is_empty() || arguments.only.contains(&name) {
            let times = arguments.times.unwrap_or(if arguments.short { short } else { long });
            runs.push(one(name, program.clone(), build, times, seed).await?);
        }
    }
    Ok(runs)
}

async fn one(name: Name, program: PathBuf, build: Build, times: u32, seed: u64) -> Tried<Run> {
    let engine = match name {
        Name::Sqlite | Name::SqliteBackups => Engine::Sqlite,
        Name::Outages => Engine::postgres(Durability::OfDisk).await?,
        _ => Engine::postgres(Durability::OfProcess).await?,
    };
    let scene = Scene::new(program, engine).await?;
    match name {
        Name::Sqlite => kills("SQLite, server killed", &scene, build, times, seed).await,
        Name::SqliteBackups => backups("SQLite, backups under load", &scene, build, times, seed).await,
        Name::Postgres => kills("PostgreSQL, server killed", &scene, build, times, seed).await,
        Name::Outages => outages("PostgreSQL stopped", &scene, times, seed).await,
        Name::Replicas => replicas("three replicas, one killed", &scene, times, seed).await,
        Name::Races => races("one key, three replicas", &scene, times, seed).await,
        Name::PostgresBackups => backups("PostgreSQL, backups under load", &scene, build, times, seed).await,
    }
}

/// Whether the program has failpoints, by the name of the variable that sets them.
fn build(program: &Path, release: bool) -> Tried<Build> {
    const VARIABLE: &[u8] = b"SAYDO_FAILPOINT";
    let has_failpoints = std::fs::read(program)?.windows(VARIABLE.len()).any(|bytes| bytes == VARIABLE);
    match (has_failpoints, release) {
        (true, true) => Err(Trouble::Other("there are failpoints in a program for people".to_owned())),
        (true, false) => Ok(Build::Debug),
        (false, _) => Ok(Build::Release),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    const NAMES: [&str; 2] = ["SAYDO_FAILPOINT", "after_commit"];

    /// What the compiler makes of the failpoints.
    fn compiled(debug_assertions: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let object = folder.path().join("failpoint.o");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/src/failpoint.rs");
        let mut compiler = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        compiler.args(["--edition", "2024", "--crate-type", "lib", "--emit", "obj", "-O", "-C"]);
        compiler.arg(format!("debug-assertions={debug_assertions}")).arg("-o").arg(&object).arg(source);
        assert!(compiler.status().unwrap().success());
        std::fs::read(object).unwrap()
    }

    #[test]
    fn a_release_has_no_failpoints() {
        let has = |object: &[u8], name: &str| object.windows(name.len()).any(|bytes| bytes == name.as_bytes());
        let (debug, release) = (compiled("on"), compiled("off"));
        assert!(NAMES.iter().all(|name| has(&debug, name)));
        assert!(NAMES.iter().all(|name| !has(&release, name)));
    }
}
