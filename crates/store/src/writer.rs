//! SQLite's one writer: takes jobs from a queue and commits those that wait together in one transaction. And how a
//! single job runs on PostgreSQL, which has as many writers as connections.
//!
//! A commit costs a write to the disk that must be waited for; sharing it between the jobs that are waiting anyway
//! makes writes several times faster under load and costs a lone job nothing. Each job has its own savepoint.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tracing::{Instrument as _, Span};

use crate::{
    Failpoint, StoreError, Tx,
    engine::{Engine, Link},
    notify::{Bells, Rings},
};

/// Jobs that share one commit at most, so that the first of them does not wait long.
const BATCH: usize = 64;

/// Jobs that take longer are logged: while they run nobody else can write.
const SLOW_JOB: Duration = Duration::from_millis(500);

/// What the writer is told.
pub(crate) enum Message {
    Job(Job),
    /// Close the connection and say so.
    Close(oneshot::Sender<()>),
}

/// What a job does, its result types hidden in the answer.
type Run = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Finished> + Send>;

/// A job whose result types were taken out of sight.
pub(crate) struct Job {
    run: Run,
    /// Answers without running.
    refuse: Box<dyn FnOnce(StoreError) + Send>,
    /// When its caller is better told to come back later.
    begin_before: Instant,
}

/// A job that ran; whether its effects stay is decided before anybody is told.
struct Finished {
    keep: bool,
    /// The error after which the database may have rolled everything back by itself.
    broken: Option<StoreError>,
    /// Who is to look, once it is committed.
    rings: Rings,
    answer: Answer,
}

/// Gives the caller its result, or the error that came between.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Wraps a typed job; the receiver gets its result once it is committed.
pub(crate) fn job<T, E, F>(job: F, wait: Duration) -> (Job, oneshot::Receiver<Result<T, E>>)
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let sender = Arc::new(std::sync::Mutex::new(Some(sender)));
    let tell = move |result: Result<T, E>| {
        let sender = sender.lock().ok().and_then(|mut sender| sender.take());
        if let Some(sender) = sender {
            // The caller may have gone away; the job is done all the same.
            let _ = sender.send(result);
        }
    };
    let refuse = tell.clone();
    let asked_by = Span::current();
    let job = Job {
        // What it does belongs to the trace of whoever asked, not to the writer's.
        run: Box::new(move |tx| Box::pin(perform(tx, job, tell).instrument(asked_by))),
        refuse: Box::new(move |error| refuse(Err(E::from(error)))),
        begin_before: Instant::now() + wait,
    };
    (job, receiver)
}

/// Runs a typed job to its end, whatever that is.
async fn perform<T, E, F, S>(tx: &mut Tx, job: F, tell: S) -> Finished
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    S: FnOnce(Result<T, E>) + Send + 'static,
{
    let result = AssertUnwindSafe(async { job(&mut *tx).await }).catch_unwind().await;
    let result = result.unwrap_or_else(|_| {
        tracing::error!("a write job panicked; its effects are rolled back");
        Err(E::from(StoreError::Internal("the job panicked".to_owned())))
    });
    // The end is not Ok if a statement broke the transaction, even if the job thinks so.
    let broken = tx.take_broken();
    let result = match &broken {
        Some(error) if result.is_ok() => Err(E::from(error.clone())),
        _ => result,
    };
    let told = if result.is_ok() { tx.tell().await } else { Ok(()) };
    let broken = broken.or_else(|| tx.take_broken());
    let result = result.and_then(|value| told.map(|()| value).map_err(E::from));
    let (keep, rings) = (result.is_ok(), tx.take_rings());
    let answer = move |end: Result<(), StoreError>| tell(result.and_then(|value| end.map(|()| value).map_err(E::from)));
    Finished { keep, broken, rings, answer: Box::new(answer) }
}

/// Runs a job in a transaction of its own.
pub(crate) async fn alone(engine: Arc<Engine>, job: Job, bells: Bells) {
    let mut tx = match engine.writer().await {
        Ok(link) => Tx::new(link),
        Err(error) => return (job.refuse)(error),
    };
    let done = (job.run)(&mut tx).await;
    let mut link = tx.into_link();
    let end = if done.keep { commit(&mut link).await } else { Ok(()) };
    link.close().await;
    // Also when nobody knows whether it was committed: to look in vain costs little.
    if done.keep {
        bells.ring(&done.rings);
    }
    (done.answer)(end);
}

/// The writer's life: until it is told to close, or the last `Store` is gone.
pub(crate) async fn run(engine: Arc<Engine>, link: Link, mut queue: mpsc::Receiver<Message>, bells: Bells) {
    let mut link = Some(link);
    let mut told = None;
    while let Some(message) = queue.recv().await {
        match message {
            Message::Job(first) => {
                let (rest, close) = batch(&engine, link.take(), first, &mut queue, &bells).await;
                link = rest;
                told = close;
            }
            Message::Close(done) => told = Some(done),
        }
        if told.is_some() {
            queue.close();
            break;
        }
    }
    // Jobs that came in after the word to close.
    while let Some(message) = queue.recv().await {
        if let Message::Job(job) = message {
            (job.refuse)(StoreError::Unavailable("the store is closed".to_owned()));
        }
    }
    if let Some(link) = link {
        link.close().await;
    }
    if let Some(done) = told {
        let _ = done.send(());
    }
}

type Closing = Option<oneshot::Sender<()>>;

/// One transaction with the first job and those waiting behind it. Gives the connection back if it is still good.
async fn batch(
    engine: &Engine,
    link: Option<Link>,
    first: Job,
    queue: &mut mpsc::Receiver<Message>,
    bells: &Bells,
) -> (Option<Link>, Closing) {
    let mut link = match ready(engine, link).await {
        Ok(link) => link,
        Err(error) => {
            (first.refuse)(error);
            return (None, None);
        }
    };
    if let Err(error) = link.begin().await {
        (first.refuse)(error);
        link.close().await;
        return (None, None);
    }
    let mut tx = Tx::new(link);
    let (mut finished, mut rings) = (Vec::new(), Rings::new());
    let mut closing = None;
    let mut end = one(&mut tx, first, &mut finished, &mut rings).await;
    while end.is_ok() && finished.len() < BATCH {
        match queue.try_recv() {
            Ok(Message::Job(next)) => end = one(&mut tx, next, &mut finished, &mut rings).await,
            Ok(Message::Close(done)) => {
                closing = Some(done);
                break;
            }
            Err(_) => break,
        }
    }
    let mut link = tx.into_link();
    if end.is_ok() {
        end = commit(&mut link).await;
    }
    if end.is_ok() {
        engine.shorten_log(&mut link).await;
    }
    let link = if let Err(error) = &end {
        tracing::error!(%error, jobs = finished.len(), "a write transaction failed; reopening the connection");
        // Closing rolls back whatever is still open.
        link.close().await;
        None
    } else {
        bells.ring(&rings);
        Some(link)
    };
    for answer in finished {
        answer(end.clone());
    }
    (link, closing)
}

async fn commit(link: &mut Link) -> Result<(), StoreError> {
    Failpoint::BeforeCommit.pass();
    let end = link.commit().await;
    Failpoint::AfterCommit.pass();
    end
}

async fn ready(engine: &Engine, link: Option<Link>) -> Result<Link, StoreError> {
    match link {
        Some(link) => Ok(link),
        None => engine.writer().await,
    }
}

/// Runs one job in its savepoint. An error here is one that ends the whole transaction.
async fn one(tx: &mut Tx, job: Job, finished: &mut Vec<Answer>, rings: &mut Rings) -> Result<(), StoreError> {
    if job.begin_before < Instant::now() {
        metrics::counter!("saydo_db_pool_timeouts_total").increment(1);
        (job.refuse)(StoreError::Busy);
        return Ok(());
    }
    if let Err(error) = tx.link().savepoint().await {
        (job.refuse)(error.clone());
        return Err(error);
    }
    let began = Instant::now();
    let done = (job.run)(tx).await;
    let elapsed = began.elapsed();
    if elapsed > SLOW_JOB {
        tracing::warn!(elapsed_ms = elapsed.as_millis(), "a write job kept all others waiting");
    }
    finished.push(done.answer);
    if done.keep {
        rings.extend(done.rings);
        return tx.link().keep_savepoint().await;
    }
    // Without a savepoint to go back to, the transaction is gone: the error that broke it says why.
    let undone = tx.link().undo_savepoint().await;
    match done.broken {
        // The connection is as the file was when it was opened: another one may find that it can be written to again.
        Some(error @ StoreError::ReadOnly) => Err(error),
        broken => undone.map_err(|error| broken.unwrap_or(error)),
    }
}
