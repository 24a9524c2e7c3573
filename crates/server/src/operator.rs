//! Where sign-up is closed, the operator's own checks still make their throw-away people: by a pass for one e-mail and a
//! short while, which only who has the secret of the tokens can seal.

use jiff::{SignedDuration, Timestamp};
use saydo_app::{Clock, accounts::Sealer};
use secrecy::SecretString;

use crate::config::{Config, SignUp, load_or_make_secret};

/// The header the pass comes in.
pub(crate) const HEADER: &str = "x-saydo-operator";

const PURPOSE: &str = "saydo sign-up";
/// Longer than a sign-up that is put off is tried again.
const LIFE: SignedDuration = SignedDuration::from_mins(15);

/// The secret that signs tokens, when it is known here. One that is not there yet is not made.
pub(crate) fn secret(config: &Config) -> Option<SecretString> {
    let kept = || config.data_dir.join("secret").exists().then(|| load_or_make_secret(&config.data_dir).ok());
    config.auth.secret.clone().or_else(|| kept().flatten().map(|(secret, _)| secret))
}

/// Seals passes; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Passes {
    sealer: Sealer,
    clock: Clock,
}

impl Passes {
    /// None where they are not needed: sign-up is open, or nobody knows the secret here.
    pub(crate) fn needed(config: &Config) -> Option<Self> {
        let closed = config.auth.sign_up == SignUp::Closed;
        let secret = closed.then(|| secret(config)).flatten()?;
        Some(Self { sealer: Sealer::new(&secret), clock: config.clock })
    }

    /// A pass for this e-mail.
    pub(crate) fn seal(&self, email: &str) -> Option<String> {
        self.sealer.seal(PURPOSE, email, (), self.clock.now(), LIFE).ok()
    }
}

/// Whether this is a pass for this e-mail.
pub(crate) fn lets_in(sealer: &Sealer, pass: &str, email: &str, now: Timestamp) -> bool {
    sealer.open::<()>(PURPOSE, email, pass, now).is_some()
}
