//! The secret that signs tokens: how good it must be, and the one development makes for itself.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use rand::Rng as _;
use secrecy::SecretString;

/// Fewest characters.
pub(super) const MIN_CHARS: usize = 32;

/// Pieces of secrets that stand in examples all over the world.
const WELL_KNOWN: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "change-this",
    "change_this",
    "changethis",
    "your-secret",
    "your_secret",
    "yoursecret",
    "my-secret",
    "mysecret",
    "supersecret",
    "super-secret",
    "super_secret",
    "placeholder",
    "replace-me",
    "replace_me",
    "example",
    "default-secret",
    "better-auth-secret",
    "secret-key",
    "secretkey",
    "password",
    "insecure",
    "12345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789abcdef0123456789abcdef",
];

/// Why a secret is not good enough, as an instruction; `None` when it is.
pub(super) fn weakness(secret: &str) -> Option<String> {
    let count = secret.chars().count();
    if count < MIN_CHARS {
        return Some(format!(
            "BETTER_AUTH_SECRET has {count} characters; give at least {MIN_CHARS}, for example from: openssl rand -base64 48"
        ));
    }
    let lower = secret.to_lowercase();
    if WELL_KNOWN.iter().any(|known| lower.contains(known)) {
        return Some(
            "BETTER_AUTH_SECRET is a placeholder or well known; make your own, for example with: openssl rand -base64 48"
                .to_owned(),
        );
    }
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 8 || repeats(&lower) {
        return Some(
            "BETTER_AUTH_SECRET repeats itself; make a random one, for example with: openssl rand -base64 48"
                .to_owned(),
        );
    }
    None
}

/// Whether the text is one short piece over and over.
fn repeats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=chars.len() / 3).any(|period| chars.iter().skip(period).eq(chars.iter().take(chars.len() - period)))
}

/// A secret file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct SecretError {
    path: PathBuf,
    problem: String,
}

/// The secret kept in the data folder, made on first use. The flag says whether it was made just now.
///
/// # Errors
/// When the file cannot be read or written, or what is in it is too weak.
pub fn load_or_make(data_dir: &Path) -> Result<(SecretString, bool), SecretError> {
    let path = data_dir.join("secret");
    let failed = |problem: String| SecretError { path: path.clone(), problem };
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let text = text.trim_end();
            if weakness(text).is_some() {
                return Err(failed("holds no usable secret; delete it and start again".to_owned()));
            }
            return Ok((SecretString::from(text), false));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error.to_string())),
    }
    let bytes: [u8; 32] = rand::rng().random();
    let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    write_private(&path, &secret).map_err(|error| failed(error.to_string()))?;
    Ok((SecretString::from(secret), true))
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn weak_secrets_are_named() {
        for weak in [
            "",
            "short",
            "your-secret-key-at-least-32-characters-long",
            "CHANGEME-CHANGEME-CHANGEME-CHANGEME",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abcdefghij-abcdefghij-abcdefghij-abcdefghij-",
            "01230123012301230123012301230123",
        ] {
            assert!(weakness(weak).is_some(), "{weak}");
        }
        assert_eq!(weakness("kX9-rT2.qLw7_vB4+nM1=cZ8/jH5?yD3!"), None);
    }

    #[test]
    fn a_secret_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let (made, new) = load_or_make(&data).unwrap();
        let (kept, again) = load_or_make(&data).unwrap();
        assert!(new && !again);
        assert_eq!(made.expose_secret(), kept.expose_secret());
        assert_eq!(weakness(made.expose_secret()), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(data.join("secret")).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
