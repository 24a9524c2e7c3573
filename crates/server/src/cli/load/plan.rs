//! What a load test does: who, how often, how long, and what is good enough.

use std::time::Duration;

use clap::ValueEnum;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Scenario {
    ChatOffline,
    ChatModel,
    List,
    Mixed,
}

/// One thing a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    Chat,
    List,
    Add,
    Read,
}

impl Act {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::List => "list",
            Self::Add => "add",
            Self::Read => "read",
        }
    }
}

/// Ten acts of a person in the mixed scenario.
const MIXED: [Act; 10] =
    [Act::List, Act::Chat, Act::List, Act::List, Act::Add, Act::List, Act::Chat, Act::List, Act::Read, Act::List];

impl Scenario {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ChatOffline => "chat-offline",
            Self::ChatModel => "chat-model",
            Self::List => "list",
            Self::Mixed => "mixed",
        }
    }

    /// The target of an act when none is given.
    const fn p95(self, act: Act) -> Duration {
        match (self, act) {
            (Self::ChatModel, _) => Duration::from_secs(3),
            (_, Act::Chat | Act::Add) => Duration::from_millis(25),
            (_, Act::List | Act::Read) => Duration::from_millis(10),
        }
    }

    /// What a person does as their `n`-th act; each begins elsewhere in the ten.
    pub(super) fn act(self, person: usize, n: usize) -> Act {
        match self {
            Self::ChatOffline | Self::ChatModel => Act::Chat,
            Self::List => Act::List,
            Self::Mixed => MIXED[(person + n) % MIXED.len()],
        }
    }

    /// What is shown while it runs, and in lines of its own after it.
    pub(super) const fn measured(self) -> Act {
        match self {
            Self::List => Act::List,
            Self::ChatOffline | Self::ChatModel | Self::Mixed => Act::Chat,
        }
    }

    /// Which planner its people want.
    pub(super) const fn planner(self) -> &'static str {
        match self {
            Self::ChatModel => "llm",
            Self::ChatOffline | Self::List | Self::Mixed => "offline",
        }
    }
}

/// When a person acts again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pace {
    /// So often a second, whatever the server does.
    Rate(f64),
    /// As soon as the last answer came.
    Closed,
}

/// What is good enough, of every act.
#[derive(Debug, Clone, Copy)]
pub(super) struct Targets {
    /// What suits the act when it is not given.
    pub(super) p95: Option<Duration>,
    pub(super) p99: Option<Duration>,
    /// In percent.
    pub(super) errors: f64,
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) scenario: Scenario,
    pub(super) people: u32,
    pub(super) accounts: u32,
    pub(super) pace: Pace,
    pub(super) ramp: Duration,
    pub(super) duration: Duration,
    pub(super) max_requests: u64,
    pub(super) timeout: Duration,
    pub(super) targets: Targets,
}

impl Plan {
    /// What 95 of 100 acts of a kind must take less than.
    pub(super) fn p95(&self, act: Act) -> Duration {
        self.targets.p95.unwrap_or_else(|| self.scenario.p95(act))
    }

    /// Ramp and measurement together.
    pub(super) fn total(&self) -> Duration {
        self.ramp + self.duration
    }

    /// How many requests are due at most; nobody knows when people do not act at a rate.
    pub(super) fn requests(&self) -> Option<u64> {
        let Pace::Rate(rate) = self.pace else { return None };
        let count = f64::from(self.people) * (rate * self.total().as_secs_f64()).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count within bounds")]
        let count = count as u64;
        Some(count)
    }

    /// When this person's `n`-th act is due, from the start; nothing when they act as soon as they can.
    pub(super) fn due(&self, person: u32, n: u32) -> Option<Duration> {
        let Pace::Rate(rate) = self.pace else { return None };
        // Within one period nobody acts in step with anybody else, also without a ramp.
        let place = f64::from(person) / f64::from(self.people);
        Some(self.begins(person) + Duration::from_secs_f64((f64::from(n) + place) / rate))
    }

    /// When this person begins, from the start.
    pub(super) fn begins(&self, person: u32) -> Duration {
        self.ramp * person / self.people
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(pace: Pace) -> Plan {
        Plan {
            scenario: Scenario::Mixed,
            people: 4,
            accounts: 4,
            pace,
            ramp: Duration::from_secs(8),
            duration: Duration::from_secs(10),
            max_requests: 1000,
            timeout: Duration::from_secs(1),
            targets: Targets { p95: None, p99: None, errors: 0.0 },
        }
    }

    #[test]
    fn people_begin_over_the_ramp_and_act_at_their_rate() {
        let plan = plan(Pace::Rate(0.5));
        let due = |person, n| plan.due(person, n).map(|due| due.as_millis());
        assert_eq!([due(0, 0), due(0, 1), due(0, 2)], [Some(0), Some(2_000), Some(4_000)]);
        assert_eq!([due(1, 0), due(1, 1), due(3, 0)], [Some(2_500), Some(4_500), Some(7_500)]);
        assert_eq!(plan.requests(), Some(36));
        assert_eq!(super::Plan { pace: Pace::Closed, ..plan }.due(1, 1), None);
    }

    #[test]
    fn each_act_has_its_target_unless_one_is_given() {
        let mut plan = plan(Pace::Closed);
        let of = |plan: &Plan| [Act::Chat, Act::Add, Act::List, Act::Read].map(|act| plan.p95(act).as_millis());
        assert_eq!(of(&plan), [25, 25, 10, 10]);
        plan.scenario = Scenario::ChatModel;
        assert_eq!(plan.p95(Act::Chat), Duration::from_secs(3));
        plan.targets.p95 = Some(Duration::from_secs(1));
        assert_eq!(of(&plan), [1_000; 4]);
    }

    #[test]
    fn the_mixture_is_what_the_help_says() {
        let acts: Vec<Act> = (0..10).map(|n| Scenario::Mixed.act(7, n)).collect();
        let count = |act| acts.iter().filter(|&&done| done == act).count();
        assert_eq!([count(Act::List), count(Act::Chat), count(Act::Add), count(Act::Read)], [6, 2, 1, 1]);
    }
}
