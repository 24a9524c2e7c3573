//! Lending PostgreSQL connections, each inside a transaction; and saying soon that the server is away.
//!
//! A pool waits as long for a server that is away as for one that is busy. Whoever waits for a connection therefore asks
//! now and then whether the server can be reached at all.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgPool, Postgres, SqlSafeStr as _, Transaction,
    pool::{MaybePoolConnection, PoolConnection},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{sync::Mutex, time::Instant};

use super::{
    again::{self, Failure},
    lent::Lent,
};
use crate::{StoreError, classify::classify};

/// How long the server may take to take a connection before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// For how long the server counts as there once it took a connection, and as away once it did not.
const FRESH: (Duration, Duration) = (Duration::from_secs(1), Duration::from_millis(50));

/// The connections to one database. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    pool: PgPool,
    server: Arc<Server>,
    patience: Duration,
}

impl Connections {
    /// `patience` is how long an answer may take.
    pub(super) fn new(pool: PgPoolOptions, options: PgConnectOptions, patience: Duration) -> Self {
        let server = Server { options: options.clone(), last: Mutex::new(None) };
        Self { pool: pool.connect_lazy_with(options), server: Arc::new(server), patience }
    }

    pub(super) const fn patience(&self) -> Duration {
        self.patience
    }

    pub(super) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Begins a transaction in which no answer is waited for longer than the patience lasts.
    pub(super) async fn lend(&self, sql: &str) -> Result<Lent, StoreError> {
        let patience = self.patience;
        self.begin_by(|connection| Box::pin(Lent::begin(connection, sql.to_owned(), patience))).await
    }

    /// Begins a transaction that may take as long as it takes.
    pub(super) async fn begin(&self, sql: &str) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.begin_by(|connection| {
            let (connection, sql) = (MaybePoolConnection::PoolConnection(connection), AssertSqlSafe(sql.to_owned()));
            Transaction::begin(connection, Some(sql.into_sql_str()))
        })
        .await
    }

    /// A connection that cannot be had, or turns out to be dead, is tried again: nothing has been asked of it yet.
    async fn begin_by<T: Send + 'static>(
        &self,
        begin: impl Fn(PoolConnection<Postgres>) -> BoxFuture<'static, Result<T, sqlx::Error>> + Send + Sync,
    ) -> Result<T, StoreError> {
        let since = Instant::now();
        // Whoever waited in vain for an answer has waited enough.
        again::until_done(|| self.begin_once(&begin), || since.elapsed() >= self.patience).await
    }

    async fn begin_once<T: Send + 'static>(
        &self,
        begin: &(impl Fn(PoolConnection<Postgres>) -> BoxFuture<'static, Result<T, sqlx::Error>> + Send + Sync),
    ) -> Result<T, Failure> {
        let connection = tokio::select! {
            connection = self.pool.acquire() => connection.map_err(|error| self.failure(&error))?,
            // It was tried often enough already.
            error = self.server.away() => return Err(Failure::Final(error)),
        };
        // In its own task: a caller that goes away in here would leave a connection inside a transaction that the
        // pool knows nothing of (sqlx#4393).
        match tokio::spawn(begin(connection)).await {
            Ok(begun) => begun.map_err(|error| self.failure(&error)),
            Err(error) => Err(Failure::Final(StoreError::Internal(error.to_string()))),
        }
    }

    fn failure(&self, error: &sqlx::Error) -> Failure {
        match classify(error) {
            error @ StoreError::Unavailable(_) if !self.pool.is_closed() => Failure::Passing(error),
            error => Failure::Final(error),
        }
    }
}

/// Whether the server can be reached.
#[derive(Debug)]
struct Server {
    options: PgConnectOptions,
    /// When it was tried last, and what came of it.
    last: Mutex<Option<(Instant, Result<(), StoreError>)>>,
}

impl Server {
    /// Comes back when the server could not be reached as often as anything is tried again, or did not answer once;
    /// else never.
    async fn away(&self) -> StoreError {
        let (mut failed, mut there) = (0, Instant::now());
        loop {
            again::pause(failed).await;
            match self.reach().await {
                Ok(()) => (failed, there) = (0, Instant::now()),
                Err(error) if failed + 1 == again::TIMES || there.elapsed() >= PATIENCE => return error,
                Err(_) => failed += 1,
            }
        }
    }

    /// Tries to connect; all who ask at the same time share the answer.
    async fn reach(&self) -> Result<(), StoreError> {
        let mut last = self.last.lock().await;
        if let Some((when, result)) = &*last
            && when.elapsed() < if result.is_ok() { FRESH.0 } else { FRESH.1 }
        {
            return result.clone();
        }
        let result = match tokio::time::timeout(PATIENCE, self.options.connect()).await {
            Ok(Ok(connection)) => connection.close().await.map_err(|error| classify(&error)),
            Ok(Err(error)) => Err(classify(&error)),
            Err(_) => Err(StoreError::Unavailable("the server does not answer".to_owned())),
        };
        // One that says it is busy, or that lets nobody else in, is there: the wait goes on.
        let result = if matches!(result, Err(StoreError::Unavailable(_))) { result } else { Ok(()) };
        *last = Some((Instant::now(), result.clone()));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Connections to a server whose socket is not there, as while it restarts: that is known at once.
    fn to_nobody() -> Connections {
        let options = PgConnectOptions::new_without_pgpass().socket("/nowhere");
        Connections::new(PgPoolOptions::new(), options, Duration::from_secs(30))
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_is_away_is_tried_three_times_again() {
        let mut took = Vec::new();
        for _ in 0..50 {
            let connections = to_nobody();
            let since = Instant::now();
            assert!(matches!(connections.lend("BEGIN").await, Err(StoreError::Unavailable(_))));
            took.push(since.elapsed().as_millis());
            let since = Instant::now();
            assert!(matches!(connections.server.away().await, StoreError::Unavailable(_)));
            took.push(since.elapsed().as_millis());
        }
        // 100, 200 and 400 ms, each by half shorter to by half longer.
        assert!(took.iter().all(|took| (350..=1055).contains(took)), "{took:?}");
        assert!(took.iter().min() < took.iter().max(), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_pool_that_is_closed() {
        let connections = to_nobody();
        connections.pool().close().await;
        let since = Instant::now();
        assert!(matches!(connections.lend("BEGIN").await, Err(StoreError::Unavailable(_))));
        assert_eq!(since.elapsed(), Duration::ZERO);
    }
}
