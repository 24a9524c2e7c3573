//! Erased accounts stay erased. The database knows whom it erased; a restored one knows less, and is told by what is
//! noted beside the backups.

use saydo_app::{
    Clock,
    audit::{self, AuditKind},
};
use saydo_store::{Store, StoreError, backup::Backups};
use serde_json::json;

/// Notes beside the backups whom this database erased. It goes on without: the notes are for another day.
pub(crate) async fn note_beside(store: &Store, backups: &Backups) -> Result<(), StoreError> {
    if let Err(error) = backups.keep_erased(store.erased_marks().await?).await {
        tracing::warn!(%error, "erased accounts are not noted beside the backups");
    }
    Ok(())
}

/// Erases again whom a restored backup brought back; says how many accounts.
pub(crate) async fn erase_again(store: &Store, backups: &Backups, clock: Clock) -> Result<u64, StoreError> {
    let beside = match backups.erased().await {
        Ok(marks) => marks,
        Err(error) => {
            tracing::warn!(%error, "who is to stay erased cannot be read");
            return Ok(0);
        }
    };
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
