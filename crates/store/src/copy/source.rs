//! Reading a whole database as of one instant, while it may be in use.

use futures_util::TryStreamExt as _;
use tokio::sync::mpsc::Sender;

use super::{
    Place,
    access::Access,
    catalogue::Table,
    piece::{Batch, Counter, Piece, Shape},
};
use crate::{
    StoreError,
    backup::{BackupError, Progress, Stage, Watch},
    migrate,
};

/// A database that is copied.
#[derive(Debug)]
pub(crate) struct Source {
    access: Access,
    schema: i64,
    shapes: Vec<(&'static Table, Shape)>,
    /// Rows there are.
    total: u64,
}

impl Source {
    /// Begins to read; what is written from now on is not seen.
    pub(crate) async fn open(place: &Place) -> Result<Self, BackupError> {
        if let Place::Sqlite(path) = place
            && !path.is_file()
        {
            return Err(BackupError::NoDatabase(place.to_string()));
        }
        let mut access = Access::reading(place).await?;
        let Some(schema) = access.schema().await? else { return Err(BackupError::NoDatabase(place.to_string())) };
        if schema > migrate::newest() {
            return Err(StoreError::SchemaTooNew { found: schema, known: migrate::newest() }.into());
        }
        let shapes = access.shapes().await?;
        let mut total = 0;
        for (table, _) in &shapes {
            let count = access.number(format!("SELECT COUNT(*) FROM \"{}\"", table.name)).await?;
            total += count.unwrap_or(0).unsigned_abs();
        }
        Ok(Self { access, schema, shapes, total })
    }

    /// The newest migration applied.
    pub(crate) const fn schema(&self) -> i64 {
        self.schema
    }

    /// Sends all of it, piece by piece, as fast as they are taken. Ends early when nobody takes them any more: why is
    /// for the one who stopped to say.
    pub(crate) async fn send(&mut self, to: Sender<Piece>, watch: &Watch) -> Result<(), BackupError> {
        if to.send(Piece::Schema(self.schema)).await.is_err() {
            return Ok(());
        }
        let mut done = 0;
        for (_, shape) in &self.shapes {
            if to.send(Piece::Table(shape.clone())).await.is_err() {
                return Ok(());
            }
            let (mut rows, mut batch) = (self.access.rows(shape), Batch::default());
            loop {
                let row = rows.try_next().await?;
                let last = row.is_none();
                if let Some(rows) = batch.offer(row) {
                    done += rows.len() as u64;
                    if to.send(Piece::Rows(rows)).await.is_err() {
                        return Ok(());
                    }
                    watch(Progress { stage: Stage::Copying, done, total: self.total });
                }
                if last {
                    break;
                }
            }
        }
        self.finish(&to).await
    }

    /// Counters come last: on PostgreSQL they are ahead of the rows that are seen, never behind.
    async fn finish(&mut self, to: &Sender<Piece>) -> Result<(), BackupError> {
        for (table, _) in &self.shapes {
            let Some(column) = table.counter else { continue };
            let last = self.access.counter(table.name, column).await?;
            let counter = Counter { table: table.name.to_owned(), column: column.to_owned(), last };
            if to.send(Piece::Counter(counter)).await.is_err() {
                return Ok(());
            }
        }
        // Nobody being there any more is for the one who stopped to say.
        drop(to.send(Piece::End).await);
        Ok(())
    }

    /// Ends reading.
    pub(crate) async fn close(self) {
        self.access.close().await;
    }
}
