//! The door of this crate: open, read, write.

use std::{num::NonZeroU32, sync::Arc};

use futures_util::future::BoxFuture;
use saydo_domain::UserId;
use tokio::sync::mpsc;

use crate::{
    Conn, StoreConfig, StoreError, Tx,
    engine::Engine,
    notify::{self, Bells, Hearing, Herald, Signal, Watcher},
    writer,
};

/// The database. Cheap to clone; all clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    engine: Arc<Engine>,
    /// The way to the one writer, where there is just one.
    writer: Option<mpsc::Sender<writer::Message>>,
    bells: Bells,
    config: StoreConfig,
}

/// How the connections are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// Open connections, those that write included.
    pub size: u32,
    /// Connections waiting for work.
    pub idle: u32,
    /// Connections at work.
    pub in_use: u32,
    /// The most connections there can be.
    pub max: u32,
    /// Jobs waiting for the one writer.
    pub queued_writes: u32,
}

impl Store {
    /// Opens the database; for SQLite, an empty file (readable by its owner only) is made if there is none.
    ///
    /// It does not migrate: see [`Self::migrate_up`] and [`Self::check_schema`].
    ///
    /// # Errors
    /// [`StoreError::Config`] for an unusable place or library, [`StoreError::Unavailable`] when it cannot be opened.
    pub async fn open(config: StoreConfig) -> Result<Self, StoreError> {
        let (engine, connection) = Engine::open(&config).await?;
        let (engine, bells) = (Arc::new(engine), Bells::default());
        if let Engine::Postgres(_) = &*engine {
            bells.tell_by(Herald::start(Arc::clone(&engine)));
        }
        let writer = connection.map(|connection| {
            let (sender, receiver) = mpsc::channel(config.write_queue.max(1));
            tokio::spawn(writer::run(Arc::clone(&engine), connection, receiver, bells.clone()));
            sender
        });
        Ok(Self { inner: Arc::new(Inner { engine, writer, bells, config }) })
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// How much of one person's may be changed on a day, if that is bounded.
    pub(crate) fn changes_per_day(&self) -> Option<NonZeroU32> {
        self.inner.config.changes_per_day
    }

    /// Lends a connection that reads. Each statement sees what was committed when it began.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when none gets free in time.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        Ok(Conn::new(self.inner.engine.reader().await?))
    }

    /// Lends a connection whose statements all see the database as of its first one: for exports.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when none gets free in time.
    pub async fn snapshot(&self) -> Result<Conn, StoreError> {
        Ok(Conn::new(self.inner.engine.snapshot().await?))
    }

    /// Runs a job in a transaction and answers once it is committed, safely on disk.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use saydo_store::{Store, StoreConfig, StoreError};
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("saydo.db");
    /// let store = Store::open(StoreConfig::new(file.to_string_lossy())).await?;
    /// store.migrate_up().await?;
    /// let removed: Result<u64, StoreError> =
    ///     store.write(|tx| Box::pin(async move { tx.trash_purge(jiff::Timestamp::UNIX_EPOCH, 10).await })).await;
    /// assert_eq!(removed?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The contract:
    /// - **All or nothing.** `Ok` from here means everything the job wrote is durable. An `Err` – the job's own, or a
    ///   failed commit – means that nothing of it is stored; only after [`StoreError::CommitUnknown`] it may be. A job
    ///   that panics is an `Err` too.
    /// - **One at a time.** Jobs of one user run one after the other, each seeing all that earlier ones wrote: what a
    ///   job reads of its user's rows cannot change before it writes. On SQLite that holds for all jobs: those that
    ///   wait at the same time share one commit (group commit), but each stands on its own and one that fails does
    ///   not harm its neighbours. On PostgreSQL a user's turn begins with the first statement about that user, and
    ///   lasts to the end of the job, on all replicas.
    /// - **Runs to its end.** Once begun it runs to its end even if the caller stops waiting.
    /// - **Only the store.** A job waits for nothing but `tx`: everybody else's writes wait for it. Models, networks,
    ///   password hashes come before or after. Nor does it call `write` again, which would wait for itself.
    /// - **An error of `tx` ends the job.** Except for [`StoreError::Conflict`], [`StoreError::Reference`] and
    ///   [`StoreError::Decode`], the transaction is over: every later statement fails and so does the job.
    ///
    /// # Errors
    /// The job's; or, through `E::from`, [`StoreError::Busy`] when it could not begin within `acquire_timeout`,
    /// and whatever the commit says.
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let wait = self.inner.config.acquire_timeout;
        let most = self.inner.config.changes_per_day;
        let (job, answer) = writer::job(
            move |tx| {
                tx.outbox.bound(most);
                job(tx)
            },
            wait,
        );
        if let Some(writer) = &self.inner.writer {
            match tokio::time::timeout(wait, writer.send(writer::Message::Job(job))).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(E::from(StoreError::Unavailable("the store is closed".to_owned()))),
                Err(_) => {
                    metrics::counter!("saydo_db_pool_timeouts_total").increment(1);
                    return Err(E::from(StoreError::Busy));
                }
            }
        } else {
            // On a task of its own: a caller that goes away must not leave a transaction half done (sqlx#4393).
            tokio::spawn(writer::alone(Arc::clone(&self.inner.engine), job, self.inner.bells.clone()));
        }
        answer.await.unwrap_or_else(|_| Err(E::from(StoreError::Unavailable("the writer has stopped".to_owned()))))
    }

    /// Sees to it that what was deleted is soon nowhere in the files: SQLite's write-ahead log still has it. PostgreSQL
    /// clears up by itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_deleted(&self) -> Result<(), StoreError> {
        self.engine().empty_log();
        // The writer does it at the end of its work: this gives it some.
        self.write(|_| Box::pin(async { Ok(()) })).await
    }

    /// Waits for wake-ups of one kind about one person, from this process and from others. The first who waits makes
    /// this process listen to others; with PostgreSQL on a connection of its own.
    #[must_use]
    pub fn watch(&self, signal: Signal, user: &UserId) -> Watcher {
        self.listen();
        self.inner.bells.watch(signal, user)
    }

    /// Begins to hear of what other processes do, if that was not begun.
    pub fn listen(&self) {
        let engine = &self.inner.engine;
        self.inner.bells.hear_by(|bells| match &**engine {
            Engine::Sqlite(_) => tokio::spawn(notify::look(bells)).abort_handle(),
            Engine::Postgres(postgres) => {
                tokio::spawn(notify::listen(bells, Arc::clone(engine), postgres.listening())).abort_handle()
            }
        });
    }

    /// How this process hears of what others do.
    #[must_use]
    pub fn hearing(&self) -> Hearing {
        self.inner.bells.hearing()
    }

    /// How the connections are doing.
    #[must_use]
    pub fn pool_status(&self) -> PoolStatus {
        let queued = self.inner.writer.as_ref().map_or(0, |writer| writer.max_capacity() - writer.capacity());
        self.inner.engine.status(u32::try_from(queued).unwrap_or(u32::MAX))
    }

    /// Finishes the jobs that are begun, then closes all connections; later calls fail.
    pub async fn close(&self) {
        if let Some(writer) = &self.inner.writer {
            let (done, closed) = tokio::sync::oneshot::channel();
            if writer.send(writer::Message::Close(done)).await.is_ok() {
                // An error means that the writer is gone already, which is what is wanted.
                let _ = closed.await;
            }
        }
        self.inner.bells.close();
        self.inner.bells.flush().await;
        self.inner.engine.close().await;
    }
}
