//! Who is to look, and at what: all that a wake-up says.

use std::collections::BTreeSet;

use saydo_domain::UserId;
use sha2::{Digest as _, Sha256};

/// What to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// The person's events.
    Changes,
    /// The events of their turns.
    Turns,
    /// Whether one of their turns is to stop.
    Stops,
    /// Whether their tokens are still good.
    Access,
}

/// Above so many, everybody is told: the notice would grow too long.
const MOST: usize = 1000;

/// A wake-up. Of the person it has one of 65536 numbers, which thousands of others may share: nothing can be learnt
/// from it, and a person who looks in vain loses a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ring {
    signal: Signal,
    key: u16,
}

/// Wake-ups, each once.
pub(crate) type Rings = BTreeSet<Ring>;

impl Ring {
    pub(crate) fn new(signal: Signal, user: &UserId) -> Self {
        let hash = Sha256::digest(user.as_str());
        Self { signal, key: u16::from_be_bytes([hash[0], hash[1]]) }
    }

    fn parse(text: &str) -> Option<Self> {
        let (signal, key) = text.split_at_checked(1)?;
        let signal = match signal {
            "c" => Signal::Changes,
            "t" => Signal::Turns,
            "s" => Signal::Stops,
            "a" => Signal::Access,
            _ => return None,
        };
        Some(Self { signal, key: u16::from_str_radix(key, 16).ok()? })
    }

    fn word(self) -> String {
        let signal = match self.signal {
            Signal::Changes => 'c',
            Signal::Turns => 't',
            Signal::Stops => 's',
            Signal::Access => 'a',
        };
        format!("{signal}{:04x}", self.key)
    }
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Notice {
    /// These are to look.
    These(Rings),
    /// Everybody is.
    All,
    /// A process asks whether it can hear itself.
    Echo(String),
}

impl Notice {
    pub(super) fn of(rings: Rings) -> Self {
        if rings.len() > MOST { Self::All } else { Self::These(rings) }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::These(rings) => rings.iter().map(|ring| ring.word()).collect::<Vec<_>>().join(","),
            Self::All => "*".to_owned(),
            Self::Echo(name) => format!("?{name}"),
        }
    }

    /// A word that is not known was written by another version: then everybody looks.
    pub(super) fn parse(text: &str) -> Self {
        match text.strip_prefix('?') {
            Some(name) => Self::Echo(name.to_owned()),
            None => text.split(',').map(Ring::parse).collect::<Option<Rings>>().map_or(Self::All, Self::These),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_read_as_written() {
        let user = |name: usize| UserId::new(format!("user-{name}")).unwrap();
        let signals = [Signal::Changes, Signal::Turns, Signal::Stops, Signal::Access];
        let rings: Rings = signals.iter().map(|signal| Ring::new(*signal, &user(1))).collect();
        let notice = Notice::of(rings);
        assert_eq!(Notice::parse(&notice.text()), notice);
        assert!(!notice.text().contains("user"));
        let many = Notice::of((0..3000).map(|name| Ring::new(Signal::Changes, &user(name))).collect());
        assert_eq!((many.text().as_str(), Notice::parse("*")), ("*", Notice::All));
        let longest = Notice::of((0..900).map(|name| Ring::new(Signal::Changes, &user(name))).collect());
        assert!(longest.text().len() < 8000, "PostgreSQL's limit");
        assert_eq!(Notice::parse("c0001,z0001"), Notice::All);
        assert_eq!(Notice::parse("?ab"), Notice::Echo("ab".to_owned()));
    }
}
