//! How the server is reached, who may come in, how often, and by which clock.

use std::{net::SocketAddr, num::NonZeroU32, time::Duration};

use jiff::{SignedDuration, Timestamp};
use saydo_app::{Clock, accounts::Throttling, counters::Counters};
use secrecy::SecretString;

use super::{
    super::{AuthConfig, HttpConfig, LimitsConfig, Profile, Proxy, SignUp, secret},
    Reader,
};

impl Reader {
    pub(super) fn http(&mut self) -> HttpConfig {
        let local = SocketAddr::from(([127, 0, 0, 1], 8000));
        let listen = self.parsed("SAYDO_LISTEN", "an address with port like 127.0.0.1:8000", local, |_| true);
        let cors_origins = self.list("CORS_ORIGINS");
        for origin in &cors_origins {
            if origin == "*" {
                self.wrong("CORS_ORIGINS", "“*” would let every site in; name the exact origins");
            } else if !is_origin(origin) {
                self.wrong("CORS_ORIGINS", format!("“{origin}” is not an origin like https://app.example.com"));
            }
        }
        let proxy = if self.switch("SAYDO_TRUST_PROXY") { Proxy::Trusted } else { Proxy::None };
        let seconds = self.parsed("SAYDO_STOP_DELAY", "a number of seconds from 0 to 60", 0, |n| *n <= 60);
        HttpConfig { listen, cors_origins, proxy, stop_delay: Duration::from_secs(seconds) }
    }

    pub(super) fn auth(&mut self) -> AuthConfig {
        let secret = self.text("BETTER_AUTH_SECRET");
        match &secret {
            Some(text) => self.mistakes.extend(secret::weakness(text)),
            None => self.refuse_in_production_missing_secret(),
        }
        let days = self.parsed("JWT_EXPIRY_DAYS", "a number of days from 1 to 365", 7, |n: &i64| (1..=365).contains(n));
        AuthConfig {
            secret: secret.map(SecretString::from),
            trusted_issuers: self.list("SAYDO_TRUSTED_ISSUERS"),
            token_life: SignedDuration::from_hours(24 * days),
            sign_up: self.choice("SAYDO_SIGNUP", &[("open", SignUp::Open), ("closed", SignUp::Closed)], SignUp::Open),
        }
    }

    fn refuse_in_production_missing_secret(&mut self) {
        if self.profile == Profile::Production {
            self.wrong(
                "BETTER_AUTH_SECRET",
                "needed in production; set it to at least 32 random characters, for example from: openssl rand -base64 48",
            );
        }
    }

    pub(super) fn limits(&mut self) -> LimitsConfig {
        let throttling = if self.switch("SAYDO_RATE_LIMITS") { Throttling::On } else { Throttling::Off };
        if throttling == Throttling::Off {
            self.refuse_in_production("SAYDO_RATE_LIMITS", "leave it on");
        }
        if let Some(Err(mistake)) = self.text("REDIS_URL").map(|url| Counters::check_address(&url)) {
            self.wrong("REDIS_URL", mistake);
        }
        let millis = "a number of milliseconds from 1 to 60000";
        let redis_timeout = self.parsed("SAYDO_REDIS_TIMEOUT_MS", millis, 100, |n| (1..=60_000).contains(n));
        let count = "a whole number from 1";
        LimitsConfig {
            redis_timeout: Duration::from_millis(redis_timeout),
            throttling,
            chat_per_minute: self.parsed("SAYDO_CHAT_PER_MINUTE", count, NonZeroU32::MIN, |_| true),
            changes_per_day: self.parsed("SAYDO_CHANGES_PER_DAY", count, NonZeroU32::MIN, |_| true),
            redis_url: self.secret("REDIS_URL"),
        }
    }

    pub(super) fn clock(&mut self) -> Clock {
        let Some(text) = self.text("SAYDO_NOW") else { return Clock::System };
        self.refuse_in_production("SAYDO_NOW", "the clock must run; remove it");
        text.parse::<Timestamp>().map_or_else(
            |_| {
                self.wrong("SAYDO_NOW", format!("“{text}” is not an RFC 3339 instant like 2026-03-11T09:00:00Z"));
                Clock::System
            },
            Clock::Frozen,
        )
    }
}

/// Scheme, host and maybe port, as browsers send it: no path, no trailing slash, lower case.
fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|host| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c))
    })
}
