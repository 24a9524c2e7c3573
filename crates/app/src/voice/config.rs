//! Which speech models are asked, and where.

use std::time::Duration;

use secrecy::SecretString;

/// The speech models. Without a model's name its half is off.
#[derive(Debug, Clone)]
pub struct VoiceConfig {
    /// Where the API begins (`https://host/v1`); OpenAI's if absent.
    pub base_url: Option<String>,
    /// The key, if it needs one.
    pub api_key: Option<SecretString>,
    /// The model that turns speech into text.
    pub transcribe_model: Option<String>,
    /// The model that turns text into speech.
    pub speech_model: Option<String>,
    /// Its voice unless a request names another.
    pub speech_voice: String,
    /// Longest time to connect.
    pub connect_timeout: Duration,
    /// Longest time for a transcription, or until speech begins.
    pub timeout: Duration,
    /// Longest wait between two pieces of speech.
    pub idle_timeout: Duration,
    /// Recordings taken in at the same time; each may be as large as [`super::MAX_RECORDING`].
    pub uploads: usize,
}

impl VoiceConfig {
    /// Whether any half of it is on.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.transcribe_model.is_some() || self.speech_model.is_some()
    }
}

impl Default for VoiceConfig {
    fn default() -> Self {
        Self {
            base_url: None,
            api_key: None,
            transcribe_model: None,
            speech_model: None,
            speech_voice: "alloy".to_owned(),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(20),
            uploads: 8,
        }
    }
}

/// A speech server that cannot be used as it is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("speech: {0}")]
pub struct VoiceConfigError(pub(super) &'static str);
