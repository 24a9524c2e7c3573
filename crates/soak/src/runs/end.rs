//! How a run ends.

use std::time::{Duration, Instant};

use crate::{
    crowd::{Crowd, Held},
    report::Run,
    scene::{Scene, kill, start},
    trouble::{Tried, Trouble},
    user::Line,
};

/// How long a server may take to start on a loaded machine.
const BOUND: Duration = Duration::from_secs(120);

/// Starts a last server some minutes later, by its clock: turns that died with others are given up then. Everything
/// that has no answer gets one, and all of it is held against the ledger once more.
pub(super) async fn conclude(scene: &Scene, crowd: &Crowd, held: &Held, run: &mut Run) -> Tried<()> {
    let line = crowd.users().first().map(|user| user.line().at(scene.server.base()));
    let Some(line) = line else { return Ok(()) };
    let running = start(&scene.server).await?;
    ready(&line, scene).await?;
    let now: jiff::Timestamp =
        line.time().await?.parse().map_err(|_| Trouble::Other("no time in /health".to_owned()))?;
    kill(running).await?;
    let later = now + jiff::SignedDuration::from_mins(10);
    let running = start(&scene.server.clone().with("SAYDO_NOW", later.to_string())).await?;
    ready(&line, scene).await?;
    let settled = crowd.settle(held).await;
    kill(running).await?;
    settled?;
    scene.settled().await?;
    scene.check(crowd, held, run).await?;
    scene.conclude(&crowd.ledgers(held), run);
    Ok(())
}

/// Waits until a server is ready.
pub(super) async fn ready(line: &Line, scene: &Scene) -> Tried<()> {
    let begun = Instant::now();
    while !line.is_ready().await {
        if begun.elapsed() > BOUND {
            return Err(Trouble::Other(format!("the server does not start:\n{}", scene.log_end())));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
