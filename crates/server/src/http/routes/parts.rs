//! The content of a message as chat clients send it: a text, or a list of parts.

use serde_json::Value;

/// Content that cannot be understood here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A picture, a sound, a file.
    NotText,
    /// Neither a text nor a list of parts.
    Shape,
}

impl Refusal {
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::NotText => "Only text is understood here: no pictures, sounds or files.",
            Self::Shape => "The content of a message is a text or a list of parts.",
        }
    }
}

/// The text of a content, its parts joined by line breaks.
pub(super) fn text(content: &Value) -> Result<String, Refusal> {
    match content {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Array(parts) => {
            let texts: Result<Vec<&str>, Refusal> = parts.iter().map(part).collect();
            Ok(texts?.join("\n"))
        }
        _ => Err(Refusal::Shape),
    }
}

fn part(part: &Value) -> Result<&str, Refusal> {
    match part["type"].as_str() {
        Some("text" | "input_text" | "output_text") => part["text"].as_str().ok_or(Refusal::Shape),
        Some("refusal") => part["refusal"].as_str().ok_or(Refusal::Shape),
        Some(_) => Err(Refusal::NotText),
        None => Err(Refusal::Shape),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_joined_and_the_rest_is_refused() {
        let picture = json!({"type": "image_url", "image_url": {"url": "data:"}});
        let words = json!({"type": "text", "text": "buy milk"});
        assert_eq!(text(&json!("hello")), Ok("hello".to_owned()));
        assert_eq!(text(&Value::Null), Ok(String::new()));
        assert_eq!(
            text(&json!([words, {"type": "input_text", "text": "and eggs"}])),
            Ok("buy milk\nand eggs".to_owned())
        );
        assert_eq!(text(&json!([words, picture])), Err(Refusal::NotText));
        assert_eq!(text(&json!([{"type": "text", "text": 5}])), Err(Refusal::Shape));
        assert_eq!(text(&json!({"text": "x"})), Err(Refusal::Shape));
    }
}
