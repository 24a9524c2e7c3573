//! Small pieces of state that clients carry for us, such as a session's beginnings: signed, bound to their purpose and
//! their owner, so that any replica can read them back and nobody else can use them.

use std::{fmt, sync::Arc};

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;

use crate::AppError;

/// Seals and opens; cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    secret: Arc<SecretString>,
    signing: EncodingKey,
    reading: DecodingKey,
}

/// It has no issuer, so it is never taken for a bearer token.
#[derive(Serialize, Deserialize)]
struct Claims<T> {
    aud: String,
    sub: String,
    exp: i64,
    state: T,
}

impl Sealer {
    /// A sealer of this secret.
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        let bytes = secret.expose_secret().as_bytes();
        let (signing, reading) = (EncodingKey::from_secret(bytes), DecodingKey::from_secret(bytes));
        Self { secret: Arc::new(secret.clone()), signing, reading }
    }

    /// A word that is the same for the same pieces. Who has the word but not the secret cannot try out what the pieces
    /// were: a password may be among them.
    #[must_use]
    pub fn fingerprint(&self, purpose: &str, pieces: &[&[u8]]) -> String {
        // Keys of any length are good: this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes()) else {
            return String::new();
        };
        mac.update(b"saydo fingerprint\0");
        for piece in [&[purpose.as_bytes()], pieces].concat() {
            mac.update(&(piece.len() as u64).to_le_bytes());
            mac.update(piece);
        }
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The state as a text of plain characters. It is signed, not hidden.
    ///
    /// # Errors
    /// `Internal` when the state cannot be written.
    pub fn seal<T: Serialize>(
        &self,
        purpose: &str,
        owner: &str,
        state: T,
        now: Timestamp,
        life: SignedDuration,
    ) -> Result<String, AppError> {
        let exp = now.saturating_add(life).map_err(|error| AppError::Internal(error.to_string()))?.as_second();
        let claims = Claims { aud: purpose.to_owned(), sub: owner.to_owned(), exp, state };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
            .map_err(|error| AppError::Internal(format!("sealing: {error}")))
    }

    /// The state, when the text was sealed here for this purpose and owner and its time is not over.
    #[must_use]
    pub fn open<T: DeserializeOwned>(&self, purpose: &str, owner: &str, text: &str, now: Timestamp) -> Option<T> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[purpose]);
        validation.set_required_spec_claims(&["aud", "sub", "exp"]);
        // Times are judged by the program's clock.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims<T>>(text, &self.reading, &validation).ok()?.claims;
        (claims.sub == owner && claims.exp > now.as_second()).then_some(claims.state)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    #[test]
    fn it_opens_only_for_its_purpose_owner_and_time() {
        let sealer = Sealer::new(&SecretString::from("kX9-rT2.qLw7_vB4+nM1=cZ8/jH5?yD3!"));
        let now: Timestamp = "2026-03-11T09:00:00Z".parse().unwrap();
        let text = sealer.seal("door", "ada", "state", now, HOUR).unwrap();
        let open = |purpose, owner, text: &str, now| sealer.open::<String>(purpose, owner, text, now);
        assert_eq!(open("door", "ada", &text, now).as_deref(), Some("state"));
        assert_eq!(open("window", "ada", &text, now), None);
        assert_eq!(open("door", "bob", &text, now), None);
        assert_eq!(open("door", "ada", &text, now + HOUR), None);
        assert_eq!(open("door", "ada", &text.replacen('.', "x.", 1), now), None);
        let other = Sealer::new(&SecretString::from("another secret of enough characters!"));
        assert_eq!(other.open::<String>("door", "ada", &text, now), None);
    }

    #[test]
    fn fingerprints_take_the_secret() {
        let with = |secret: &str, pieces: &[&[u8]]| {
            Sealer::new(&SecretString::from(secret)).fingerprint("idempotency", pieces)
        };
        assert_eq!(with("one", &[b"a", b"bc"]), with("one", &[b"a", b"bc"]));
        assert_ne!(with("one", &[b"a", b"bc"]), with("one", &[b"ab", b"c"]));
        assert_ne!(with("one", &[b"a", b"bc"]), with("another", &[b"a", b"bc"]));
    }
}
