//! Versions that come and go: good ones under load, bad ones that undo themselves, and the way back.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::{doings, load};
use crate::{people::Person, site::Site, trouble::Tried};

/// How long a new version may take until it is well.
const START: u32 = 60;
/// The longest a way back may take.
const BACK: Duration = Duration::from_mins(5);

/// A bad release: what is wrong with it, and what `deploy.sh` must say of it.
const BAD: [(&str, &str, &[&str], u32); 3] = [
    ("crashing", "it ends as soon as it is started", &["is not well within"], 10),
    ("failing", "writing fails, from after the smoke test on", &["requests failed"], START),
    ("slow", "it holds a lock for seconds, from after the smoke test on", &["took longer", "no health"], START),
];

/// The first version, and staging with the second.
pub(crate) async fn first(site: &Site, before: &Path, after: &Path) -> Tried<bool> {
    site.timeline.act('1', "version 1 goes into service; staging tries version 2");
    let mut well = true;
    for (installation, program) in [(&site.production, before), (&site.staging, after)] {
        let ran = installation.deploy_sh(&site.timeline, &["deploy", &program.to_string_lossy()], START).await?;
        let words = format!("{}: deployed and smoked in {} s", installation.environment, ran.took.as_secs());
        site.timeline.verdict(ran.well, words);
        well &= ran.well;
    }
    Ok(well)
}

/// The second version, while everybody goes on.
pub(crate) async fn second(site: &Site, after: &Path) -> Tried<bool> {
    site.timeline.act('2', "version 2 is deployed under load");
    let was = site.production.in_service();
    let load = load::begin(site, after, 60);
    tokio::time::sleep(Duration::from_secs(15)).await;
    let ran = site.production.deploy_sh(&site.timeline, &["deploy", &after.to_string_lossy()], START).await?;
    let waited = ran.lines.iter().find_map(|line| line.split_once("people waited ").map(|(_, rest)| rest));
    let words =
        format!("production: in service after {} s; people waited {}", ran.took.as_secs(), waited.unwrap_or("?"));
    site.timeline.verdict(ran.well && site.production.in_service() != was, words);
    site.timeline.seen(load.await??);
    site.check_ledger(Instant::now(), "after the deployment").await?;
    Ok(ran.well)
}

/// Bad releases: each is noticed, and the version before is back by itself.
pub(crate) async fn bad(site: &Site, after: &Path) -> Tried<()> {
    for (kind, what, said, start) in BAD {
        site.timeline.act('B', format!("a bad release: {what}"));
        let was = site.production.in_service();
        let release = site.bad_release(after, kind)?;
        // Many at once, so that what is slow is seen to be.
        let crowd = if kind == "slow" {
            let person = Person::sign_up(&site.production.base, 36, "offline").await?;
            let smoked = site.production.data().join("smoked");
            Some(tokio::spawn(async move {
                while !smoked.exists() {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                doings::crowd_in(person).await;
            }))
        } else {
            None
        };
        let ran = site.production.deploy_sh(&site.timeline, &["deploy", &release.to_string_lossy()], start).await?;
        let noticed = !ran.well && said.iter().any(|words| ran.said(words)) && ran.said("is in service, and is well");
        let words = format!("noticed, and {was} is back by itself {} s after the deployment began", ran.took.as_secs());
        site.timeline.verdict(noticed && site.production.in_service() == was && ran.took < BACK, words);
        crowd.into_iter().for_each(|crowd| crowd.abort());
        site.check_ledger(Instant::now(), "after the bad release").await?;
    }
    Ok(())
}

/// Back to the first version, by hand.
pub(crate) async fn back(site: &Site) -> Tried<()> {
    site.timeline.act('R', "version 2 is rolled back under load");
    let was = site.production.in_service();
    let ran = site.production.deploy_sh(&site.timeline, &["rollback"], START).await?;
    let words = format!("version 1 is back after {:.1} s (5 minutes are allowed)", ran.took.as_secs_f64());
    site.timeline.verdict(ran.well && ran.took < BACK && site.production.in_service() != was, words);
    site.check_ledger(Instant::now(), "after the rollback").await
}
