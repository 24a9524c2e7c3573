//! The titles a reference by words is looked up among.

use std::collections::HashMap;

use saydo_domain::{TaskNumber, UserId};
use saydo_lang::{Candidate, Match, Scored, TaskRef, Titles};
use saydo_store::{CompletedScope, Conn, TitleRow};

use crate::{
    AppError,
    fair::{Desk, aside},
};

/// So few tasks, and so few names, that looking is quicker than going to the desk.
const FEW: (usize, usize) = (500, 8);

/// Which tasks a command can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Open ones: to complete, to move.
    Open,
    /// Completed ones: to open again.
    Completed,
    /// All, open ones first.
    Any,
}

/// What names mean; the titles are read and cut into words once a turn, when a name first comes up.
#[derive(Debug)]
pub(crate) struct Names {
    desk: Desk,
    user: UserId,
    titles: Option<Titles>,
    /// How many tasks there are.
    tasks: usize,
    /// What the names of the references at hand mean.
    found: HashMap<String, Option<Match>>,
}

impl Names {
    /// Of one owner's tasks.
    pub(crate) fn new(desk: &Desk, user: &UserId) -> Self {
        Self { desk: desk.clone(), user: user.clone(), titles: None, tasks: 0, found: HashMap::new() }
    }

    /// Looks up all names of these references together.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn look_up(
        &mut self,
        conn: &mut Conn,
        targets: &[TaskRef],
        scope: Scope,
        without: &[TaskNumber],
    ) -> Result<(), AppError> {
        self.found.clear();
        let mut names: Vec<String> = targets
            .iter()
            .filter_map(|target| if let TaskRef::Words(words) = target { Some(words.clone()) } else { None })
            .collect();
        names.sort_unstable();
        names.dedup();
        if !names.is_empty() {
            self.found = self.resolve(conn, names, scope, without).await?;
        }
        Ok(())
    }

    /// What a name means within a scope, the tasks in `without` excepted; outside it only when nothing inside matches.
    /// Nothing when too many names were looked up.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn find(
        &mut self,
        conn: &mut Conn,
        name: &str,
        scope: Scope,
        without: &[TaskNumber],
    ) -> Result<Option<Match>, AppError> {
        if let Some(found) = self.found.get(name) {
            return Ok(found.clone());
        }
        let mut found = self.resolve(conn, vec![name.to_owned()], scope, without).await?;
        Ok(found.remove(name).flatten())
    }

    async fn resolve(
        &mut self,
        conn: &mut Conn,
        names: Vec<String>,
        scope: Scope,
        without: &[TaskNumber],
    ) -> Result<HashMap<String, Option<Match>>, AppError> {
        let (titles, rows) = match self.titles.take() {
            Some(titles) => (Some(titles), Vec::new()),
            None => {
                let rows = conn.task_titles(&self.user, CompletedScope::All).await?;
                self.tasks = rows.len();
                (None, rows)
            }
        };
        let few = self.tasks <= FEW.0 && names.len() <= FEW.1;
        let without = without.to_vec();
        let work = move || {
            let mut titles = titles.unwrap_or_else(|| cut(&rows));
            let found = names.into_iter().map(|name| {
                let found = meant(&mut titles, &name, scope, &without);
                (name, found)
            });
            let found = found.collect();
            (titles, found)
        };
        let (titles, found) = if few { work() } else { self.desk.run(&self.user, work).await? };
        self.titles = Some(titles);
        Ok(found)
    }
}

fn cut(rows: &[TitleRow]) -> Titles {
    let candidates: Vec<Candidate<'_>> = rows
        .iter()
        .map(|TitleRow { number, title, completed }| Candidate { number: *number, title, completed: *completed })
        .collect();
    Titles::new(&candidates)
}

fn meant(titles: &mut Titles, name: &str, scope: Scope, without: &[TaskNumber]) -> Option<Match> {
    let other = |number: TaskNumber| !without.contains(&number);
    let inside = |number: TaskNumber, completed: bool| {
        let state = match scope {
            Scope::Open => !completed,
            Scope::Completed => completed,
            Scope::Any => true,
        };
        state && other(number)
    };
    titles.resolve(name, &[&inside, &|number, _| other(number)])
}

/// All tasks that plausibly match, best first; worked out at the desk, if there is one.
///
/// # Errors
/// When the store refuses.
pub(crate) async fn rank(
    conn: &mut Conn,
    user: &UserId,
    words: &str,
    desk: Option<&Desk>,
) -> Result<Vec<Scored>, AppError> {
    let rows = conn.task_titles(user, CompletedScope::All).await?;
    let words = words.to_owned();
    let work = move || cut(&rows).rank(&words);
    match desk {
        Some(desk) => desk.run(user, work).await,
        None => aside(work).await,
    }
}
