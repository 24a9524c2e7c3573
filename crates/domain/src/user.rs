//! An account.

use jiff::Timestamp;

use crate::{Email, PersonName, UserId};

/// An account, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The e-mail; a user of an outside issuer may have none.
    pub email: Option<Email>,
    /// What to call the person; may be empty.
    pub name: PersonName,
    /// The IANA time zone of the account, when set.
    pub timezone: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}
