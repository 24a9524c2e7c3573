//! Formats of sound: what browsers record and what speech servers give.

use bytes::Bytes;

/// A format recordings come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudioFormat {
    /// `WebM` (what Chromium and Firefox record).
    Webm,
    /// MP4 (what Safari records).
    Mp4,
    /// Ogg.
    Ogg,
    /// MP3.
    Mp3,
    /// WAV.
    Wav,
    /// FLAC.
    Flac,
}

impl AudioFormat {
    /// All of them, the most usual first.
    pub const ALL: [Self; 6] = [Self::Webm, Self::Mp4, Self::Ogg, Self::Mp3, Self::Wav, Self::Flac];

    /// Its content types, the registered one first.
    #[must_use]
    pub const fn content_types(self) -> &'static [&'static str] {
        match self {
            // Recorders that could also film say video, whatever is inside.
            Self::Webm => &["audio/webm", "video/webm"],
            Self::Mp4 => &["audio/mp4", "audio/m4a", "audio/x-m4a", "video/mp4"],
            Self::Ogg => &["audio/ogg", "audio/opus", "application/ogg"],
            Self::Mp3 => &["audio/mpeg", "audio/mp3"],
            Self::Wav => &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
            Self::Flac => &["audio/flac", "audio/x-flac"],
        }
    }

    /// The usual ending of a file's name, by which speech servers tell formats apart.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Webm => "webm",
            Self::Mp4 => "m4a",
            Self::Ogg => "ogg",
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::Flac => "flac",
        }
    }

    /// The format with this content type; parameters (`;codecs=opus`) and case do not matter.
    #[must_use]
    pub fn of_content_type(kind: &str) -> Option<Self> {
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|format| format.content_types().contains(&essence.as_str()))
    }

    /// The format that begins with these bytes; 12 are enough.
    #[must_use]
    pub fn of_bytes(start: &[u8]) -> Option<Self> {
        match start {
            [0x1A, 0x45, 0xDF, 0xA3, ..] => Some(Self::Webm),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Self::Mp4),
            [b'O', b'g', b'g', b'S', ..] => Some(Self::Ogg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Self::Wav),
            [b'f', b'L', b'a', b'C', ..] => Some(Self::Flac),
            [b'I', b'D', b'3', ..] => Some(Self::Mp3),
            // The eleven ones of an MPEG frame, and a layer: 00 would be AAC.
            [0xFF, second, ..] if second & 0xE0 == 0xE0 && second & 0x06 != 0 => Some(Self::Mp3),
            _ => None,
        }
    }
}

/// A recording whose beginning is of its format; in the pieces it came in, so that it is in memory once.
#[derive(Clone)]
pub struct Recording {
    pub(super) format: AudioFormat,
    pub(super) pieces: Vec<Bytes>,
}

impl Recording {
    /// Takes in a recording; `None` when its bytes are of no known format, or of another than the one it is said to be.
    #[must_use]
    pub fn new(said: Option<AudioFormat>, pieces: Vec<Bytes>) -> Option<Self> {
        let start: Vec<u8> = pieces.iter().flatten().take(12).copied().collect();
        let format = AudioFormat::of_bytes(&start).filter(|found| said.is_none_or(|said| said == *found))?;
        Some(Self { format, pieces })
    }

    pub(super) fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }
}

/// A format speech is given in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SpeechFormat {
    /// MP3, which everything plays.
    #[default]
    Mp3,
    /// Opus in Ogg.
    Opus,
    /// AAC.
    Aac,
    /// FLAC.
    Flac,
    /// WAV.
    Wav,
}

impl SpeechFormat {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Mp3, Self::Opus, Self::Aac, Self::Flac, Self::Wav];

    /// Its content type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            Self::Opus => "audio/ogg",
            Self::Aac => "audio/aac",
            Self::Flac => "audio/flac",
            Self::Wav => "audio/wav",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        let of = AudioFormat::of_content_type;
        assert_eq!(of("audio/webm;codecs=opus"), Some(AudioFormat::Webm));
        assert_eq!(of(" Audio/MP4 ; codecs=mp4a"), Some(AudioFormat::Mp4));
        for other in ["", "audio", "audio/midi", "text/plain", "application/json", "audio/webmx"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn a_recording_is_what_its_first_bytes_say() {
        let cases: [(&[u8], Option<AudioFormat>); 10] = [
            (b"\x1A\x45\xDF\xA3\x01", Some(AudioFormat::Webm)),
            (b"\0\0\0\x20ftypM4A ", Some(AudioFormat::Mp4)),
            (b"OggS\0", Some(AudioFormat::Ogg)),
            (b"RIFF\x24\0\0\0WAVE", Some(AudioFormat::Wav)),
            (b"fLaC", Some(AudioFormat::Flac)),
            (b"ID3\x04", Some(AudioFormat::Mp3)),
            (b"\xFF\xFB\x90", Some(AudioFormat::Mp3)),
            (b"\xFF\xF1\x50", None),
            (b"RIFF\x24\0\0\0AVI ", None),
            (b"", None),
        ];
        for (start, format) in cases {
            assert_eq!(AudioFormat::of_bytes(start), format, "{start:?}");
        }
    }

    #[test]
    fn what_it_is_said_to_be_must_be_true() {
        let pieces =
            || vec![Bytes::from_static(b"RI"), Bytes::from_static(b"FF\x24\0\0\0WAV"), Bytes::from_static(b"E")];
        let format = |said| Recording::new(said, pieces()).map(|recording| recording.format);
        assert_eq!(format(None), Some(AudioFormat::Wav));
        assert_eq!(format(Some(AudioFormat::Wav)), Some(AudioFormat::Wav));
        assert_eq!(format(Some(AudioFormat::Mp3)), None);
        assert_eq!(Recording::new(None, pieces()).unwrap().len(), 12);
    }
}
