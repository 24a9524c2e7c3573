//! Whether what happens to accounts is in the audit trail.

use jiff::{SignedDuration, Timestamp};
use saydo_app::audit::AuditKind;
use saydo_store::AuditQuery;

use super::{
    row::{Check, Row},
    scene::Scene,
};

pub(super) const ARRIVES: Check =
    Check::must("O3", "Audit events", "a sign-up and an erasure are there at once", "audit table");

/// How far another machine's clock may be behind.
const LEEWAY: SignedDuration = SignedDuration::from_mins(1);

/// `lived`: two people signed up since then, and were erased.
pub(super) async fn row(scene: &Scene, began: Timestamp, lived: bool) -> Row {
    if !lived {
        return ARRIVES.unknown("nobody could sign up", "see the rows above");
    }
    let found = async {
        let (signed_up, erased) = (AuditKind::SignedUp, AuditKind::AccountErased);
        Ok::<_, String>((count(scene, began, signed_up).await?, count(scene, began, erased).await?))
    };
    match found.await {
        Ok((up, gone)) => ARRIVES.judge(
            up >= 2 && gone >= 2,
            format!("{up} sign-ups and {gone} erasures noted since {began:.0}"),
            "is this the database of that server? see DATABASE_URL",
        ),
        Err(error) => ARRIVES.unknown(error, "the database must be open to this program"),
    }
}

async fn count(scene: &Scene, began: Timestamp, kind: AuditKind) -> Result<usize, String> {
    let mut connection = scene.store.clone()?.read().await.map_err(|error| error.to_string())?;
    let since = began.checked_sub(LEEWAY).unwrap_or(began);
    let query = AuditQuery { since: Some(since), kind: Some(kind.as_str().to_owned()), ..AuditQuery::default() };
    let events = connection.audit_list(&query, 500).await.map_err(|error| error.to_string())?;
    Ok(events.len())
}
