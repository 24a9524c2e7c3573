//! Places in lists of conversations and messages, where the next page begins. As text they are opaque: clients pass
//! them back as they are.

use std::{fmt, str::FromStr};

use saydo_domain::{ConversationId, MessageId};

/// Text that is not a cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor")]
pub struct CursorError;

/// The place right after a conversation. Being spoken in moves a conversation to the front and never past a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationCursor {
    pub(crate) activity: i64,
    pub(crate) id: ConversationId,
}

impl ConversationCursor {
    /// The front of the list.
    pub const FRONT: Self = Self { activity: i64::MAX, id: ConversationId::new(i64::MAX) };
}

/// The place right before a message: what follows is older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageCursor(pub MessageId);

impl MessageCursor {
    /// Behind the newest message.
    pub const END: Self = Self(MessageId::new(i64::MAX));
}

/// The place right before a change in a user's journal: what follows is older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryCursor(pub i64);

impl HistoryCursor {
    /// Behind the newest change.
    pub const END: Self = Self(i64::MAX);
}

impl fmt::Display for HistoryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &format!("h{}", self.0))
    }
}

impl FromStr for HistoryCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let plain = read_hex(text)?;
        let seq = plain.strip_prefix('h').ok_or(CursorError)?;
        seq.parse().map(Self).map_err(|_| CursorError)
    }
}

/// Hexadecimal digits survive any URL.
pub(crate) fn write_hex(f: &mut fmt::Formatter<'_>, plain: &str) -> fmt::Result {
    plain.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// What [`write_hex`] wrote.
pub(crate) fn read_hex(text: &str) -> Result<String, CursorError> {
    let digits = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(CursorError);
    }
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(digits).collect();
    let text = String::from_utf8(bytes.ok_or(CursorError)?).map_err(|_| CursorError)?;
    // Never stored, and not a text to PostgreSQL.
    if text.contains('\0') { Err(CursorError) } else { Ok(text) }
}

impl fmt::Display for ConversationCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &format!("v{}.{}", self.activity, self.id.get()))
    }
}

impl FromStr for ConversationCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let plain = read_hex(text)?;
        let (activity, id) = plain.strip_prefix('v').and_then(|rest| rest.split_once('.')).ok_or(CursorError)?;
        let number = |text: &str| text.parse::<i64>().map_err(|_| CursorError);
        Ok(Self { activity: number(activity)?, id: ConversationId::new(number(id)?) })
    }
}

impl fmt::Display for MessageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &format!("m{}", self.0.get()))
    }
}

impl FromStr for MessageCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let plain = read_hex(text)?;
        let id = plain.strip_prefix('m').ok_or(CursorError)?;
        Ok(Self(MessageId::new(id.parse().map_err(|_| CursorError)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let conversation = ConversationCursor { activity: 7, id: ConversationId::new(12) };
        let message = MessageCursor(MessageId::new(9));
        assert_eq!(conversation.to_string().parse(), Ok(conversation));
        assert_eq!(message.to_string().parse(), Ok(message));
        assert_eq!(HistoryCursor(7).to_string().parse(), Ok(HistoryCursor(7)));
        assert!(message.to_string().parse::<ConversationCursor>().is_err());
        assert!(message.to_string().parse::<HistoryCursor>().is_err());
        assert!(conversation.to_string().parse::<MessageCursor>().is_err());
        for text in ["", "0", "zz", "é", "+1", "76", "6d", "6d78", "ff"] {
            assert_eq!(text.parse::<ConversationCursor>(), Err(CursorError), "{text}");
            assert_eq!(text.parse::<MessageCursor>(), Err(CursorError), "{text}");
            assert_eq!(text.parse::<HistoryCursor>(), Err(CursorError), "{text}");
        }
    }
}
