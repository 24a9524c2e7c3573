//! Telling other processes, by PostgreSQL's NOTIFY.
//!
//! Not in the transactions that write: PostgreSQL lets only one transaction with a notice commit at a time, on the
//! whole server, and the disk is waited for inside. (Measured: 16 writers came to a quarter of their speed.) Right
//! after the commit one task tells all that has gathered, one notice at a time, and waits for no disk. A process that
//! dies in between has told nobody: those who wait find out by their slow look.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{mpsc, oneshot};

use super::ring::{Notice, Ring, Rings};
use crate::{StoreError, engine::Engine, statement::Statement};

/// The one channel.
pub(super) const CHANNEL: &str = "saydo";

/// Wake-ups that may wait to be told; beyond, everybody is.
const GATHERED: usize = 4096;

/// How long the end of the store may wait for the last notice.
const LAST_NOTICE: Duration = Duration::from_secs(2);

#[derive(Debug)]
enum Message {
    Ring(Ring),
    Flush(oneshot::Sender<()>),
}

/// The way to the task that tells others; it ends with the last of these.
#[derive(Debug)]
pub(crate) struct Herald {
    messages: mpsc::Sender<Message>,
    too_many: Arc<AtomicBool>,
}

impl Herald {
    pub(crate) fn start(engine: Arc<Engine>) -> Self {
        let (messages, receiver) = mpsc::channel(GATHERED);
        let too_many = Arc::new(AtomicBool::new(false));
        tokio::spawn(run(engine, receiver, Arc::clone(&too_many)));
        Self { messages, too_many }
    }

    pub(super) fn tell(&self, rings: &Rings) {
        for ring in rings {
            if self.messages.try_send(Message::Ring(*ring)).is_err() {
                self.too_many.store(true, Ordering::Relaxed);
            }
        }
    }

    pub(super) async fn flush(&self) {
        let (done, told) = oneshot::channel();
        let flushed = async {
            if self.messages.send(Message::Flush(done)).await.is_ok() {
                // An error means that there is nobody left to tell it.
                let _ = told.await;
            }
        };
        if tokio::time::timeout(LAST_NOTICE, flushed).await.is_err() {
            tracing::warn!("other processes were not told of the last changes; they see them when they look");
        }
    }
}

async fn run(engine: Arc<Engine>, mut messages: mpsc::Receiver<Message>, too_many: Arc<AtomicBool>) {
    let mut gathered = Vec::new();
    while messages.recv_many(&mut gathered, GATHERED).await > 0 {
        let (mut rings, mut waiting) = (Rings::new(), Vec::new());
        for message in gathered.drain(..) {
            match message {
                Message::Ring(ring) => drop(rings.insert(ring)),
                Message::Flush(done) => waiting.push(done),
            }
        }
        let notice = if too_many.swap(false, Ordering::Relaxed) { Notice::All } else { Notice::of(rings) };
        if notice != Notice::These(Rings::new())
            && let Err(error) = notify(&engine, &notice).await
        {
            tracing::warn!(%error, "other processes could not be told of a change; they see it when they look");
            // The next one makes up for it.
            too_many.store(true, Ordering::Relaxed);
        }
        for done in waiting {
            let _ = done.send(());
        }
    }
}

/// Sends one notice, in a transaction that waits for no disk: there is nothing in it to lose.
pub(super) async fn notify(engine: &Engine, notice: &Notice) -> Result<(), StoreError> {
    const SQL: &str = "SELECT set_config('synchronous_commit', 'off', TRUE), pg_notify($1, $2)";
    let mut link = engine.writer().await?;
    let told = link.row(Statement::system("system.notify", SQL).bind(CHANNEL).bind(notice.text())).await;
    let told = match told {
        Ok(_) => link.commit().await,
        Err(error) => Err(error),
    };
    link.close().await;
    told
}
