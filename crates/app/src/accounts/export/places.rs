//! How many exports there may be: each holds a connection for as long as its reader takes.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use saydo_domain::UserId;
use saydo_store::StoreError;

use crate::AppError;

/// Exports at the same time in this process.
const AT_ONCE: usize = 4;

/// Who has one; one person has only one, so that who reads slowly keeps nobody else from theirs.
#[derive(Debug, Clone, Default)]
pub(in crate::accounts) struct Places(Arc<Mutex<BTreeSet<UserId>>>);

/// A place that is taken for as long as this is kept.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    user: UserId,
}

impl Places {
    /// Takes a place.
    pub(super) fn take(&self, user: &UserId) -> Result<Place, AppError> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.contains(user) {
            return Err(AppError::Conflict {
                code: "export_running",
                detail: "Another export of this account is still being read".to_owned(),
            });
        }
        if taken.len() >= AT_ONCE {
            return Err(StoreError::Busy.into());
        }
        taken.insert(user.clone());
        Ok(Place { places: self.clone(), user: user.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_for_each_and_four_for_all() {
        let places = Places::default();
        let take = |name: &str| places.take(&UserId::new(name).unwrap());
        let mut held: Vec<Place> = ["a", "b", "c"].iter().map(|name| take(name).unwrap()).collect();
        assert!(matches!(take("a"), Err(AppError::Conflict { code: "export_running", .. })));
        held.push(take("d").unwrap());
        assert!(matches!(take("e"), Err(AppError::Store(StoreError::Busy))));
        held.remove(0);
        held.push(take("e").unwrap());
        assert!(matches!(take("a"), Err(AppError::Store(StoreError::Busy))));
    }
}
