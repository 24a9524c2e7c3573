//! What a table holds, in one number and one checksum: two tables with the same tally have the same rows.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::piece::Cells;
use crate::StoreError;

/// Rows and the SHA-256 over them as lines of JSON, in the order of the key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Sum {
    pub(crate) rows: u64,
    pub(crate) sha256: String,
}

/// The sums of all tables of a copy.
pub(crate) type Sums = BTreeMap<String, Sum>;

/// Sums up rows as they come.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    rows: u64,
    hash: Sha256,
}

impl Tally {
    /// Takes the lines of rows.
    pub(crate) fn add(&mut self, lines: &[u8], rows: usize) {
        self.hash.update(lines);
        self.rows += rows as u64;
    }

    pub(crate) const fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn sum(self) -> Sum {
        let sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Sum { rows: self.rows, sha256 }
    }
}

/// Rows as lines of JSON: a row has one such form only, whatever database it comes from.
pub(crate) fn lines(rows: &[Cells]) -> Result<Vec<u8>, StoreError> {
    let mut lines = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut lines, row).map_err(|error| StoreError::Internal(error.to_string()))?;
        lines.push(b'\n');
    }
    Ok(lines)
}
