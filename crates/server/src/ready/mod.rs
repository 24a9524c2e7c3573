//! Is this installation ready? The list of requirements, each row with what was found, when, and against what.
//!
//! Looks for itself, at the settings, the database, the backups, the metrics, and at the server as it is reached from
//! outside; asks nobody but those. Two throw-away people sign up for what only people see, and are erased, whatever
//! happens. What only people decide stands in a file. Changes nothing else.
//!
//! - `row`, `report`: what a row is, and the one rule that makes a verdict of them
//! - `scene`: what is looked at
//! - one file for each thing that is asked: `configuration`, `outside`, `certificate`, `isolation`, `guessing`,
//!   `limits`, `audit`, `database`, `backup`, `figures`, `decisions`
//! - `page`, `watch`: metrics as they are read, and over time
//! - `end`: whether somebody wants an end

mod audit;
mod backup;
mod certificate;
mod configuration;
mod database;
mod decisions;
mod dependencies;
mod end;
mod figures;
mod guessing;
mod isolation;
mod limits;
mod models;
mod outside;
mod page;
mod pair;

mod report;
mod row;
mod scene;
mod watch;

pub(crate) use decisions::TEMPLATE;
pub(crate) use end::End;
pub(crate) use report::{Report, Verdict};
pub(crate) use row::{GROUPS, Row, State};
pub(crate) use scene::{Accounts, Metrics, Scene};
pub(crate) use watch::{Look, Stretch, Watch};

use row::Check;
use saydo_app::Clock;

const WHOLE: Check = Check::must("D11", "The whole list", "was gone through to its end", "this program");

/// Goes through the list, unless somebody ends it. `told` hears what is being looked at.
pub(crate) async fn evaluate(scene: &Scene, told: &(dyn Fn(&'static str) + Send + Sync), end: &End) -> Report {
    let began = Clock::System.now();
    let mut rows = Vec::new();
    if Box::pin(look(scene, told, end, &mut rows)).await.is_none() {
        rows.push(WHOLE.unknown("somebody ended it", "let it come to its end"));
    }
    Report::new(scene.site.base(), began, Clock::System.now(), rows)
}

/// Adds row by row; `None` when somebody ended it.
async fn look(
    scene: &Scene,
    told: &(dyn Fn(&'static str) + Send + Sync),
    end: &End,
    rows: &mut Vec<Row>,
) -> Option<()> {
    told("the metrics");
    // What happens from here on is what the figures are of.
    end.or(scene.first_page()).await?;
    told("the settings");
    rows.extend(end.or(configuration::rows(scene)).await?);
    told("the server as it is seen from outside");
    rows.extend(end.or(outside::rows(scene)).await?);
    rows.extend(end.or(certificate::rows(&scene.site)).await?);
    told("two people who must not see each other");
    // It ends by itself: they must be erased.
    rows.extend(Box::pin(pair::rows(scene, told, end)).await);
    told("the database");
    rows.extend(end.or(database::rows(scene)).await?);
    told("the backups");
    rows.extend(end.or(backup::rows(scene)).await?);
    told("the language models");
    rows.push(end.or(models::row(scene)).await?);
    rows.extend(models::prices(&scene.config));
    told("the metrics");
    rows.extend(end.or(figures::rows(scene)).await?);
    told("what people decided");
    rows.extend(decisions::rows(&scene.config.ready.decisions));
    rows.push(dependencies::row(&scene.config));
    Some(())
}

/// The rows that may change from one moment to the next, without anybody signing up.
pub(crate) async fn live(scene: &Scene) -> Vec<Row> {
    let mut rows = outside::health(&scene.site).await;
    rows.push(configuration::redis(scene).await);
    rows.extend(database::rows(scene).await);
    rows.extend(backup::rows(scene).await);
    rows.push(models::row(scene).await);
    rows.extend(figures::rows(scene).await);
    rows
}
