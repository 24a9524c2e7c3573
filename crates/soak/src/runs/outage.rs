//! PostgreSQL itself stopped at once, as a crash would, and started again, or hanging for a while; the server stays and
//! recovers by itself.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use testbed::Postgres;

use super::end;
use crate::{
    crowd::Crowd,
    report::{Run, bar},
    scene::{Engine, Scene, kill, start},
    trouble::{Tried, Trouble},
};

/// Of so many outages one is a hang.
const HANGS: u32 = 5;

/// Stops the database so often.
pub(crate) async fn outages(name: &str, scene: &Scene, times: u32, seed: u64) -> Tried<Run> {
    let Engine::Postgres(cluster) = &scene.engine else {
        return Err(Trouble::Other("a file cannot be stopped".to_owned()));
    };
    let (begun, mut run, bar) = (Instant::now(), Run::new(name, seed), bar(name, times));
    let mut draw = StdRng::seed_from_u64(seed);
    let running = start(&scene.server).await?;
    let (crowd, mut held) = Crowd::gather(&scene.server.base(), draw.random()).await?;
    for n in 0..times {
        bar.set_message(format!("{} answers, {} findings", crowd.answered(), run.findings.len()));
        drop(held);
        crowd.answers(draw.random_range(5..60)).await?;
        if n % HANGS == HANGS - 1 {
            hang(cluster, &mut run, &mut draw).await?;
        } else {
            stop(cluster, &mut run, &mut draw).await?;
        }
        crowd.answers(1).await?;
        held = crowd.hold().await;
        scene.check(&crowd, &held, &mut run).await?;
        bar.inc(1);
        if run.is_hopeless() {
            break;
        }
    }
    kill(running).await?;
    scene.settled().await?;
    end::conclude(scene, &crowd, &held, &mut run).await?;
    bar.finish_and_clear();
    run.seconds = begun.elapsed().as_secs_f64();
    Ok(run)
}

async fn stop(cluster: &Arc<Postgres>, run: &mut Run, draw: &mut StdRng) -> Tried<()> {
    let database = Arc::clone(cluster);
    tokio::task::spawn_blocking(move || database.stop_immediate()).await?;
    run.death("PostgreSQL stopped at once");
    tokio::time::sleep(Duration::from_millis(draw.random_range(0..1500))).await;
    let database = Arc::clone(cluster);
    tokio::task::spawn_blocking(move || database.start_again()).await?;
    Ok(())
}

/// For longer than the server waits for an answer.
async fn hang(cluster: &Arc<Postgres>, run: &mut Run, draw: &mut StdRng) -> Tried<()> {
    let database = Arc::clone(cluster);
    tokio::task::spawn_blocking(move || database.pause()).await?;
    run.count("hangs of PostgreSQL", 1);
    tokio::time::sleep(Duration::from_millis(draw.random_range(18_000..24_000))).await;
    let database = Arc::clone(cluster);
    tokio::task::spawn_blocking(move || database.resume()).await?;
    Ok(())
}
