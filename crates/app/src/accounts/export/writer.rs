//! JSON on its way, in pieces.

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::AppError;

/// Bytes sent together.
const PIECE: usize = 64 * 1024;
/// Pieces that may wait for whoever takes them.
const WAITING: usize = 4;

/// Writes an object of lists, one item after another.
#[derive(Debug)]
pub(super) struct Writer {
    to: mpsc::Sender<Result<Bytes, AppError>>,
    buffer: Vec<u8>,
    /// Whether a comma stands before the next item, in each list that is open.
    within: Vec<bool>,
}

impl Writer {
    pub(super) fn new() -> (Self, mpsc::Receiver<Result<Bytes, AppError>>) {
        let (to, pieces) = mpsc::channel(WAITING);
        // The first list comes after `user`.
        (Self { to, buffer: Vec::with_capacity(PIECE), within: vec![true] }, pieces)
    }

    pub(super) fn text(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    pub(super) fn value(&mut self, value: &impl Serialize) -> Result<(), AppError> {
        serde_json::to_writer(&mut self.buffer, value).map_err(|error| AppError::Internal(error.to_string()))
    }

    fn comma(&mut self) {
        if let Some(before) = self.within.last_mut()
            && std::mem::replace(before, true)
        {
            self.text(",");
        }
    }

    /// Begins a list of this name.
    pub(super) fn begin(&mut self, name: &str) {
        self.comma();
        self.text(&format!("\"{name}\":["));
        self.within.push(false);
    }

    /// Ends the list.
    pub(super) fn finish(&mut self) -> &mut Self {
        self.within.pop();
        self.text("]");
        self
    }

    /// Begins an object of lists.
    pub(super) fn begin_object(&mut self, name: &str) {
        self.comma();
        self.text(&format!("\"{name}\":{{"));
        self.within.push(false);
    }

    /// Ends it.
    pub(super) fn finish_object(&mut self) {
        self.within.pop();
        self.text("}");
    }

    /// An item that is an object whose last field is an empty list of this name: what follows goes into that list.
    pub(super) fn open(&mut self, item: &impl Serialize, list: &str) -> Result<(), AppError> {
        self.comma();
        self.value(item)?;
        let end = format!("\"{list}\":[]}}");
        if !self.buffer.ends_with(end.as_bytes()) {
            return Err(AppError::Internal(format!("{list} is not last")));
        }
        self.buffer.truncate(self.buffer.len() - "]}".len());
        self.within.push(false);
        Ok(())
    }

    /// Ends the list and its item.
    pub(super) fn close(&mut self) {
        self.finish().text("}");
    }

    /// An item of the list.
    pub(super) async fn item(&mut self, item: &impl Serialize) -> Result<(), AppError> {
        self.comma();
        self.value(item)?;
        if self.buffer.len() >= PIECE { self.send().await } else { Ok(()) }
    }

    async fn send(&mut self) -> Result<(), AppError> {
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        let gone = |_| AppError::Internal("nobody takes the export any more".to_owned());
        self.to.send(Ok(piece.into())).await.map_err(gone)
    }

    /// Sends what is left, or why it is not whole.
    pub(super) async fn end(mut self, written: Result<(), AppError>) {
        let ended = match written {
            Ok(()) => self.send().await,
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::info!(%error, "an export is not whole");
            // Who does not take it any more need not be told.
            drop(self.to.send(Err(error)).await);
        }
    }
}
