//! A place in a person's events.

use std::collections::VecDeque;

use saydo_domain::{UserEvent, UserId};
use saydo_store::{Store, Watcher};

use crate::AppError;

/// Events read from the store at once: all that a reader ever holds.
const PAGE: u32 = 64;

/// What a reader gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Live {
    /// The next event.
    Event(UserEvent),
    /// Some of what was missed is no longer kept: whoever follows must load everything again, and goes on after this
    /// number.
    Reset(i64),
}

/// A place in a person's events. It holds nothing that was not asked for: a reader that stops reading costs nothing.
#[derive(Debug)]
pub struct EventReader {
    store: Store,
    user: UserId,
    bell: Watcher,
    after: i64,
    /// The newest event when the page was read.
    newest: i64,
    page: VecDeque<UserEvent>,
    /// Whether there may be more than the page.
    look: bool,
}

impl EventReader {
    pub(super) const fn new(store: Store, user: UserId, bell: Watcher, after: i64) -> Self {
        Self { store, user, bell, after, newest: 0, page: VecDeque::new(), look: true }
    }

    /// The number after which it goes on.
    #[must_use]
    pub const fn place(&self) -> i64 {
        self.after
    }

    /// What comes next; waits for it. `None` when the account is gone. Can be given up and begun again.
    ///
    /// # Errors
    /// When the store refuses; it can be tried again.
    pub async fn next(&mut self) -> Result<Option<Live>, AppError> {
        loop {
            if let Some(event) = self.page.pop_front() {
                // Numbers have no gaps but where events were removed for their age.
                if event.seq != self.after + 1 {
                    return Ok(Some(self.reset()));
                }
                self.after = event.seq;
                return Ok(Some(Live::Event(event)));
            }
            if !self.look {
                self.bell.changed().await;
                self.look = true;
            }
            let page = self.store.read().await?.events_after(&self.user, self.after, PAGE).await?;
            let Some(page) = page else { return Ok(None) };
            // A full page may not be all.
            self.look = page.events.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
            (self.newest, self.page) = (page.newest, page.events.into());
            // All that was missed is gone; or the database is older than this place, from a backup.
            if self.page.is_empty() && self.newest != self.after {
                return Ok(Some(self.reset()));
            }
        }
    }

    fn reset(&mut self) -> Live {
        self.page.clear();
        self.after = self.newest;
        self.look = true;
        Live::Reset(self.newest)
    }
}
