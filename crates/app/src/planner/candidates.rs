//! The titles a reference by words is looked up among.

use saydo_domain::{TaskNumber, UserId};
use saydo_lang::{Candidate, Match, Scored};
use saydo_store::{CompletedScope, Conn, TitleRow};

use crate::AppError;

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

/// Titles of one owner's tasks.
#[derive(Debug, Clone)]
pub struct Candidates {
    rows: Vec<TitleRow>,
}

impl Candidates {
    /// Loads number, title and state of every task outside the trash.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn load(conn: &mut Conn, user: &UserId) -> Result<Self, AppError> {
        Ok(Self { rows: conn.task_titles(user, CompletedScope::All).await? })
    }

    fn within(&self, scope: Scope, without: &[TaskNumber]) -> Vec<Candidate<'_>> {
        let fits = |row: &&TitleRow| {
            let state = match scope {
                Scope::Open => !row.completed,
                Scope::Completed => row.completed,
                Scope::Any => true,
            };
            state && !without.contains(&row.number)
        };
        let rows = self.rows.iter().filter(fits);
        rows.map(|row| Candidate { number: row.number, title: &row.title, completed: row.completed }).collect()
    }

    /// All that plausibly match, best first.
    #[must_use]
    pub fn rank(&self, words: &str) -> Vec<Scored> {
        saydo_lang::rank(words, &self.within(Scope::Any, &[]))
    }

    /// What the words mean within a scope, those in `without` excepted; outside it only when nothing inside matches.
    #[must_use]
    pub fn resolve(&self, words: &str, scope: Scope, without: &[TaskNumber]) -> Match {
        match saydo_lang::resolve(words, &self.within(scope, without)) {
            Match::None if scope != Scope::Any => saydo_lang::resolve(words, &self.within(Scope::Any, without)),
            found => found,
        }
    }
}
