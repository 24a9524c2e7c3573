//! Reading the server's own event streams.

use futures_util::{StreamExt as _, stream::BoxStream};
use reqwest::Response;

/// An event: its number, and its JSON.
pub(super) struct Event {
    pub(super) number: Option<i64>,
    pub(super) data: String,
}

/// The events of a response.
pub(super) struct Events {
    bytes: BoxStream<'static, reqwest::Result<Vec<u8>>>,
    buffer: Vec<u8>,
}

impl Events {
    pub(super) fn of(response: Response) -> Self {
        let bytes = response.bytes_stream().map(|chunk| chunk.map(|chunk| chunk.to_vec()));
        Self { bytes: bytes.boxed(), buffer: Vec::new() }
    }

    /// The next event; nothing when the stream is over, also when it broke.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                if let Some(event) = read(&String::from_utf8_lossy(&block)) {
                    return Some(event);
                }
            }
            self.buffer.extend(self.bytes.next().await?.ok()?);
        }
    }
}

/// An event from its lines; comments are none.
fn read(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let data = field("data:")?.to_owned();
    Some(Event { number: field("id:").and_then(|id| id.parse().ok()), data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_are_read_whatever_the_chunks() {
        let text = ": hello\nretry: 2000\n\nid: 1\ndata: {\"a\":\"é\"}\n\n:\n\ndata: last\n\nid: 3\ndata: cut o";
        for size in 1..8 {
            let chunks: Vec<_> = text.as_bytes().chunks(size).map(|chunk| Ok(chunk.to_vec())).collect();
            let mut events = Events { bytes: futures_util::stream::iter(chunks).boxed(), buffer: Vec::new() };
            let mut read = Vec::new();
            while let Some(event) = events.next().await {
                read.push((event.number, event.data));
            }
            assert_eq!(read, [(Some(1), "{\"a\":\"é\"}".to_owned()), (None, "last".to_owned())], "{size}");
        }
    }
}
