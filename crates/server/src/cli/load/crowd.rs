//! The people of a load test: made before, erased after.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{
    super::{
        CliError,
        person::Person,
        site::{Site, send_patiently},
    },
    plan::{Act, Plan, Scenario},
};

/// Accounts made or erased at the same time: a password takes a quarter of a second of a core.
const AT_ONCE: usize = 4;
/// Tasks in a list that is read.
const TASKS: usize = 50;

#[derive(Debug)]
pub(super) struct Crowd {
    people: Vec<Person>,
    scenario: Scenario,
}

impl Crowd {
    /// Nobody has an account yet.
    pub(super) fn new(site: &Site, plan: &Plan) -> Self {
        let run = uuid::Uuid::new_v4().simple().to_string();
        let person = |n| Person::new(site, &format!("saydo-load-{}-{n}", &run[..8]));
        Self { people: (1..=plan.accounts).map(person).collect(), scenario: plan.scenario }
    }

    /// Makes all accounts. A server that limits sign-ups makes this take a while.
    pub(super) async fn gather(&mut self) -> Result<(), CliError> {
        let bar = bar(self.people.len(), "making accounts");
        let scenario = self.scenario;
        let made = stream::iter(&mut self.people).map(|person| async {
            prepare(person, scenario).await?;
            bar.inc(1);
            Ok(())
        });
        let made = made.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await;
        bar.finish_and_clear();
        made.map(drop)
    }

    /// Who this person acts as.
    pub(super) fn person(&self, n: usize) -> &Person {
        &self.people[n % self.people.len()]
    }

    /// Erases all accounts; says which are left if that fails.
    pub(super) async fn disperse(&mut self) -> Option<String> {
        let made: Vec<&mut Person> = self.people.iter_mut().filter(|person| person.may_exist()).collect();
        let bar = bar(made.len(), "erasing accounts");
        let erased = stream::iter(made).map(|person| async {
            let result = person.erase().await;
            bar.inc(1);
            result.err().map(|error| (person.email.clone(), error))
        });
        let left: Vec<(String, CliError)> =
            erased.buffer_unordered(AT_ONCE).filter_map(async |left| left).collect().await;
        bar.finish_and_clear();
        let (_, why) = left.first()?;
        let emails: Vec<&str> = left.iter().map(|(email, _)| email.as_str()).collect();
        Some(format!("{} accounts are left behind ({why}): {}", left.len(), emails.join(" ")))
    }
}

/// Somebody signs up, chooses the planner, and has tasks where lists are read.
async fn prepare(person: &mut Person, scenario: Scenario) -> Result<(), CliError> {
    person.sign_up().await?;
    person.patch("/api/auth/me", json!({"planner": scenario.planner()})).await?.expect(200)?;
    if (0..10).any(|n| scenario.act(0, n) == Act::List) {
        let lines: Vec<String> = (1..=TASKS).map(|n| format!("- task number {n}")).collect();
        send_patiently(person.message(None, &lines.join("\n"))).await?.expect(200)?;
    }
    Ok(())
}

/// A bar on the terminal, if there is one.
pub(super) fn bar(length: usize, message: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(length.try_into().unwrap_or(u64::MAX)).with_message(message);
    styled(&bar, "{msg:20} {bar:30} {pos}/{len} {eta}");
    bar
}

/// Gives a bar its looks; it ticks by itself, so that people see that something is going on.
pub(super) fn styled(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
}
