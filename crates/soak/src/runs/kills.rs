//! One server, killed over and over: at random, while it starts, at named failpoints, while it folds its log in.

use std::time::{Duration, Instant, SystemTime};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use testbed::Saydo;

use super::end;
use crate::{
    crowd::Crowd,
    report::{Run, bar},
    scene::{Engine, Scene, kill, start, wait_for_end},
    trouble::Tried,
};

/// How long a failpoint is waited for.
const BOUND: Duration = Duration::from_secs(60);
/// How long the log is waited for to be folded in, before the server is killed anyway.
const FOLDING: Duration = Duration::from_secs(20);

/// Which kinds of death are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// A debug build: it has failpoints.
    Debug,
    /// A release build.
    Release,
}

/// A way for a server to end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Death {
    /// After so many answers, at any moment.
    Random,
    /// Before it is ready, or soon after.
    Starting,
    /// By itself, at the n-th passing of a failpoint.
    Failpoint(&'static str, u32),
    /// When SQLite writes its log into the database file.
    Folding,
}

/// How deaths follow each other; the first of all is that of the first start, in the middle of its migrations.
fn death(at: u32, build: Build, engine: &Engine, draw: &mut StdRng) -> Death {
    let folding = if matches!(engine, Engine::Sqlite) { Death::Folding } else { Death::Random };
    if build == Build::Release {
        return match at % 8 {
            3 => Death::Starting,
            6 => folding,
            _ => Death::Random,
        };
    }
    match at {
        0 => Death::Failpoint("migrating", 1),
        _ => match at % 10 {
            1 => Death::Failpoint("before_commit", draw.random_range(1..20)),
            2 | 5 | 9 => Death::Random,
            3 => Death::Failpoint("after_commit", draw.random_range(1..20)),
            4 => Death::Failpoint("turn_begun", draw.random_range(1..4)),
            6 => Death::Failpoint("between_rounds", draw.random_range(1..4)),
            7 => Death::Starting,
            8 => folding,
            _ => Death::Failpoint("after_commit", 1),
        },
    }
}

/// Kills a server so often.
pub(crate) async fn kills(name: &str, scene: &Scene, build: Build, times: u32, seed: u64) -> Tried<Run> {
    let (begun, mut run, bar) = (Instant::now(), Run::new(name, seed), bar(name, times));
    let mut draw = StdRng::seed_from_u64(seed);
    let (crowd, mut held) = Crowd::gather(&scene.server.base(), draw.random()).await?;
    for at in 0..times {
        let death = death(at, build, &scene.engine, &mut draw);
        bar.set_message(format!("{death:?}, {} answers, {} findings", crowd.answered(), run.findings.len()));
        let server = match &death {
            Death::Failpoint(name, count) => scene.server.clone().with("SAYDO_FAILPOINT", format!("{name}:{count}")),
            _ => scene.server.clone(),
        };
        drop(held);
        let kind = die(&death, &server, &crowd, &mut draw, &mut run).await?;
        held = crowd.hold().await;
        run.death(&kind);
        scene.settled().await?;
        scene.check(&crowd, &held, &mut run).await?;
        bar.inc(1);
        if run.is_hopeless() {
            break;
        }
    }
    end::conclude(scene, &crowd, &held, &mut run).await?;
    bar.finish_and_clear();
    run.seconds = begun.elapsed().as_secs_f64();
    Ok(run)
}

/// Lets a server live until it dies; says how it did.
async fn die(death: &Death, server: &Saydo, crowd: &Crowd, draw: &mut StdRng, run: &mut Run) -> Tried<String> {
    let jitter = Duration::from_micros(draw.random_range(0..3000));
    let running = start(server).await?;
    match death {
        Death::Random => {
            crowd.answers(draw.random_range(1..60)).await?;
            tokio::time::sleep(jitter).await;
            kill(running).await?;
            Ok("at random".to_owned())
        }
        Death::Starting => {
            tokio::time::sleep(jitter * 100).await;
            kill(running).await?;
            Ok("while starting".to_owned())
        }
        Death::Folding => {
            let folded = folding(server).await?;
            kill(running).await?;
            Ok(if folded { "while folding the log in" } else { "at random" }.to_owned())
        }
        Death::Failpoint(name, _) => {
            if !wait_for_end(running, BOUND).await? {
                run.findings.push(format!("the failpoint {name} was never reached"));
            }
            Ok(format!("at {name}"))
        }
    }
}

/// Waits until the database file itself is written to, which only a checkpoint does.
async fn folding(server: &Saydo) -> Tried<bool> {
    let file = server.folder().join("saydo.db");
    let written = || file.metadata().and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    // Its own recovery, when it starts, is one: any will do.
    let (before, begun) = (written(), Instant::now());
    while begun.elapsed() < FOLDING {
        if written() != before {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(false)
}
