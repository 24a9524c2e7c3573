//! Claims to work that runs by the clock.

use jiff::ToSpan as _;
use saydo_store::{Lease, NewLease, Store};

use crate::support::{noon, write};

async fn claim(store: &Store, holder: &str, minute: i64) -> Option<Lease> {
    let now = noon() + minute.minutes();
    let new = NewLease {
        name: "sweep".to_owned(),
        holder: holder.to_owned(),
        now,
        until: now + 5.minutes(),
        horizon: now + 48.hours(),
    };
    write!(store, |tx| tx.lease_claim(&new).await).unwrap()
}

async fn is_free(store: &Store, minute: i64) -> bool {
    let now = noon() + minute.minutes();
    store.read().await.unwrap().lease_is_free("sweep", now, now + 48.hours()).await.unwrap()
}

pub(crate) async fn work_is_claimed_by_one_at_a_time(store: &Store) {
    assert!(is_free(store, 0).await);
    let ann = claim(store, "ann", 0).await.unwrap();
    assert!(!is_free(store, 1).await);
    assert_eq!(claim(store, "bob", 1).await, None);
    let (kept, until) = (ann.clone(), noon() + 10.minutes());
    assert_eq!(write!(store, |tx| tx.lease_keep(&kept, until).await), Ok(true));
    assert_eq!(claim(store, "bob", 6).await, None);
    // Ann gave no further sign of life: her claim is over, whatever she thinks.
    let bob = claim(store, "bob", 11).await.unwrap();
    assert!(bob.fence > ann.fence);
    let (late, due) = (ann.clone(), noon() + 60.minutes());
    assert_eq!(write!(store, |tx| tx.lease_keep(&late, due).await), Ok(false));
    let late = ann;
    assert_eq!(write!(store, |tx| tx.lease_end(&late, due).await), Ok(false));
    assert_eq!(write!(store, |tx| tx.lease_end(&bob, due).await), Ok(true));
    assert!(!is_free(store, 59).await);
    assert_eq!(claim(store, "cid", 59).await, None);
    assert!(claim(store, "cid", 60).await.is_some());
}
