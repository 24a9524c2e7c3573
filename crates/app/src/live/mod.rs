//! Following what happens to a person's tasks and conversations, from every door and on every replica.
//!
//! Whatever changes something leaves events in the same transaction (the store sees to it). A reader is a place in
//! their order: it takes what comes after it from the database and, when there is nothing, waits for a wake-up.

mod reader;
mod view;

pub use reader::{EventReader, Live};
pub use saydo_store::Watcher;
pub use view::EventView;

use saydo_domain::UserId;
use saydo_store::Signal;

use crate::{App, AppError, Caller};

impl App {
    /// Reads this person's events after a number; without one, what happens from now on.
    ///
    /// # Errors
    /// `Unauthorized` when the account is gone.
    pub async fn event_reader(&self, caller: &Caller, after: Option<i64>) -> Result<EventReader, AppError> {
        // Before the first look: what happens in between is not missed.
        let bell = self.store.watch(Signal::Changes, caller.id());
        let after = match after {
            Some(after) => after.max(0),
            None => self.store.read().await?.event_newest(caller.id()).await?.ok_or(AppError::Unauthorized)?,
        };
        Ok(EventReader::new(self.store.clone(), caller.id().clone(), bell, after))
    }

    /// Wakes when tokens of this person may have ended, wherever that was done.
    #[must_use]
    pub fn watch_access(&self, user: &UserId) -> Watcher {
        self.store.watch(Signal::Access, user)
    }
}
