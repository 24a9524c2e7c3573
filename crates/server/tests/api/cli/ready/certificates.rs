//! The certificate that the proxy shows.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use jiff::{ToSpan as _, tz::TimeZone};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::Value;
use testbed::HaProxy;

use super::{report, row};
use crate::cli::{run, saydo};

/// Somebody who makes certificates, and is trusted.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

fn day(from_today: i64) -> (i32, u8, u8) {
    let day = saydo_app::Clock::System.now().to_zoned(TimeZone::UTC).date() + from_today.days();
    (day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs())
}

impl Authority {
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        fs::write(folder.path().join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        Self { issuer: Issuer::new(params, key), folder }
    }

    /// A proxy that shows a certificate for this name, good until the beginning of a day so far from today.
    fn proxy(&self, name: &str, days: i64) -> HaProxy {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let ((year, month, date), (to_year, to_month, to_date)) = (day(-30), day(days));
        params.not_before = rcgen::date_time_ymd(year, month, date);
        params.not_after = rcgen::date_time_ymd(to_year, to_month, to_date);
        let key = KeyPair::generate().unwrap();
        let shown = params.signed_by(&key, &self.issuer).unwrap().pem() + &key.serialize_pem();
        let file = self.folder.path().join(format!("{name}{days}.pem"));
        fs::write(&file, shown).unwrap();
        // Nobody is behind it: what it shows is all that matters here.
        let proxy = HaProxy::with_tls(&[9], &file);
        let (begun, base) = (Instant::now(), proxy.base());
        while TcpStream::connect(base.trim_start_matches("https://")).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "HAProxy listens");
            std::thread::yield_now();
        }
        proxy
    }
}

/// What is said of the encryption and of the certificate: states and evidence.
fn seen(base: &str, trusted: &Path) -> [(String, String); 2] {
    let folder = tempfile::tempdir().unwrap();
    let mut command = saydo(folder.path(), &["ready", "--json", "--without-accounts", "--base-url", base]);
    command.env("SSL_CERT_FILE", trusted).env("SAYDO_LISTEN", "127.0.0.1:9");
    let (_, report) = report(&run(command, ""));
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    ["Encryption", "Certificate"].map(|title| {
        let row = row(&report, title);
        (text(row, "state"), text(row, "evidence"))
    })
}

#[test]
fn a_certificate_that_ends_or_is_not_trusted_is_noticed() {
    let (authority, other) = (Authority::new("One"), Authority::new("Another"));
    let trusted = authority.folder.path().join("ca.pem");
    let table = [
        (&authority, "127.0.0.1", 60, ("ok", "trusts"), ("ok", "for 59 days")),
        (&authority, "127.0.0.1", 15, ("ok", "trusts"), ("warning", "in 14 days")),
        (&authority, "127.0.0.1", 4, ("ok", "trusts"), ("failed", "in 3 days")),
        (&authority, "127.0.0.1", -1, ("failed", "has expired"), ("failed", "it ended on")),
        (&authority, "todo.example.com", 60, ("failed", "not valid for name"), ("ok", "for 59 days")),
        (&other, "127.0.0.1", 60, ("failed", "nobody whom this machine trusts"), ("ok", "for 59 days")),
    ];
    for (authority, name, days, encryption, certificate) in table {
        let proxy = authority.proxy(name, days);
        for ((state, told), (expected, part)) in seen(&proxy.base(), &trusted).iter().zip([encryption, certificate]) {
            assert_eq!(state, expected, "{name}, {days} days: {told}");
            assert!(told.contains(part), "{name}, {days} days: {told}");
        }
    }
    let [encryption, certificate] = seen("http://127.0.0.1:9", &trusted);
    assert_eq!((encryption.0.as_str(), certificate.0.as_str()), ("failed", "failed"));
    assert!(certificate.1.contains("http://127.0.0.1:9 has none"), "{}", certificate.1);
    let [encryption, certificate] = seen("https://127.0.0.1:9", &trusted);
    assert_eq!((encryption.0.as_str(), certificate.0.as_str()), ("not_checked", "not_checked"));
}
