//! JSON Web Tokens: HS256 and nothing else (RFC 7519, RFC 8725). Times come from the program's clock.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use saydo_domain::{User, UserId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::AppError;

/// The issuer of our own tokens.
pub const ISSUER: &str = "todo-api";
/// How far another machine's clock may be ahead, for `iat` and `nbf`. `exp` gets none.
const LEEWAY_SECONDS: f64 = 60.0;

/// Who made a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// This program, or somebody who signs in its name.
    Own,
    /// An outside issuer on the trusted list.
    Trusted,
}

/// A token whose signature, issuer and times are good. Whether it was revoked is not known yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Proven {
    pub(super) origin: Origin,
    pub(super) user: UserId,
    pub(super) email: Option<String>,
    /// Whether the issuer says that the e-mail is the person's own.
    pub(super) email_verified: Option<bool>,
    pub(super) name: Option<String>,
    /// `jti`, or the hash of a token without one.
    pub(super) token_id: String,
    /// The token generation of the user when it was made, for our own tokens.
    pub(super) generation: Option<i64>,
    pub(super) issued_at: Option<Timestamp>,
    pub(super) expires_at: Timestamp,
}

/// A new token.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub(super) token: SecretString,
    pub(super) token_id: String,
    pub(super) expires_at: Timestamp,
}

#[derive(Serialize)]
struct NewClaims<'a> {
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    iat: i64,
    exp: i64,
    iss: &'a str,
    jti: &'a str,
    r#gen: i64,
}

/// Numbers are kept as they come (NumericDate may have a fraction); a wrong type is a refused token.
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    iss: String,
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    jti: Option<String>,
    r#gen: Option<i64>,
    // An outside issuer may put anything here; only text is used.
    email: Option<serde_json::Value>,
    email_verified: Option<serde_json::Value>,
    name: Option<serde_json::Value>,
}

/// Signs and reads tokens.
pub(super) struct Tokens {
    signing: EncodingKey,
    reading: DecodingKey,
    validation: Validation,
    trusted: Vec<String>,
    life: SignedDuration,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("trusted", &self.trusted).field("life", &self.life).finish_non_exhaustive()
    }
}

impl Tokens {
    pub(super) fn new(secret: &SecretString, trusted: Vec<String>, life: SignedDuration) -> Self {
        let secret = secret.expose_secret().as_bytes();
        let mut validation = Validation::new(Algorithm::HS256);
        // The library reads the machine's clock and accepts a past `exp` within its leeway: times are checked here.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self {
            signing: EncodingKey::from_secret(secret),
            reading: DecodingKey::from_secret(secret),
            validation,
            trusted,
            life,
        }
    }

    /// A new token for a user.
    pub(super) fn sign(&self, user: &User, generation: i64, now: Timestamp) -> Result<Signed, AppError> {
        let expires_at = now.checked_add(self.life).unwrap_or(Timestamp::MAX);
        let token_id = Uuid::new_v4().to_string();
        let claims = NewClaims {
            sub: user.id.as_str(),
            email: user.email.as_ref().map(saydo_domain::Email::as_str),
            iat: now.as_second(),
            exp: expires_at.as_second(),
            iss: ISSUER,
            jti: &token_id,
            r#gen: generation,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
            .map_err(|error| AppError::Internal(format!("signing a token: {error}")))?;
        Ok(Signed { token: SecretString::from(token), token_id, expires_at })
    }

    /// Whether it was signed with our secret, good or not.
    pub(super) fn is_signed(&self, token: &str) -> bool {
        jsonwebtoken::decode::<serde::de::IgnoredAny>(token, &self.reading, &self.validation).is_ok()
    }

    /// Proves a token, or refuses it without saying why.
    pub(super) fn prove(&self, token: &str, now: Timestamp) -> Result<Proven, AppError> {
        let data = jsonwebtoken::decode::<Claims>(token, &self.reading, &self.validation)
            .map_err(|_| AppError::Unauthorized)?;
        // RFC 7515 §4.1.11: an extension that is not understood makes the token invalid; none is understood here.
        if data.header.crit.is_some() {
            return Err(AppError::Unauthorized);
        }
        let claims = data.claims;
        let origin = if claims.iss == ISSUER {
            Origin::Own
        } else if self.trusted.contains(&claims.iss) {
            Origin::Trusted
        } else {
            return Err(AppError::Unauthorized);
        };
        check_times(&claims, now)?;
        let token_id = claims.jti.filter(|id| !id.is_empty() && id.len() <= 255).unwrap_or_else(|| hash(token));
        Ok(Proven {
            origin,
            user: UserId::new(claims.sub).map_err(|_| AppError::Unauthorized)?,
            email: text(claims.email),
            email_verified: truth(claims.email_verified),
            name: text(claims.name),
            token_id,
            generation: claims.r#gen,
            issued_at: claims.iat.map(seconds),
            expires_at: seconds(claims.exp),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
fn check_times(claims: &Claims, now: Timestamp) -> Result<(), AppError> {
    let now = now.as_millisecond() as f64 / 1000.0;
    let future = |at: Option<f64>| at.is_some_and(|at| !at.is_finite() || at > now + LEEWAY_SECONDS);
    if !claims.exp.is_finite() || claims.exp <= now || future(claims.iat) || future(claims.nbf) {
        return Err(AppError::Unauthorized);
    }
    Ok(())
}

/// The instant of a NumericDate, as far as it can be said.
#[expect(clippy::cast_possible_truncation, reason = "saturates, and the far ends clamp")]
fn seconds(at: f64) -> Timestamp {
    let end = if at < 0.0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond((at * 1000.0) as i64).unwrap_or(end)
}

fn text(value: Option<serde_json::Value>) -> Option<String> {
    match value {
        Some(serde_json::Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Some issuers write it as text.
fn truth(value: Option<serde_json::Value>) -> Option<bool> {
    match value? {
        serde_json::Value::Bool(is) => Some(is),
        serde_json::Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
