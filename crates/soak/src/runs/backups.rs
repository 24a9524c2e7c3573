//! Backups made and restored while users work: each holds what everybody was promised up to some moment. Some are cut
//! off in the middle, which must not be in the way of the next.

use std::{process::Command, time::Instant};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use testbed::Saydo;

use super::{end, kills::Build};
use crate::{
    check,
    crowd::Crowd,
    facts::{Everything, Postgres, Source as _, Sqlite},
    report::{Run, bar},
    scene::{Engine, Scene, kill, start},
    trouble::{Tried, Trouble},
    user::Line,
};

/// Makes and restores so many backups.
pub(crate) async fn backups(name: &str, scene: &Scene, build: Build, times: u32, seed: u64) -> Tried<Run> {
    let (begun, mut run, bar) = (Instant::now(), Run::new(name, seed), bar(name, times));
    let mut draw = StdRng::seed_from_u64(seed);
    let running = start(&scene.server).await?;
    let (crowd, held) = Crowd::gather(&scene.server.base(), draw.random()).await?;
    drop(held);
    let folder = scene.spare("backups");
    for at in 0..times {
        bar.set_message(format!("{} answers, {} findings", crowd.answered(), run.findings.len()));
        crowd.answers(draw.random_range(20..100)).await?;
        if build == Build::Debug {
            let point = if at % 2 == 0 { "backup_copied" } else { "backup_unnamed" };
            let dies = scene.server.clone().with("SAYDO_FAILPOINT", point);
            if told(dies.command(&["backup", "create", "--dir", &folder.to_string_lossy()])).await.is_ok() {
                run.findings.push(format!("a backup did not die at {point}"));
            }
            run.death(&format!("backup at {point}"));
        }
        told(scene.server.command(&["backup", "create", "--dir", &folder.to_string_lossy()])).await?;
        let restored = scene.restored(at).await?;
        told(restored.command(&["backup", "restore", "latest", "--dir", &folder.to_string_lossy()])).await?;
        let (everything, faults) = look(scene, &restored, at).await?;
        let held = crowd.hold().await;
        let ledgers = crowd.ledgers(&held);
        drop(held);
        run.findings.extend(faults);
        run.findings.extend(tokio::task::spawn_blocking(move || check::prefix(&ledgers, &everything)).await?);
        run.findings.extend(crowd.take_findings());
        run.checks += 1;
        run.count("backups restored", 1);
        opens(&restored, scene).await?;
        bar.inc(1);
        if run.is_hopeless() {
            break;
        }
    }
    let held = crowd.hold().await;
    kill(running).await?;
    scene.settled().await?;
    end::conclude(scene, &crowd, &held, &mut run).await?;
    bar.finish_and_clear();
    run.seconds = begun.elapsed().as_secs_f64();
    Ok(run)
}

/// What a restored database holds.
async fn look(scene: &Scene, restored: &Saydo, at: u32) -> Tried<(Everything, Vec<String>)> {
    match &scene.engine {
        Engine::Sqlite => {
            let mut copy = Sqlite::copy(&restored.folder().join("saydo.db")).await?;
            Ok((copy.everything().await?, copy.faults().await?))
        }
        Engine::Postgres(cluster) => {
            let mut database = Postgres::open(&cluster.url(&Scene::restored_name(at), "postgres")).await?;
            Ok((database.everything().await?, database.faults().await?))
        }
    }
}

/// A server starts on it.
async fn opens(restored: &Saydo, scene: &Scene) -> Tried<()> {
    let running = start(restored).await?;
    let ready = end::ready(&Line::new(restored.base(), "soak-0")?, scene).await;
    kill(running).await?;
    ready
}

/// Runs a command; says what it said when it failed.
async fn told(mut command: Command) -> Tried<()> {
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(Trouble::Other(said())) }
}
