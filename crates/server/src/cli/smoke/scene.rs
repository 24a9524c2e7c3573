//! Who takes part in a smoke test, what they have made so far, and how all of it goes away again.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use super::super::{
    CliError,
    person::{Person, made_up_word},
    site::{Answer, Site, send_patiently},
};

/// Why a check did not pass.
#[derive(Debug)]
pub(super) enum Fault {
    Failed(String),
    /// What it needs is missing; the check that failed says why.
    Skipped(&'static str),
}

impl From<CliError> for Fault {
    fn from(error: CliError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The check fails with this.
pub(super) fn failed<T>(what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Failed(what.into()))
}

/// Fails the check when something is not so.
pub(super) fn must(holds: bool, what: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds { Ok(()) } else { failed(what()) }
}

#[derive(Debug)]
pub(super) struct Scene {
    pub(super) site: Site,
    pub(super) timeout: Duration,
    pub(super) target_p95: Duration,
    pub(super) planner: Option<String>,
    /// Who does everything.
    ada: Person,
    /// Whether Ada's account was there before.
    pub(super) given: bool,
    signed_in: bool,
    /// Who must not see any of it.
    bob: Option<Person>,
    /// Made-up words, one for each task, so that what is found is what was made.
    pub(super) words: [String; 4],
    /// The task that is added, changed, completed, deleted.
    pub(super) task: Option<i64>,
    /// The change that deleted it.
    pub(super) deletion: Option<String>,
    /// The conversation that goes on, and its task.
    pub(super) talk: Option<(i64, i64)>,
    /// How long each turn took.
    pub(super) turns: Vec<Duration>,
    /// The conversations that were begun.
    begun: Vec<i64>,
}

impl Scene {
    pub(super) fn new(site: Site, given: Option<Person>, timeout: Duration, target_p95: Duration) -> Self {
        let is_given = given.is_some();
        let ada = given.unwrap_or_else(|| Person::new(&site, &format!("saydo-smoke-{}", uuid::Uuid::new_v4())));
        Self {
            site,
            timeout,
            target_p95,
            planner: None,
            ada,
            given: is_given,
            signed_in: false,
            bob: None,
            words: std::array::from_fn(|_| made_up_word()),
            task: None,
            deletion: None,
            talk: None,
            turns: Vec::new(),
            begun: Vec::new(),
        }
    }

    /// Ada, once she is signed in.
    pub(super) fn ada(&self) -> Result<&Person, Fault> {
        if self.signed_in { Ok(&self.ada) } else { Err(Fault::Skipped("nobody is signed in")) }
    }

    /// Ada at the door.
    pub(super) const fn ada_outside(&mut self) -> &mut Person {
        &mut self.ada
    }

    pub(super) const fn let_in(&mut self) {
        self.signed_in = true;
    }

    /// A second person, newly signed up.
    pub(super) async fn bob(&mut self) -> Result<Person, CliError> {
        let name = format!("saydo-smoke-{}", uuid::Uuid::new_v4());
        let bob = self.bob.insert(Person::new(&self.site, &name));
        bob.sign_up().await?;
        Ok(bob.clone())
    }

    /// Ada says something; questions about it are answered with yes.
    pub(super) async fn say(&mut self, conversation: Option<i64>, message: &str) -> Result<Value, Fault> {
        let answer = send_patiently(self.ada()?.message(conversation, message)).await?.expect(200)?;
        self.turns.push(answer.took);
        let id = self.begin(&answer.json)?;
        self.agree(id, answer).await
    }

    /// Remembers the conversation of a reply.
    fn begin(&mut self, reply: &Value) -> Result<i64, Fault> {
        let Some(id) = reply["conversation_id"].as_i64() else { return failed("the reply names no conversation") };
        self.remember(id);
        Ok(id)
    }

    pub(super) fn remember(&mut self, conversation: i64) {
        if !self.begun.contains(&conversation) {
            self.begun.push(conversation);
        }
    }

    /// A model may want to be sure first, and so may the engine.
    async fn agree(&self, conversation: i64, answer: Answer) -> Result<Value, Fault> {
        let pending = &answer.json["pending"];
        let (Some(id), true) = (pending["id"].as_str(), pending["kind"] != "ask") else { return Ok(answer.json) };
        let ids: Vec<&Value> = pending["tasks"].as_array().into_iter().flatten().map(|task| &task["id"]).collect();
        let chosen = (pending["kind"] == "choose").then(|| ids.first().copied().into_iter().collect::<Vec<_>>());
        let body = json!({"decision": "accept", "task_ids": chosen});
        let path = format!("/api/conversations/{conversation}/pending/{id}");
        Ok(self.ada()?.post(&path, body).await?.expect(200)?.json)
    }

    /// Ada's tasks with one of the made-up words in them.
    pub(super) async fn tasks_about(&self, word: &str) -> Result<Vec<Value>, Fault> {
        let found = self.ada()?.get(&format!("/api/tasks?limit=200&q={word}")).await?.expect(200)?;
        let tasks = found.json.as_array().cloned().unwrap_or_default();
        let is_about = |task: &Value| task["title"].as_str().unwrap_or_default().to_lowercase().contains(word);
        Ok(tasks.into_iter().filter(is_about).collect())
    }

    /// The only task with this word in it.
    pub(super) async fn only_task_about(&self, word: &str) -> Result<Value, Fault> {
        let mut tasks = self.tasks_about(word).await?;
        match (tasks.len(), tasks.pop()) {
            (1, Some(task)) => Ok(task),
            (count, _) => failed(format!("{count} tasks are there instead of one")),
        }
    }

    /// One of Ada's tasks as it is now.
    pub(super) async fn task(&self, id: i64) -> Result<Value, Fault> {
        Ok(self.ada()?.get(&format!("/api/tasks/{id}")).await?.expect(200)?.json)
    }

    /// Takes everything away that was made; says what is left if that fails.
    pub(super) async fn clean_up(&mut self) -> Result<String, Fault> {
        let mut left = Vec::new();
        let mut erased = 0;
        let made = self.bob.iter_mut().chain((!self.given).then_some(&mut self.ada));
        for person in made.filter(|person| person.may_exist()) {
            match person.erase().await {
                Ok(()) => erased += 1,
                Err(error) => left.push(format!("{} ({error})", person.email)),
            }
        }
        let mut removed = String::new();
        if self.given && self.signed_in {
            match self.tidy().await {
                Ok((tasks, conversations)) => removed = format!(", {tasks} tasks and {conversations} conversations"),
                Err(Fault::Failed(what)) => left.push(format!("tasks of {} ({what})", self.ada.email)),
                Err(Fault::Skipped(_)) => {}
            }
        }
        must(left.is_empty(), || format!("left behind: {}", left.join(", ")))?;
        Ok(format!("{erased} accounts{removed} removed"))
    }

    /// Removes what was made in an account that stays.
    async fn tidy(&self) -> Result<(usize, usize), Fault> {
        let ada = self.ada()?;
        // By number as well: a server that failed the test may have let somebody change a title.
        let known = [self.task, self.talk.map(|(_, task)| task)];
        let mut tasks: BTreeSet<i64> = known.into_iter().flatten().collect();
        for word in &self.words {
            tasks.extend(self.tasks_about(word).await?.iter().filter_map(|task| task["id"].as_i64()));
        }
        for id in &tasks {
            let answer = ada.delete(&format!("/api/tasks/{id}")).await?;
            if answer.status != 404 {
                answer.expect(204)?;
            }
        }
        for id in &self.begun {
            let answer = ada.delete(&format!("/api/conversations/{id}")).await?;
            if answer.status != 404 {
                answer.expect(200)?;
            }
        }
        Ok((tasks.len(), self.begun.len()))
    }
}
