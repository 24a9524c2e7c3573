//! The certificate that people's browsers are shown: whether it is trusted, and for how long.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, tls::TlsInfo};
use saydo_app::Clock;
use x509_cert::{Certificate, der::Decode as _};

use super::{
    row::{Check, Row},
    scene::PATIENCE,
};
use crate::cli::{
    CliError,
    site::{Site, send},
};

const BY: &str = "TLS from outside";

const TRUSTED: Check = Check::must("S18", "Encryption", "https, with a certificate that is good", BY);
const LASTS: Check = Check::must("S18", "Certificate", "lasts 7 days or longer", BY);
/// Whoever renews certificates by itself does so a month before their end.
const RENEWED: Check = Check::should("S18", "Certificate", "renewed 21 days before its end", BY);

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const THREE_WEEKS: SignedDuration = SignedDuration::from_hours(21 * 24);
const RENEW: &str = "renew it at the proxy that ends TLS, and see why that did not happen by itself";

pub(super) async fn rows(site: &Site) -> [Row; 2] {
    if !site.base().starts_with("https://") {
        let help = "put a proxy with TLS in front (docs/DEPLOYMENT.md), and set SAYDO_PUBLIC_URL or --base-url";
        return [
            TRUSTED.fails(format!("{} is not encrypted", site.base()), help),
            LASTS.fails(format!("{} has none", site.base()), help),
        ];
    }
    let away = "is the server there? see --base-url or SAYDO_PUBLIC_URL";
    let trusted = match send(site.request(Method::GET, "/livez")).await {
        Ok(_) => TRUSTED.holds(format!("{} has a certificate that this machine trusts", site.base())),
        Err(error) => match refusal(&error.to_string()) {
            Some(why) => TRUSTED.fails(why, "let the proxy show a certificate for this name, with its whole chain"),
            None => TRUSTED.unknown(error, away),
        },
    };
    let lasts = match end(site).await {
        Ok(end) => lasts(end, Clock::System.now()),
        Err(error) => LASTS.unknown(error, away),
    };
    [trusted, lasts]
}

/// What is wrong with the certificate, if that is why a request failed.
fn refusal(error: &str) -> Option<String> {
    let (_, why) = error.split_once("invalid peer certificate: ")?;
    Some(match why {
        "UnknownIssuer" => "nobody whom this machine trusts made the certificate".to_owned(),
        why if why.starts_with("certificate expired") => "the certificate has expired".to_owned(),
        // Of a wrong name it says for which it would be good.
        why => why.to_owned(),
    })
}

/// Until when the certificate is good, whether or not it is trusted.
async fn end(site: &Site) -> Result<Timestamp, CliError> {
    let unread = |what: &str| CliError::Refused(what.to_owned());
    let response = site.unverified(PATIENCE)?.get(format!("{}/livez", site.base())).send().await;
    let response = response.map_err(|error| CliError::Unreachable(error.to_string()))?;
    let shown = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
    let certificate = Certificate::from_der(shown.ok_or_else(|| unread("no certificate was shown"))?)
        .map_err(|error| unread(&format!("the certificate cannot be read: {error}")))?;
    let end = certificate.tbs_certificate().validity().not_after.to_unix_duration();
    Timestamp::try_from(std::time::SystemTime::UNIX_EPOCH + end).map_err(|error| unread(&error.to_string()))
}

fn lasts(end: Timestamp, now: Timestamp) -> Row {
    let left = end.duration_since(now);
    let (days, day) = (left.as_hours() / 24, end.strftime("%F"));
    match left {
        left if left.is_negative() => LASTS.fails(format!("it ended on {day}"), RENEW),
        left if left < WEEK => LASTS.fails(format!("it ends on {day}, in {days} days"), RENEW),
        left if left < THREE_WEEKS => RENEWED.fails(format!("it ends on {day}, in {days} days"), RENEW),
        _ => LASTS.holds(format!("until {day}, for {days} days")),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::row::State, *};

    #[test]
    fn a_certificate_lasts_a_week_and_better_three() {
        let (now, day) = (Timestamp::UNIX_EPOCH, 24 * 60 * 60);
        for (seconds, expected) in [
            (-1, State::Failed),
            (7 * day - 1, State::Failed),
            (7 * day, State::Warning),
            (21 * day - 1, State::Warning),
            (21 * day, State::Ok),
        ] {
            assert_eq!(lasts(Timestamp::from_second(seconds).unwrap(), now).state, expected, "{seconds}");
        }
    }
}
