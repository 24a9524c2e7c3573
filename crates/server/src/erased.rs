//! Erased accounts stay erased. The database knows whom it erased; a restored one knows less, and is told by what is
//! noted beside the backups.

use saydo_app::{
    Clock,
    audit::{self, AuditKind},
};
use saydo_store::{Store, StoreError, backup::Backups};
use serde_json::json;

use crate::setup::SetupError;

/// Notes beside the backups whom this database erased. It goes on without: the notes are for another day.
pub(crate) async fn note_beside(store: &Store, backups: &Backups) -> Result<(), StoreError> {
    if let Err(error) = backups.keep_erased(store.erased_marks().await?).await {
        tracing::warn!(%error, "erased accounts are not noted beside the backups");
    }
    Ok(())
}

/// Erases again whom a restored backup brought back; says how many accounts.
///
/// # Errors
/// When it cannot be read who is to stay erased: nothing may be served then, for somebody could be back. Or when the
/// database fails.
pub(crate) async fn erase_again(store: &Store, backups: &Backups, clock: Clock) -> Result<u64, SetupError> {
    let beside = backups.erased().await?;
    let known = store.erased_marks().await?;
    let forgotten: std::collections::BTreeSet<String> = beside.difference(&known).cloned().collect();
    if forgotten.is_empty() {
        return Ok(0);
    }
    let erased = store.erase_marked(forgotten).await?;
    if erased > 0 {
        tracing::info!(accounts = erased, "accounts that a backup brought back are erased again");
        let details = json!({"accounts": erased, "by": "restore"});
        audit::of_installation(store, clock, AuditKind::AccountErased, details).await?;
        store.forget_deleted().await?;
    }
    Ok(erased)
}
