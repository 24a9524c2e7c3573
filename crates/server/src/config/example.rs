//! `.env.example`, generated from the table of settings.

use std::fmt::Write as _;

use super::SETTINGS;

/// The text of `.env.example`.
#[must_use]
pub fn env_example() -> String {
    let mut text = String::from(
        "# Settings of Saydo. Copy to .env and change what you need; everything has a safe default for development.\n\
         # Order: defaults, saydo.toml, .env, systemd's credentials, environment, flags. Secrets also from files (…_FILE).\n\
         # Generated from the table of settings by `saydo config --example`.\n",
    );
    for setting in SETTINGS {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n# {}\n", setting.help);
        let _ = writeln!(text, "#{}={}", setting.env, setting.default);
        if setting.secret {
            let _ = writeln!(text, "#{}_FILE=", setting.env);
        }
    }
    text
}
