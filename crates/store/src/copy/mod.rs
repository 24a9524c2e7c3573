//! Whole databases on their way: to another database, and, for backups, to a file and back.
//!
//! ```text
//! Source (a database as of one instant) ─┐  pieces, a few   ┌─► Target (a database, in one transaction)
//!                                        ├─────────────────►│
//! a file of rows (backup::rows) ─────────┘  at a time       └─► a file of rows
//! ```
//!
//! Pieces are the same whatever they come from: a table's rows, in the order of its key, as whole numbers and texts.
//! So copies go from any database to any other, and what arrived is compared with what was sent by a checksum of each
//! table's rows. What tables there are says the `catalogue`.

mod access;
mod catalogue;
mod insert;
mod piece;
mod place;
mod source;
mod tally;
mod target;
mod whole;

use tokio::sync::mpsc;

pub use catalogue::{Kind, TABLES, Table};
pub(crate) use piece::{Batch, Cells, Counter, Piece, Shape};
pub use place::Place;
pub(crate) use source::Source;
pub(crate) use tally::{Sum, Tally, lines};
pub(crate) use target::{Loaded, Target, sum_up};
pub use whole::{Copied, copy};

use crate::backup::{BackupError, Watch};

/// Pieces on their way at the same time.
pub(crate) const UNDER_WAY: usize = 4;

/// Sends a source into a target, and compares what arrived.
pub(crate) async fn fill(source: &mut Source, target: &mut Target, watch: &Watch) -> Result<Loaded, BackupError> {
    let (sender, receiver) = mpsc::channel(UNDER_WAY);
    let (sent, loaded) = tokio::join!(source.send(sender, watch), target.load(receiver));
    // A source that failed is why the target got no more.
    sent?;
    let loaded = loaded?;
    target.compare(&loaded, watch).await?;
    Ok(loaded)
}
