//! The data is destroyed, and a backup put back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    site::{DATABASE, Site},
    trouble::Tried,
};

/// How long people go on after the backup: that is what is lost.
const AFTER: Duration = Duration::from_secs(5);

/// A backup while people write; then there is no database any more; then the backup is put back.
pub(crate) async fn restore(site: &Site) -> Tried<()> {
    let (production, timeline) = (&site.production, &site.timeline);
    timeline.act('X', "the data is destroyed, and a backup restored");
    let began = Instant::now();
    let made = production.deploy_sh(timeline, &["run", "backup", "create"], 60).await?;
    timeline.verdict(made.well, format!("a backup was made in {:.1} s while people wrote", made.took.as_secs_f64()));
    let verified = production.deploy_sh(timeline, &["run", "backup", "verify"], 60).await?;
    timeline.verdict(verified.well, "it was read back, and restored where nobody sees it");
    tokio::time::sleep(AFTER).await;

    let destroyed = Instant::now();
    production.service("stop").await?;
    let postgres = Arc::clone(&site.postgres);
    tokio::task::spawn_blocking(move || {
        postgres.drop_database(DATABASE);
        postgres.create_database(DATABASE);
    })
    .await?;
    timeline.done("the database was dropped; an empty one is in its place");
    let restored = production.deploy_sh(timeline, &["run", "backup", "restore", "latest"], 60).await?;
    production.service("start").await?;
    let mut well = false;
    let patience = Instant::now() + Duration::from_mins(1);
    while !well && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(500)).await;
        well = production.deploy_sh(timeline, &["status"], 60).await?.well;
    }
    let took = destroyed.elapsed().as_secs_f64();
    timeline.verdict(restored.well && well, format!("in service again {took:.1} s after the data was destroyed"));
    site.check_ledger(began, "before the backup").await?;
    let smoked = production.deploy_sh(timeline, &["run", "smoke"], 60).await?;
    timeline.verdict(smoked.well, "what was restored passes the smoke test");
    Ok(())
}
