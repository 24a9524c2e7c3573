//! Speech in and out, through an OpenAI-compatible server: `/audio/transcriptions` and `/audio/speech`.
//!
//! Nothing heard or said is kept or logged. It knows nothing of tasks: what was heard goes to the chat by the person's
//! own hand.

mod client;
mod config;
mod error;
mod format;
mod speech;

pub use client::{SpokenAudio, Voice};
pub use config::{VoiceConfig, VoiceConfigError};
pub use error::VoiceError;
pub use format::{AudioFormat, Recording, SpeechFormat};
pub use speech::{MAX_CHARACTERS, Speech, language};

/// Longest recording in bytes; what the public services take.
pub const MAX_RECORDING: usize = 25 * 1024 * 1024;
