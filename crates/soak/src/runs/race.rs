//! One idempotency key sent to three servers at the same time, several times to each: one effect, one answer.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::replicas::Replicas;
use crate::{
    check,
    ledger::{Ledger, Pending},
    report::{Run, bar},
    scene::Scene,
    trouble::{Tried, Trouble},
    user::{Answer, Came, Line, next},
};

/// Requests to each server.
const EACH: usize = 3;
/// Users who race at the same time.
const USERS: usize = 4;
/// Sendings after which it is not a race but a server that does not answer.
const ENOUGH: u32 = 500;

/// Races keys over three servers, so many in all.
pub(crate) async fn races(name: &str, scene: &Scene, times: u32, seed: u64) -> Tried<Run> {
    let (begun, mut run, bar) = (Instant::now(), Run::new(name, seed), bar(name, times));
    let replicas = Replicas::start(scene).await?;
    let bases: Vec<String> = replicas.servers.iter().map(|(server, _)| server.base()).collect();
    let each = times.div_ceil(u32::try_from(USERS).unwrap_or(1));
    let user = |place: usize| {
        let (bases, bar) = (bases.clone(), bar.clone());
        async move {
            let mut draw = StdRng::seed_from_u64(seed.wrapping_add(place as u64));
            let mut racer = Racer::new(place, &bases)?;
            for _ in 0..each {
                racer.race(&mut draw).await?;
                bar.inc(1);
            }
            Ok::<Racer, Trouble>(racer)
        }
    };
    let racers: Vec<Racer> = join_all((0..USERS).map(user)).await.into_iter().collect::<Tried<_>>()?;
    replicas.end().await?;
    scene.settled().await?;
    let (everything, faults) = scene.look().await?;
    run.findings.extend(faults);
    let mut ledgers = Vec::new();
    for racer in racers {
        run.findings.extend(racer.ledger.findings.iter().cloned());
        run.count("requests with a key that others had too", racer.sent);
        run.count("answers", racer.answers);
        run.count("sent away because the first was at work", racer.sent - racer.answers);
        ledgers.push(racer.ledger);
    }
    run.findings.extend(check::all(&ledgers, &everything));
    run.checks += 1;
    scene.conclude(&ledgers, &mut run);
    bar.finish_and_clear();
    run.seconds = begun.elapsed().as_secs_f64();
    Ok(run)
}

/// A user who sends everything to everybody.
struct Racer {
    ledger: Ledger,
    lines: Vec<Line>,
    sent: u64,
    answers: u64,
}

impl Racer {
    fn new(place: usize, bases: &[String]) -> Tried<Self> {
        let name = format!("soak-{place}");
        let lines = bases.iter().map(|base| Line::new(base.clone(), &name)).collect::<Tried<_>>()?;
        Ok(Self { ledger: Ledger::new(name, place), lines, sent: 0, answers: 0 })
    }

    async fn race(&mut self, draw: &mut StdRng) -> Tried<()> {
        let ask = next(&self.ledger, draw);
        self.ledger.ask(ask);
        let Some(pending) = self.ledger.pending.clone() else { return Ok(()) };
        let first = draw.random_range(0..self.lines.len());
        let order = self.lines[first..].iter().chain(&self.lines[..first]);
        let all = order.cycle().take(EACH * self.lines.len()).map(|line| until_answered(line, &pending));
        let mut answers: Vec<Answer> = Vec::new();
        for (answer, sent) in join_all(all).await.into_iter().collect::<Tried<Vec<_>>>()? {
            self.sent += u64::from(sent);
            self.answers += 1;
            answers.push(answer);
        }
        let Some(one) = answers.first().cloned() else { return Ok(()) };
        if let Some(other) = answers.iter().find(|other| !other.is_same(&one)) {
            let finding = format!("{} has two answers: {} and {}", pending.key, one.body, other.body);
            self.ledger.findings.push(finding);
        }
        self.ledger.answered(&one);
        if self.ledger.pending.take().is_some() {
            return Err(Trouble::Other(self.ledger.findings.join("\n")));
        }
        Ok(())
    }
}

/// Sends a request until it is answered; says how often.
async fn until_answered(line: &Line, pending: &Pending) -> Tried<(Answer, u32)> {
    for sent in 1..ENOUGH {
        match line.send(pending, 0).await {
            Came::Answer(answer) => return Ok((answer, sent)),
            Came::Wrong(what) => return Err(Trouble::Other(what)),
            Came::Cut | Came::Nothing => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    Err(Trouble::Other(format!("{} is never answered", pending.key)))
}
