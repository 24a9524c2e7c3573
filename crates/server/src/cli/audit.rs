//! `saydo audit`.

use std::{collections::BTreeSet, time::Duration};

use clap::Args;
use jiff::{SignedDuration, Span, Timestamp, civil::Date, tz::TimeZone};
use saydo_app::audit::AuditKind;
use saydo_store::{AuditEvent, AuditQuery, Store};

use super::CliError;
use crate::{config::Config, setup};

/// Events read at once.
const PAGE: u32 = 500;
/// How often new ones are looked for.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Events looked at again while following: with several servers, one may be stored after others with higher numbers.
const LOOK_BACK: i64 = 500;

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Only from then on: an instant (2026-03-11T09:00:00Z), a day by UTC (2026-03-11, yesterday) or an age (90m, 24h)
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only events of this kind, like login_failed
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<AuditKind>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Go on with what happens from now on, until it is interrupted
    #[arg(long)]
    follow: bool,
}

impl Audit {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let since = self.since.as_deref().map(|text| instant(text, config.clock.now())).transpose()?;
        let store = setup::open_store(config).await?;
        if !store.has_audit().await? {
            store.close().await;
            return Err(setup::SetupError::SchemaTooOld.into());
        }
        let kind = self.kind.map(|kind| kind.as_str().to_owned());
        let mut query = AuditQuery { after: 0, since, kind, actor: None };
        let mut seen = BTreeSet::new();
        self.print(&store, &mut query, &mut seen).await?;
        if self.follow {
            loop {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => break,
                    () = tokio::time::sleep(LOOK_AGAIN) => {
                        let last = query.after;
                        query.after = last.saturating_sub(LOOK_BACK);
                        self.print(&store, &mut query, &mut seen).await?;
                        query.after = query.after.max(last);
                    }
                }
            }
        }
        store.close().await;
        Ok(())
    }

    /// Everything from there on that was not printed before.
    async fn print(&self, store: &Store, query: &mut AuditQuery, seen: &mut BTreeSet<i64>) -> Result<(), CliError> {
        loop {
            let events = store.read().await?.audit_list(query, PAGE).await?;
            for event in &events {
                if seen.insert(event.id) {
                    println!("{}", if self.json { as_json(event) } else { for_people(event) });
                }
                query.after = event.id;
            }
            *seen = seen.split_off(&query.after.saturating_sub(LOOK_BACK));
            if events.len() < PAGE as usize {
                return Ok(());
            }
        }
    }
}

fn as_json(event: &AuditEvent) -> String {
    let AuditEvent { id, at, kind, actor, origin, request_id, details } = event;
    serde_json::json!({"id": id, "at": at.to_string(), "kind": kind, "actor": actor, "origin": origin,
        "request_id": request_id, "details": details})
    .to_string()
}

fn for_people(event: &AuditEvent) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let (actor, origin) = (word(&event.actor), word(&event.origin));
    let details = event.details.as_object().filter(|details| !details.is_empty());
    let details = details.map(|_| event.details.to_string()).unwrap_or_default();
    format!("{:.0}  {:<22} {actor:<16} {origin:<16} {details}", event.at, event.kind).trim_end().to_owned()
}

fn kind(word: &str) -> Result<AuditKind, String> {
    AuditKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
        let words: Vec<&str> = AuditKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("the kinds are {}", words.join(", "))
    })
}

/// An instant, the beginning of a day, or so long before now.
fn instant(text: &str, now: Timestamp) -> Result<Timestamp, CliError> {
    if let Ok(instant) = text.parse() {
        return Ok(instant);
    }
    let today = TimeZone::UTC.to_datetime(now).date();
    let day = match text {
        "today" => Some(today),
        "yesterday" => today.yesterday().ok(),
        text => Date::strptime("%Y-%m-%d", text).ok(),
    };
    if let Some(begin) = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()) {
        return Ok(begin.timestamp());
    }
    let age = text.parse::<Span>().ok().and_then(|age| age.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok());
    let age = age.filter(|age| *age >= SignedDuration::ZERO);
    let refuse = || {
        let what = "an instant, a day like 2026-03-11 or yesterday, or an age like 24h or 7d";
        CliError::Refused(format!("--since: “{text}” is not {what}"))
    };
    age.and_then(|age| now.checked_sub(age).ok()).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_an_instant_a_day_or_an_age() {
        let now: Timestamp = "2026-03-11T09:00:00Z".parse().unwrap();
        let read = |text| instant(text, now).map(|at| at.to_string()).map_err(drop);
        assert_eq!(read("2026-01-01T00:00:00Z"), Ok("2026-01-01T00:00:00Z".to_owned()));
        assert_eq!(read("24h"), Ok("2026-03-10T09:00:00Z".to_owned()));
        assert_eq!(read("7d"), Ok("2026-03-04T09:00:00Z".to_owned()));
        assert_eq!(read("90m"), Ok("2026-03-11T07:30:00Z".to_owned()));
        assert_eq!(read("2026-01-02"), Ok("2026-01-02T00:00:00Z".to_owned()));
        assert_eq!(read("today"), Ok("2026-03-11T00:00:00Z".to_owned()));
        assert_eq!(read("yesterday"), Ok("2026-03-10T00:00:00Z".to_owned()));
        for odd in ["", "tomorrow", "2026-13-01", "2026-01-02T10:00", "-1h", "3"] {
            assert_eq!(read(odd), Err(()), "{odd}");
        }
    }
}
