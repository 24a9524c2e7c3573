//! Opening PostgreSQL: the pool, what its connections are like, and which servers are too old.

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions as _, PgConnection, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{
    again::chance,
    connections::Connections,
    session::{Kind, Session},
};
use crate::{PoolStatus, StoreConfig, StoreError, classify::classify};

/// PostgreSQL 14, as the server numbers itself.
const OLDEST_SERVER: i32 = 140_000;

/// The opened database.
#[derive(Debug)]
pub(crate) struct PostgresEngine {
    connections: Connections,
    acquire_timeout: Duration,
    /// Whether the server may keep statements under a name: not behind a PgBouncer that does not know them.
    named: bool,
    /// The way to the server on which notices are heard.
    listening: PgConnectOptions,
}

impl PostgresEngine {
    /// Connects once, to see that there is a server and that it is new enough.
    pub(super) async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let connections = Connections::new(pool(config), options(&config.url_or_path)?, config.answer_timeout);
        let named = !config.url_or_path.contains("statement-cache-capacity=0");
        let listening = options(config.listen_url.as_deref().unwrap_or(&config.url_or_path))?;
        let engine = Self { connections, acquire_timeout: config.acquire_timeout, named, listening };
        engine.check_server().await?;
        Ok(engine)
    }

    /// One connection of a name of its own, beside the server's: for copying and restoring.
    pub(crate) async fn open_apart(config: &StoreConfig, application: &str) -> Result<Self, StoreError> {
        let config = StoreConfig { pool_size: 0, max_overflow: 1, ..config.clone() };
        let options = options(&config.url_or_path)?.application_name(application);
        let named = !config.url_or_path.contains("statement-cache-capacity=0");
        let connections = Connections::new(pool(&config), options.clone(), config.answer_timeout);
        let engine = Self { connections, acquire_timeout: config.acquire_timeout, named, listening: options };
        engine.check_server().await?;
        Ok(engine)
    }

    /// A transaction of everybody's rows that may take as long as it takes.
    pub(crate) async fn begin_system(&self, sql: &str) -> Result<Transaction<'static, Postgres>, StoreError> {
        const SYSTEM: &str = "SELECT set_config('saydo.role', 'system', TRUE), \
             set_config('statement_timeout', '0', TRUE), \
             set_config('idle_in_transaction_session_timeout', '0', TRUE)";
        let mut transaction = self.connections.begin(sql).await?;
        sqlx::raw_sql(SYSTEM).execute(&mut *transaction).await.map_err(|error| classify(&error))?;
        Ok(transaction)
    }

    async fn check_server(&self) -> Result<(), StoreError> {
        const SQL: &str = "SELECT CAST(current_setting('server_version_num') AS INTEGER), \
             COALESCE((SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user), FALSE)";
        let mut transaction = self.connections.begin("BEGIN READ ONLY").await?;
        let found = sqlx::query_as::<_, (i32, bool)>(SQL).persistent(false).fetch_one(&mut *transaction).await;
        let (version, above_policies) = found.map_err(|error| classify(&error))?;
        if version < OLDEST_SERVER {
            return Err(StoreError::Config(format!("PostgreSQL {version} is too old: 14 is needed")));
        }
        if above_policies {
            tracing::warn!("the database user is above row security: give Saydo one of its own that is not");
        }
        Ok(())
    }

    pub(super) fn reading(&self) -> Session {
        Session::new(self.connections.clone(), Kind::Reading, self.acquire_timeout, self.named)
    }

    pub(super) fn snapshot(&self) -> Session {
        Session::new(self.connections.clone(), Kind::Snapshot, self.acquire_timeout, self.named)
    }

    pub(super) fn writing(&self) -> Session {
        Session::new(self.connections.clone(), Kind::Writing, self.acquire_timeout, self.named)
    }

    /// A transaction that no other process migrates beside, and that sees everybody's rows.
    pub(crate) async fn begin_exclusive(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        const ROLE: &str = "SELECT set_config('saydo.role', 'system', TRUE)";
        // Another seed than that of people: whatever somebody's id is.
        const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('saydo migrations', 1))";
        let mut transaction = self.connections.begin("BEGIN").await?;
        for sql in [ROLE, LOCK] {
            sqlx::raw_sql(sql).execute(&mut *transaction).await.map_err(|error| classify(&error))?;
        }
        self.forget_names(&mut transaction).await?;
        Ok(transaction)
    }

    /// The migrator names its statements. A session that others use too may have such names, and must not keep them.
    pub(crate) async fn forget_names(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        if self.named {
            return Ok(());
        }
        sqlx::raw_sql("DEALLOCATE ALL").execute(connection).await.map(drop).map_err(|error| classify(&error))
    }

    /// How to connect for LISTEN.
    pub(crate) fn listening(&self) -> PgConnectOptions {
        self.listening.clone()
    }

    pub(super) fn status(&self) -> PoolStatus {
        let pool = self.connections.pool();
        let size = pool.size();
        let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX).min(size);
        let max = pool.options().get_max_connections();
        PoolStatus { size, idle, in_use: size - idle, max, queued_writes: 0 }
    }

    pub(crate) async fn close(&self) {
        self.connections.pool().close().await;
    }
}

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url);
    let options = options.map_err(|_| StoreError::Config("this is not a postgresql:// URL".to_owned()))?;
    Ok(options
        .application_name("saydo")
        // A start-up parameter that PgBouncer refuses; there are no floating-point numbers here.
        .extra_float_digits(None)
        // Ours are logged by name. And the driver asks whether anybody wants its lines without writing any, after which
        // the log takes the next span for one that nobody wants: requests would lose their ids.
        .disable_statement_logging())
}

/// `pool_size` connections are kept; those above go when they have long had nothing to do. (Closing them at once, when
/// they are given back, would open and close connections all the time just when there is most to do.)
fn pool(config: &StoreConfig) -> PgPoolOptions {
    let (kept, life) = (config.pool_size, config.max_lifetime);
    PgPoolOptions::new()
        .min_connections(kept)
        .max_connections((kept + config.max_overflow).max(1))
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(config.idle_timeout)
        .max_lifetime(life)
        .test_before_acquire(true)
        .after_release(move |_, connection| Box::pin(std::future::ready(Ok(!has_aged(connection.age, life)))))
}

/// Whether a connection has come to the last tenth of its life and drew a short straw: so that connections opened
/// together are not all replaced together.
fn has_aged(age: Duration, life: Duration) -> bool {
    age > life.mul_f64(0.9 + 0.1 * chance())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_age_at_different_times_but_all_do() {
        let hour = Duration::from_secs(3600);
        assert!((0..1000).all(|_| !has_aged(hour.mul_f64(0.89), hour) && has_aged(hour.mul_f64(1.01), hour)));
        let aged = (0..1000).filter(|_| has_aged(hour.mul_f64(0.95), hour)).count();
        assert!((300..700).contains(&aged), "{aged}");
    }
}
