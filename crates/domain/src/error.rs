//! Why a value was refused, in words for the person who sent it.

use std::fmt;

/// One field that was refused, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldError {
    /// The field's name as it stands in the request.
    pub field: String,
    /// One plain sentence.
    pub message: String,
}

/// One or more refused fields; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError {
    /// The refused fields, in the order they were checked.
    pub errors: Vec<FieldError>,
}

impl ValidationError {
    /// A refusal of one field.
    #[must_use]
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { errors: vec![FieldError { field: field.to_owned(), message: message.into() }] }
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ValidationError {}
