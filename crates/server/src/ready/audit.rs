//! Whether what happens to accounts is in the audit trail.

use saydo_app::{
    Clock,
    audit::{Audit, AuditKind},
};
use saydo_domain::UserId;
use saydo_store::AuditQuery;

use super::{
    row::{Check, Row},
    scene::Scene,
};

pub(super) const ARRIVES: Check =
    Check::must("O3", "Audit events", "a sign-up and an erasure are there at once", "audit table");

/// Of one person there are never more: nothing but what the two did.
const MOST: u32 = 100;

/// These people signed up, and were erased.
pub(super) async fn row(scene: &Scene, people: [&str; 2]) -> Row {
    let (mut signed_up, mut erased) = (0, 0);
    for person in people {
        match kinds(scene, person).await {
            Ok(kinds) => {
                signed_up += usize::from(kinds.iter().any(|kind| kind == AuditKind::SignedUp.as_str()));
                erased += usize::from(kinds.iter().any(|kind| kind == AuditKind::AccountErased.as_str()));
            }
            Err(error) => return ARRIVES.unknown(error, "the database must be open to this program"),
        }
    }
    ARRIVES.judge(
        (signed_up, erased) == (2, 2),
        format!("{signed_up} of 2 sign-ups and {erased} of 2 erasures are noted"),
        "are these the database and the secret of that server? see DATABASE_URL and BETTER_AUTH_SECRET",
    )
}

/// What is noted of a person.
async fn kinds(scene: &Scene, person: &str) -> Result<Vec<String>, String> {
    let person = UserId::new(person).map_err(|_| "nobody could sign up".to_owned())?;
    let secret = scene.secret.as_ref().ok_or("the secret is not known, which pseudonyms need")?;
    let store = scene.store.clone()?;
    let actor = Audit::new(store.clone(), Clock::System, secret).pseudonym(&person);
    let mut connection = store.read().await.map_err(|error| error.to_string())?;
    let query = AuditQuery { actor: Some(actor), ..AuditQuery::default() };
    let events = connection.audit_list(&query, MOST).await.map_err(|error| error.to_string())?;
    Ok(events.into_iter().map(|event| event.kind).collect())
}
