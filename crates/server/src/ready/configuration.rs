//! What the settings say, before anybody is asked.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use saydo_app::{
    Clock,
    accounts::{
        Throttling,
        administrators::{Standing, standing},
    },
};
use secrecy::ExposeSecret as _;

use super::{
    row::{Check, Row},
    scene::Scene,
};
use crate::config::{Config, LogFormat, Profile, Proxy, SignUp};

const BY: &str = "settings";

const PROFILE: Check = Check::must("D3", "Profile", "production", BY);
const DEBUG: Check = Check::must("D2", "Debugging", "off", BY);
const CLOCK: Check = Check::must("D2", "Clock of the server", "the machine's", BY);
const SECRET: Check = Check::must("S1", "Token secret", "32 characters or more, random", BY);
const FILES: Check = Check::must("S12", "Secrets on disk", "open to their owner and group only", "modes of the files");
const ORIGINS: Check = Check::must("S16", "Other sites", "exact origins, with https", BY);
const SIGN_UP: Check = Check::should("S17", "Sign-up", "as it is meant to be", BY);
const LIMITS: Check = Check::must("S17", "Limits", "on", BY);
const PROXY: Check = Check::must("S17", "Proxy", "believed where one ends TLS", BY);
const ADMINS: Check = Check::must("S3", "Administrators", "have accounts that somebody vouched for", "database");
const LOG: Check = Check::should("O1", "Log", "info, as JSON", BY);
const REDIS: Check = Check::must("S17", "Redis", "answers where it is configured", "Redis");

pub(super) async fn rows(scene: &Scene) -> Vec<Row> {
    let config = &scene.config;
    let profile = config.profile.as_str();
    let production = config.profile == Profile::Production;
    let still = match config.clock {
        Clock::System => None,
        Clock::Frozen(at) => Some(at),
    };
    let on = config.limits.throttling == Throttling::On;
    vec![
        PROFILE.judge(production, format!("the profile is {profile}"), "set SAYDO_PROFILE=production"),
        DEBUG.judge(!config.debug, if config.debug { "it is on" } else { "it is off" }, "set DEBUG=off"),
        match still {
            None => CLOCK.holds("it runs"),
            Some(at) => CLOCK.fails(format!("it stands still at {at}"), "remove SAYDO_NOW"),
        },
        secret(config),
        files(config),
        origins(config),
        SIGN_UP.holds(match config.auth.sign_up {
            SignUp::Open => "open to everybody; SAYDO_SIGNUP=closed closes it",
            SignUp::Closed => "closed: saydo user create makes accounts",
        }),
        LIMITS.judge(on, format!("they are {}", if on { "on" } else { "off" }), "set SAYDO_RATE_LIMITS=on"),
        proxy(config, scene.site.base()),
        admins(scene).await,
        log(config),
        redis(scene).await,
    ]
}

fn secret(config: &Config) -> Row {
    match &config.auth.secret {
        Some(secret) => {
            let secret = secret.expose_secret();
            let (length, different) = (secret.chars().count(), secret.chars().collect::<BTreeSet<_>>().len());
            // Weaker ones are refused when the settings are read.
            SECRET.holds(format!("{length} characters, {different} different ones, none of the well-known"))
        }
        None => SECRET.fails(
            "it was made for development and lies in the data folder",
            "set BETTER_AUTH_SECRET, for example from: openssl rand -base64 48",
        ),
    }
}

/// Where compose and Docker mount secrets: inside a container there is nobody else, and outside nothing is seen of it.
const MOUNTED: &str = "/run/secrets";

/// Files that hold secrets or everybody's tasks.
fn files(config: &Config) -> Row {
    let mut files = config.secret_files.clone();
    files.push(config.data_dir.join("secret"));
    files.extend(config.database.place.sqlite_path().map(Path::to_owned));
    files.extend([Path::new("credentials"), &config.backup.folder].into_iter().flat_map(inside));
    files.retain(|file| file.exists() && !file.starts_with(MOUNTED));
    files.sort();
    files.dedup();
    let open: Vec<String> = files.iter().filter(|file| is_open(file)).map(|file| file.display().to_string()).collect();
    match (files.len(), open.as_slice()) {
        (0, _) => {
            FILES.yours("there are none here: the settings are in the environment", "see who can read those there")
        }
        (count, []) => FILES.holds(format!("{count} looked at, none open to others")),
        (_, open) => FILES.fails(format!("others can read {}", open.join(", ")), how_to_close(config, &open.join(" "))),
    }
}

/// What can be reached in a folder: nothing when nobody else can enter it.
fn inside(folder: &Path) -> Vec<PathBuf> {
    if !is_open(folder) {
        return vec![folder.to_owned()];
    }
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

#[cfg(unix)]
fn is_open(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o007 != 0)
}

/// How to close them, so that the server can still read them: it is in their group, or owns them.
#[cfg(unix)]
fn how_to_close(config: &Config, files: &str) -> String {
    use std::os::unix::fs::MetadataExt as _;
    // Whoever runs the server owns its data.
    let group = std::fs::metadata(&config.data_dir).map_or_else(|_| "GROUP".to_owned(), |data| data.gid().to_string());
    format!("give them to the group of the server first: chgrp {group} {files} && chmod o-rwx {files}")
}

#[cfg(not(unix))]
fn how_to_close(_: &Config, files: &str) -> String {
    format!("let nobody but the server read {files}")
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

fn origins(config: &Config) -> Row {
    let origins = &config.http.cors_origins;
    let plain: Vec<&str> = origins.iter().map(String::as_str).filter(|origin| origin.starts_with("http://")).collect();
    match (origins.as_slice(), plain.as_slice()) {
        ([], _) => ORIGINS.holds("no other site may call the API from a browser"),
        (all, []) => ORIGINS.holds(format!("only {}", all.join(", "))),
        (_, plain) => {
            ORIGINS.fails(format!("without encryption: {}", plain.join(", ")), "take them out of CORS_ORIGINS")
        }
    }
}

/// Saydo has no TLS of its own: where there is TLS, there is a proxy. Unless it is believed, all people have one
/// address and share one allowance.
fn proxy(config: &Config, base: &str) -> Row {
    match (base.starts_with("https://"), config.http.proxy) {
        (true, Proxy::Trusted) => PROXY.holds("what the proxy says about clients is believed"),
        (true, Proxy::None) => PROXY.fails(
            "TLS ends in front of the server, which takes everybody for the proxy",
            "set SAYDO_TRUST_PROXY=on, and let nobody but the proxy connect",
        ),
        (false, Proxy::None) => PROXY.holds("clients connect directly"),
        (false, Proxy::Trusted) => PROXY.judge(
            config.http.listen.ip().is_loopback(),
            format!("a proxy is believed, at {}", config.http.listen),
            "listen on 127.0.0.1, or let nobody but the proxy connect",
        ),
    }
}

/// Nobody proves an e-mail at sign-up: who is named has nothing until whoever runs the server vouches for the account.
async fn admins(scene: &Scene) -> Row {
    let admins = &scene.config.ready.admins;
    if admins.is_empty() {
        return ADMINS.holds("none are named: nobody sees this list in the web app");
    }
    let store = match &scene.store {
        Ok(store) => store,
        Err(error) => return ADMINS.unknown(error, "see the row about the schema"),
    };
    let (mut free, mut doubtful) = (Vec::new(), Vec::new());
    for email in admins {
        match standing(store, email).await {
            Ok(Standing::Administrates) => {}
            Ok(Standing::NoAccount) => free.push(email.as_str()),
            Ok(Standing::NotVouched) => doubtful.push(email.as_str()),
            Err(error) => return ADMINS.unknown(error, "see the row about the schema"),
        }
    }
    match (free.as_slice(), doubtful.as_slice()) {
        ([], []) => ADMINS.holds(format!("{} named, all have accounts that are vouched for", admins.len())),
        ([first, ..], _) => {
            ADMINS.fails(format!("no account: {}", free.join(", ")), format!("saydo user create {first}"))
        }
        ([], [first, ..]) => ADMINS.fails(
            format!("nobody vouched for {}", doubtful.join(", ")),
            format!("if it is the right person's (saydo user list says since when): saydo user vouch {first}"),
        ),
    }
}

fn log(config: &Config) -> Row {
    let telemetry = &config.telemetry;
    let filter = &telemetry.filter;
    let loud = ["debug", "trace"].iter().find(|level| filter.to_lowercase().contains(**level));
    match (loud, telemetry.format) {
        (Some(level), _) => LOG.fails(format!("{level} lines are written ({filter})"), "set SAYDO_LOG=info"),
        (None, Some(LogFormat::Pretty)) => LOG.fails("it is written for people", "set SAYDO_LOG_FORMAT=json"),
        (None, _) => LOG.holds(format!("{filter}, as JSON where it is no terminal")),
    }
}

/// Counts something of no meaning there.
pub(super) async fn redis(scene: &Scene) -> Row {
    use saydo_app::counters::{Counters, Rate};
    let limits = &scene.config.limits;
    let (Some(url), Some(secret)) = (&limits.redis_url, &scene.secret) else {
        return match limits.redis_url {
            None => REDIS.holds("none is configured: each server counts for itself"),
            Some(_) => REDIS.unknown("the secret is not known", "see the row about the token secret"),
        };
    };
    let Ok(counters) = Counters::in_redis(url, secret, super::scene::PATIENCE) else {
        return REDIS.fails("its address cannot be used", "see REDIS_URL");
    };
    let rate = Rate::per_minute(&counters, "ready", std::num::NonZeroU32::MAX);
    let counted = rate.take("probe").await.is_ok();
    let there = counted && counters.watch().is_some_and(|watch| watch.is_there);
    REDIS.judge(
        there,
        if there { "it counted a request" } else { "it does not answer: each server counts for itself" },
        "start it, or look at REDIS_URL; docs/runbooks/redis.md",
    )
}
