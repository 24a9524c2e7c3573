//! What models were used for.

use jiff::civil::{Date, date};
use saydo_domain::UserId;
use saydo_store::{Store, StoreError, UsageDelta, UsageRow};

use crate::support::{new_user, write};

const TURN: UsageDelta =
    UsageDelta { turns: 1, calls: 2, input_tokens: 300, cached_tokens: 40, output_tokens: 50, cost_micros: 600 };

pub(crate) async fn add(
    store: &Store,
    user: &UserId,
    day: Date,
    model: &'static str,
    used: UsageDelta,
) -> Result<(), StoreError> {
    let user = user.clone();
    write!(store, |tx| tx.usage_add(&user, day, model, &used).await)
}

fn row(day: Date, model: &str, used: UsageDelta) -> UsageRow {
    UsageRow { day, model: model.to_owned(), used }
}

pub(crate) async fn usage_adds_up_by_day_and_model(store: &Store) {
    let (ann, bob) = (new_user(store, "ann").await, new_user(store, "bob").await);
    let (monday, tuesday) = (date(2026, 3, 9), date(2026, 3, 10));
    for (day, model) in [(monday, "tiny"), (monday, "tiny"), (monday, "huge"), (tuesday, "tiny")] {
        add(store, &ann, day, model, TURN).await.unwrap();
    }
    add(store, &bob, monday, "tiny", TURN).await.unwrap();
    let twice =
        UsageDelta { turns: 2, calls: 4, input_tokens: 600, cached_tokens: 80, output_tokens: 100, cost_micros: 1200 };
    let mut conn = store.read().await.unwrap();
    let on_monday = [row(monday, "huge", TURN), row(monday, "tiny", twice)];
    assert_eq!(conn.usage_day(&ann, monday).await, Ok(on_monday.to_vec()));
    assert_eq!(conn.usage_day(&ann, date(2026, 3, 8)).await, Ok(Vec::new()));
    let [huge, tiny] = on_monday;
    let all = vec![huge, tiny, row(tuesday, "tiny", TURN)];
    assert_eq!(conn.usage_list(&ann, monday, tuesday).await, Ok(all.clone()));
    assert_eq!(conn.usage_list(&ann, Date::MIN, Date::MAX).await, Ok(all));
    assert_eq!(conn.usage_list(&ann, tuesday, monday).await, Ok(Vec::new()));
    assert_eq!(conn.usage_day(&bob, monday).await, Ok(vec![row(monday, "tiny", TURN)]));
}

pub(crate) async fn absurd_counts_do_no_harm(store: &Store) {
    let ann = new_user(store, "ann").await;
    let day = date(2026, 3, 9);
    let absurd = UsageDelta { input_tokens: u64::MAX, cost_micros: u64::MAX, ..TURN };
    for _ in 0..3 {
        add(store, &ann, day, "liar", absurd).await.unwrap();
    }
    let used = store.read().await.unwrap().usage_day(&ann, day).await.unwrap()[0].used;
    assert_eq!((used.input_tokens, used.turns), (3_000_000_000_000, 3));
    let nobody = UserId::new("nobody").unwrap();
    assert_eq!(add(store, &nobody, day, "tiny", TURN).await, Err(StoreError::Reference));
}
