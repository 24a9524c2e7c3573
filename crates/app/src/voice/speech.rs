//! What may be said, and in which language something may be heard.

use saydo_domain::ValidationError;

use super::SpeechFormat;

/// Longest text that is read aloud, in characters.
pub const MAX_CHARACTERS: usize = 4096;

/// Something to be read aloud.
#[derive(Clone)]
pub struct Speech {
    pub(super) text: String,
    pub(super) voice: Option<String>,
    pub(super) format: SpeechFormat,
}

impl Speech {
    /// Checks a text and the voice asked for.
    ///
    /// # Errors
    /// Names the field that cannot be accepted.
    pub fn new(text: &str, voice: Option<String>, format: SpeechFormat) -> Result<Self, ValidationError> {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Err(ValidationError::new("text", "There is nothing to read aloud."));
        }
        if text.chars().count() > MAX_CHARACTERS {
            let help = format!("A text to be read aloud has at most {MAX_CHARACTERS} characters.");
            return Err(ValidationError::new("text", help));
        }
        let letter = |c: char| c.is_ascii_alphanumeric() || "-_.+: ".contains(c);
        if voice.as_ref().is_some_and(|voice| voice.is_empty() || voice.len() > 64 || !voice.chars().all(letter)) {
            return Err(ValidationError::new("voice", "A voice is a name of 1 to 64 plain letters and digits."));
        }
        Ok(Self { text, voice, format })
    }
}

/// The language of a BCP 47 tag (`de` of `de-AT`): speech servers know languages only.
///
/// # Errors
/// When it is no such tag.
pub fn language(tag: &str) -> Result<String, ValidationError> {
    let language = tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    if (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase()) {
        Ok(language)
    } else {
        Err(ValidationError::new("language", "A language is a code like en or de-AT."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, voice: Option<&str>) -> Option<String> {
        let speech = Speech::new(text, voice.map(str::to_owned), SpeechFormat::Mp3);
        speech.err().map(|error| error.errors[0].field.clone())
    }

    #[test]
    fn texts_and_voices_have_bounds() {
        assert_eq!(refused("hello", None), None);
        assert_eq!(refused(&"日".repeat(MAX_CHARACTERS), Some("af_sky+af_bella")), None);
        assert_eq!(refused(&"日".repeat(MAX_CHARACTERS + 1), None).as_deref(), Some("text"));
        assert_eq!(refused(" \n", None).as_deref(), Some("text"));
        for voice in ["", "a\nb", "ä", &"x".repeat(65)] {
            assert_eq!(refused("hello", Some(voice)).as_deref(), Some("voice"), "{voice}");
        }
    }

    #[test]
    fn languages() {
        for (tag, expected) in [("en", "en"), ("de-AT", "de"), ("EN_us", "en"), ("haw", "haw")] {
            assert_eq!(language(tag).as_deref(), Ok(expected));
        }
        for tag in ["", "e", "english", "e\"", "12", "-"] {
            assert!(language(tag).is_err(), "{tag}");
        }
    }
}
