//! Server-sent events out of bytes cut anywhere (WHATWG HTML §9.2).
//!
//! Two differences from the standard, for small servers: an event the connection's end cuts short of its empty line
//! still counts, and bytes that are no UTF-8 become replacement characters.

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SseEvent {
    /// Its name; empty if it has none.
    pub name: String,
    /// Its data, lines joined by line feeds.
    pub data: String,
}

/// Collects bytes, gives events. What it holds is bounded by what it is fed: the caller counts.
#[derive(Debug, Default)]
pub(super) struct SseDecoder {
    line: Vec<u8>,
    event: SseEvent,
    has_data: bool,
    after_cr: bool,
    begun: bool,
}

impl SseDecoder {
    /// Takes bytes and calls `emit` for each event they complete.
    pub(super) fn feed(&mut self, bytes: &[u8], mut emit: impl FnMut(SseEvent)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_cr) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(at) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.line.extend_from_slice(rest);
                return;
            };
            self.line.extend_from_slice(&rest[..at]);
            self.after_cr = rest[at] == b'\r';
            rest = &rest[at + 1..];
            if let Some(event) = self.end_line() {
                emit(event);
            }
        }
    }

    /// The event that was under way when the connection ended.
    pub(super) fn finish(&mut self) -> Option<SseEvent> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.dispatch()
    }

    fn end_line(&mut self) -> Option<SseEvent> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let mut line = text.as_ref();
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // Comments have an empty field name; ids and retry times mean nothing for an answer that is sent once.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let mut decoder = SseDecoder::default();
        let mut events = Vec::new();
        for piece in pieces {
            decoder.feed(piece, |event| events.push(event));
        }
        events.extend(decoder.finish());
        events.into_iter().map(|event| (event.name, event.data)).collect()
    }

    const STREAM: &str =
        "\u{feff}: hello\r\n\r\nevent: a\r\ndata: {\"x\":\r\ndata: \"é\"}\r\n\r\nid: 7\ndata:bare\n\ndata: last";

    #[test]
    fn cut_anywhere_it_reads_the_same() {
        let whole = decode(&[STREAM.as_bytes()]);
        assert_eq!(
            whole,
            [("a".into(), "{\"x\":\n\"é\"}".into()), (String::new(), "bare".into()), (String::new(), "last".into())]
        );
        for cut in 0..STREAM.len() {
            let (left, right) = STREAM.as_bytes().split_at(cut);
            assert_eq!(decode(&[left, right]), whole, "cut at {cut}");
        }
        let single: Vec<&[u8]> = STREAM.as_bytes().chunks(1).collect();
        assert_eq!(decode(&single), whole);
    }

    #[test]
    fn lone_carriage_returns_end_lines_and_bad_bytes_are_replaced() {
        assert_eq!(
            decode(&[b"data: a\r\rdata: \xff\r\r"]),
            [(String::new(), "a".to_owned()), (String::new(), "\u{fffd}".to_owned())]
        );
    }

    #[test]
    fn events_without_data_are_none() {
        assert_eq!(decode(&[b"event: ping\n\n: x\n\n\n"]), []);
    }
}
