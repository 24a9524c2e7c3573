//! A connection that reads, and a transaction that also writes.
//!
//! The methods stand with their nouns (`tasks`, `users`, …).

use std::ops::{Deref, DerefMut};

use crate::{
    StoreError,
    engine::{Dialect, Link},
    outbox::Outbox,
    row::Row,
    statement::Statement,
};

/// A connection for reading. It goes back to the pool when dropped.
#[derive(Debug)]
pub struct Conn {
    link: Link,
    /// The first error after which the database may have given up the transaction by itself.
    broken: Option<StoreError>,
}

impl Conn {
    pub(crate) const fn new(link: Link) -> Self {
        Self { link, broken: None }
    }

    fn check<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result
            && !matches!(error, StoreError::Conflict(_) | StoreError::Reference | StoreError::Decode { .. })
        {
            self.broken = Some(error.clone());
        }
        result
    }

    /// After such an error further statements could run outside any transaction: refuse them.
    fn usable(&self) -> Result<(), StoreError> {
        self.broken.clone().map_or(Ok(()), Err)
    }

    /// The words of SQL that its database understands.
    pub(crate) const fn dialect(&self) -> Dialect {
        self.link.dialect()
    }

    /// All rows.
    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        self.usable()?;
        let result = self.link.rows(statement).await;
        self.check(result)
    }

    /// The only row, if there is one.
    pub(crate) async fn row(&mut self, statement: Statement) -> Result<Option<Row>, StoreError> {
        self.usable()?;
        let result = self.link.row(statement).await;
        self.check(result)
    }

    /// Runs it and says how many rows it touched.
    pub(crate) async fn run(&mut self, statement: Statement) -> Result<u64, StoreError> {
        self.usable()?;
        let result = self.link.run(statement).await;
        self.check(result)
    }
}

/// A transaction, inside [`crate::Store::write`]: everything a [`Conn`] has, plus the methods that write.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    /// What the job has to tell, written with its end.
    pub(crate) outbox: Outbox,
}

impl Tx {
    pub(crate) fn new(link: Link) -> Self {
        Self { conn: Conn::new(link), outbox: Outbox::default() }
    }

    pub(crate) const fn link(&mut self) -> &mut Link {
        &mut self.conn.link
    }

    /// Takes the error that broke the current job, leaving the transaction to the next.
    pub(crate) const fn take_broken(&mut self) -> Option<StoreError> {
        self.conn.broken.take()
    }

    pub(crate) fn into_link(self) -> Link {
        self.conn.link
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
