//! Three servers on one PostgreSQL behind HAProxy, one of them killed over and over; the users only know HAProxy.

use std::time::Instant;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use testbed::{HaProxy, Running, Saydo};

use super::end;
use crate::{
    crowd::Crowd,
    report::{Run, bar},
    scene::{Scene, kill, start},
    trouble::{Tried, Trouble},
    user::Line,
};

/// Servers at the same time.
const REPLICAS: usize = 3;

/// The servers, each with a way to ask it.
pub(super) struct Replicas {
    pub(super) servers: Vec<(Saydo, Line)>,
    running: Vec<Option<Running>>,
}

impl Replicas {
    /// Starts them, on an empty database at once: one of them makes its tables.
    pub(super) async fn start(scene: &Scene) -> Tried<Self> {
        let mut servers = vec![scene.server.clone()];
        for number in 1..REPLICAS {
            servers.push(scene.replica(number)?);
        }
        let mut running = Vec::new();
        for server in &servers {
            running.push(Some(start(server).await?));
        }
        let line = |server: Saydo| Ok((Line::new(server.base(), "soak-0")?, server));
        let servers: Vec<(Line, Saydo)> = servers.into_iter().map(line).collect::<Tried<_>>()?;
        let servers: Vec<(Saydo, Line)> = servers.into_iter().map(|(line, server)| (server, line)).collect();
        for (_, line) in &servers {
            end::ready(line, scene).await?;
        }
        Ok(Self { servers, running })
    }

    /// Kills one.
    async fn kill(&mut self, at: usize) -> Tried<()> {
        match self.running[at].take() {
            Some(running) => kill(running).await.map(drop),
            None => Err(Trouble::Other("it is dead already".to_owned())),
        }
    }

    /// Starts one again, and waits for it.
    async fn revive(&mut self, at: usize, scene: &Scene) -> Tried<()> {
        let (server, line) = &self.servers[at];
        self.running[at] = Some(start(server).await?);
        end::ready(line, scene).await
    }

    /// Ends all of them.
    pub(super) async fn end(mut self) -> Tried<()> {
        for running in self.running.drain(..).flatten() {
            kill(running).await?;
        }
        Ok(())
    }
}

/// Kills one of the replicas so often.
pub(crate) async fn replicas(name: &str, scene: &Scene, times: u32, seed: u64) -> Tried<Run> {
    let (begun, mut run, bar) = (Instant::now(), Run::new(name, seed), bar(name, times));
    let mut draw = StdRng::seed_from_u64(seed);
    let mut replicas = Replicas::start(scene).await?;
    let ports: Vec<u16> = replicas.servers.iter().map(|(server, _)| server.port()).collect();
    let proxy = tokio::task::spawn_blocking(move || HaProxy::start(&ports)).await?;
    let (crowd, mut held) = Crowd::gather(&proxy.base(), draw.random()).await?;
    for _ in 0..times {
        bar.set_message(format!("{} answers, {} findings", crowd.answered(), run.findings.len()));
        drop(held);
        crowd.answers(draw.random_range(5..60)).await?;
        let at = draw.random_range(0..REPLICAS);
        replicas.kill(at).await?;
        run.death("one of three killed at random");
        // The others go on without it.
        crowd.answers(draw.random_range(1..40)).await?;
        held = crowd.hold().await;
        scene.check(&crowd, &held, &mut run).await?;
        replicas.revive(at, scene).await?;
        bar.inc(1);
        if run.is_hopeless() {
            break;
        }
    }
    replicas.end().await?;
    scene.settled().await?;
    end::conclude(scene, &crowd, &held, &mut run).await?;
    bar.finish_and_clear();
    run.seconds = begun.elapsed().as_secs_f64();
    Ok(run)
}
