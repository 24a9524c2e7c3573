//! Text that people typed, with its limits. Limits count characters (Unicode scalar values) unless said otherwise.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ValidationError;

/// Longest title, in characters.
pub const TITLE_MAX: usize = 200;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 1000;
/// Longest label, in characters.
pub const LABEL_MAX: usize = 50;
/// Longest chat message, in characters after trimming.
pub const MESSAGE_MAX: usize = 10_000;

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValidationError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(&text)
            }
        }
    };
}

/// NUL is the one character that not every database can keep.
fn refuse_nul(field: &str, text: &str) -> Result<(), ValidationError> {
    if text.contains('\0') {
        return Err(ValidationError::new(field, "The text cannot contain the NUL character."));
    }
    Ok(())
}

text_type! {
    /// What a task is called: 1 to [`TITLE_MAX`] characters after trimming.
    Title
}

impl Title {
    /// # Errors
    /// When the text is empty after trimming or too long.
    pub fn new(text: &str) -> Result<Self, ValidationError> {
        refuse_nul("title", text)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(ValidationError::new("title", "Title cannot be empty."));
        }
        if text.chars().count() > TITLE_MAX {
            return Err(ValidationError::new("title", format!("Title too long (max {TITLE_MAX} characters).")));
        }
        Ok(Self(text.to_owned()))
    }
}

text_type! {
    /// A longer note on a task: at most [`DESCRIPTION_MAX`] characters, kept as typed.
    Description
}

impl Description {
    /// # Errors
    /// When the text is too long.
    pub fn new(text: &str) -> Result<Self, ValidationError> {
        refuse_nul("description", text)?;
        if text.chars().count() > DESCRIPTION_MAX {
            return Err(ValidationError::new(
                "description",
                format!("Description too long (max {DESCRIPTION_MAX} characters)."),
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

text_type! {
    /// A label: 1 to [`LABEL_MAX`] letters, digits, `-` or `_`, kept in lower case, without the `#`.
    Label
}

impl Label {
    /// # Errors
    /// When the text is empty, too long or holds other characters.
    pub fn new(text: &str) -> Result<Self, ValidationError> {
        let text = text.trim().trim_start_matches('#').to_lowercase();
        let length = text.chars().count();
        if length == 0 || length > LABEL_MAX {
            return Err(ValidationError::new("labels", format!("A label has 1 to {LABEL_MAX} characters.")));
        }
        if !text.chars().all(|c| c.is_alphanumeric() || is_mark(c) || c == '-' || c == '_') {
            return Err(ValidationError::new("labels", "A label has only letters, digits, “-” and “_”."));
        }
        Ok(Self(text))
    }
}

/// Combining marks belong to the letters they follow in many scripts (Devanagari vowel signs, for one).
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0903}' | '\u{093A}'..='\u{094F}' | '\u{3099}'..='\u{309A}')
}

text_type! {
    /// What a person said in the chat: trimmed, not empty, at most [`MESSAGE_MAX`] characters.
    MessageText
}

impl MessageText {
    /// # Errors
    /// With the fixed texts of the API when the message is empty or too long.
    pub fn new(text: &str) -> Result<Self, ValidationError> {
        refuse_nul("message", text)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(ValidationError::new("message", "Message cannot be empty"));
        }
        if text.chars().count() > MESSAGE_MAX {
            return Err(ValidationError::new("message", "Message too long (max 10000 characters)"));
        }
        Ok(Self(text.to_owned()))
    }
}

text_type! {
    /// What a conversation is called: 1 to [`TITLE_MAX`] characters after trimming.
    ConversationTitle
}

impl ConversationTitle {
    /// # Errors
    /// When the text is empty after trimming or too long.
    pub fn new(text: &str) -> Result<Self, ValidationError> {
        Title::new(text).map(|title| Self(title.0))
    }

    /// The beginning of a first message as the conversation's title.
    #[must_use]
    pub fn from_message(message: &MessageText) -> Self {
        let line = message.as_str().lines().next().unwrap_or_default().trim();
        let mut title: String = line.chars().take(60).collect();
        if line.chars().count() > 60 {
            title.push('…');
        }
        Self(title)
    }
}

text_type! {
    /// A person's name: at most 100 characters after trimming; may be empty.
    PersonName
}

impl PersonName {
    /// # Errors
    /// When the text is too long.
    pub fn new(text: &str) -> Result<Self, ValidationError> {
        refuse_nul("name", text)?;
        let text = text.trim();
        if text.chars().count() > 100 {
            return Err(ValidationError::new("name", "Name too long (max 100 characters)."));
        }
        Ok(Self(text.to_owned()))
    }
}

text_type! {
    /// What a personal access token is called: 1 to 100 characters after trimming.
    TokenName
}

impl TokenName {
    /// # Errors
    /// When the text is empty after trimming or too long.
    pub fn new(text: &str) -> Result<Self, ValidationError> {
        let name = PersonName::new(text)?.0;
        if name.is_empty() {
            return Err(ValidationError::new("name", "Name cannot be empty."));
        }
        Ok(Self(name))
    }
}

text_type! {
    /// An e-mail address in lower case: e-mails are case-insensitive here.
    Email
}

impl Email {
    /// Checks the shape only (RFC 5321 limits: 254 bytes, 64 before the `@`); whether mail arrives is another matter.
    ///
    /// # Errors
    /// When the text cannot be an address.
    pub fn new(text: &str) -> Result<Self, ValidationError> {
        let refuse = || ValidationError::new("email", "Enter an e-mail address like name@example.com.");
        let text = text.trim().to_lowercase();
        let (local, host) = text.rsplit_once('@').ok_or_else(refuse)?;
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | ',' | ';' | '(' | ')');
        if text.len() > 254
            || local.is_empty()
            || local.len() > 64
            || local.contains('@')
            || text.chars().any(odd)
            || !host.contains('.')
            || host.split('.').any(|part| part.is_empty() || part.starts_with('-') || part.ends_with('-'))
        {
            return Err(refuse());
        }
        Ok(Self(text))
    }
}
