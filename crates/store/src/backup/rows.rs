//! A database as a file of rows, which belongs to no engine: one JSON value a line, packed.
//!
//! ```text
//! {"saydo":{"form":1,"schema":2}}
//! {"table":{"name":"users","columns":[["id","text"],["created_at","int"]],"key":["id"]}}
//! ["user-ann",1760000000000000]                    rows, in the order of the key; null, whole numbers and texts
//! {"sum":{"table":"users","rows":1,"sha256":"…"}}  over the lines of the table's rows, line ends included
//! {"counter":{"table":"messages","column":"id","last":17}}    what a counter gave last
//! {"end":{"tables":1}}
//! ```
//!
//! Tables come in an order in which each row finds those it points to.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::Path,
};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{Receiver, Sender};

use super::{
    BackupError, PackedFile, Watch,
    pack::{Packer, Unpacker},
};
use crate::{
    StoreError,
    copy::{Batch, Cells, Counter, Piece, Shape, Sum, Tally, lines},
};

/// The manifest's word for the database that is copied so.
pub(super) const ENGINE: &str = "postgresql";
/// The packed file in a backup's folder.
pub(super) const FILE: &str = "saydo.rows.gz";
/// The form of the lines.
const FORM: u32 = 1;

/// A line that is not a row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Saydo {
        form: u32,
        schema: i64,
    },
    Table(Shape),
    Sum {
        table: String,
        #[serde(flatten)]
        sum: Sum,
    },
    Counter(Counter),
    End {
        tables: usize,
    },
}

/// What a file of rows holds.
pub(super) struct Written {
    pub(super) packed: PackedFile,
    pub(super) schema: i64,
    pub(super) rows: BTreeMap<String, u64>,
}

/// Writes pieces into a file as they come. `None` when they ended before their end: who sent them says why.
pub(super) fn write(mut pieces: Receiver<Piece>, path: &Path) -> Result<Option<Written>, BackupError> {
    let mut file = Packer::create(path)?;
    let (mut schema, mut rows) = (0, BTreeMap::new());
    let mut table: Option<(String, Tally)> = None;
    while let Some(piece) = pieces.blocking_recv() {
        if !matches!(piece, Piece::Rows(_))
            && let Some((name, tally)) = table.take()
        {
            rows.insert(name.clone(), tally.rows());
            line(&mut file, &Line::Sum { table: name, sum: tally.sum() })?;
        }
        match piece {
            Piece::Schema(found) => {
                schema = found;
                line(&mut file, &Line::Saydo { form: FORM, schema })?;
            }
            Piece::Table(shape) => {
                table = Some((shape.name.clone(), Tally::default()));
                line(&mut file, &Line::Table(shape))?;
            }
            Piece::Rows(rows) => {
                let lines = lines(&rows)?;
                file.write(&lines)?;
                if let Some((_, tally)) = &mut table {
                    tally.add(&lines, rows.len());
                }
            }
            Piece::Counter(counter) => line(&mut file, &Line::Counter(counter))?,
            Piece::End => {
                line(&mut file, &Line::End { tables: rows.len() })?;
                return Ok(Some(Written { packed: file.finish()?, schema, rows }));
            }
        }
    }
    Ok(None)
}

fn line(file: &mut Packer, line: &Line) -> Result<(), BackupError> {
    let mut text = serde_json::to_vec(line).map_err(|error| StoreError::Internal(error.to_string()))?;
    text.push(b'\n');
    file.write(&text)
}

/// Reads a file of rows and sends its pieces; the last one only when everything was as it was written. Ends early when
/// nobody takes them any more: why is for the one who stopped to say.
pub(super) fn read(
    file: &PackedFile,
    folder: &Path,
    name: &str,
    to: &Sender<Piece>,
    watch: &Watch,
) -> Result<(), BackupError> {
    let mut input = BufReader::with_capacity(128 * 1024, Unpacker::open(file, folder, name, watch)?);
    let mut reader = Reader { name, began: false, table: None, tables: 0, batch: Batch::default(), ended: false };
    let mut text = Vec::new();
    loop {
        text.clear();
        let read = input.read_until(b'\n', &mut text);
        let read = read.map_err(|error| input.get_ref().failed(error))?;
        if read == 0 {
            break;
        }
        for piece in reader.take(&text)? {
            if to.blocking_send(piece).is_err() {
                return Ok(());
            }
        }
    }
    if !reader.ended {
        return Err(BackupError::damaged(name, "its end is missing"));
    }
    input.into_inner().finish()?;
    // Nobody being there any more is for the one who stopped to say.
    drop(to.blocking_send(Piece::End));
    Ok(())
}

/// Makes pieces of lines.
struct Reader<'a> {
    name: &'a str,
    began: bool,
    table: Option<(Shape, Tally)>,
    tables: usize,
    batch: Batch,
    ended: bool,
}

impl Reader<'_> {
    fn damaged(&self, what: impl Into<String>) -> BackupError {
        BackupError::damaged(self.name, what)
    }

    /// The pieces that a line completes.
    fn take(&mut self, text: &[u8]) -> Result<Vec<Piece>, BackupError> {
        if self.ended {
            return Err(self.damaged("something follows its end"));
        }
        if text.first() == Some(&b'[') {
            return Ok(self.row(text)?.map(Piece::Rows).into_iter().collect());
        }
        let line = serde_json::from_slice(text)
            .map_err(|error| self.damaged(format!("a line of it cannot be read: {error}")))?;
        let mut pieces: Vec<Piece> = self.batch.take().map(Piece::Rows).into_iter().collect();
        pieces.extend(self.line(line)?);
        Ok(pieces)
    }

    fn row(&mut self, text: &[u8]) -> Result<Option<Vec<Cells>>, BackupError> {
        let cells: Cells = serde_json::from_slice(text)
            .map_err(|error| self.damaged(format!("a row of it cannot be read: {error}")))?;
        match &mut self.table {
            Some((shape, tally)) if shape.fits(&cells) => {
                tally.add(text, 1);
                Ok(self.batch.push(cells))
            }
            _ => Err(self.damaged("a row of it belongs to no table")),
        }
    }

    fn line(&mut self, line: Line) -> Result<Option<Piece>, BackupError> {
        match line {
            Line::Saydo { form, .. } if form != FORM => {
                Err(self.damaged(format!("its rows have form {form}, this program reads {FORM}")))
            }
            Line::Saydo { schema, .. } if !self.began => {
                self.began = true;
                Ok(Some(Piece::Schema(schema)))
            }
            _ if !self.began => Err(self.damaged("its beginning is missing")),
            Line::Table(shape) if self.table.is_none() && shape.is_plain() => {
                self.table = Some((shape.clone(), Tally::default()));
                Ok(Some(Piece::Table(shape)))
            }
            Line::Sum { table, sum } => {
                let own = self.table.take().filter(|(shape, _)| shape.name == table);
                if own.map(|(_, tally)| tally.sum()) != Some(sum) {
                    return Err(self.damaged(format!("the rows of {table} are not what they were")));
                }
                self.tables += 1;
                Ok(None)
            }
            Line::Counter(counter) if self.table.is_none() && counter.is_plain() => Ok(Some(Piece::Counter(counter))),
            Line::End { tables } if self.table.is_none() && tables == self.tables => {
                self.ended = true;
                Ok(None)
            }
            Line::Saydo { .. } | Line::Table(_) | Line::Counter(_) | Line::End { .. } => {
                Err(self.damaged("its lines are not in order"))
            }
        }
    }
}
