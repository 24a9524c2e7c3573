//! What happens to a person's things, as a stream of server-sent events.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::response::{Response, sse::Event};
use futures_util::{StreamExt as _, stream};
use saydo_app::live::{EventReader, EventView, Live};
use saydo_domain::UserId;
use serde_json::json;

use super::{
    auth::SentToken,
    guard::{Guard, Told},
    state::AppState,
    turn_stream::respond,
};

/// Streams that one person may have open here at the same time: every tab and every device has one.
const MOST_STREAMS: usize = 20;
/// When a client should come back after its connection broke.
const COME_BACK: Duration = Duration::from_secs(2);
/// How long a stream may go on when the server stops: whoever listens comes back, to another replica if there is one.
const LAST_CALL: Duration = Duration::ZERO;

/// How many streams each person has open in this process; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenStreams(Arc<Mutex<HashMap<UserId, usize>>>);

/// A stream's place; given back on drop.
#[derive(Debug)]
pub(super) struct Place {
    streams: OpenStreams,
    user: UserId,
}

impl OpenStreams {
    fn counts(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more; `None` when this person has too many.
    pub(super) fn enter(&self, user: &UserId) -> Option<Place> {
        let mut counts = self.counts();
        let count = counts.entry(user.clone()).or_default();
        if *count >= MOST_STREAMS {
            return None;
        }
        *count += 1;
        drop(counts);
        metrics::gauge!("saydo_event_streams_open").increment(1.0);
        Some(Place { streams: self.clone(), user: user.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!("saydo_event_streams_open").decrement(1.0);
        let mut counts = self.streams.counts();
        if let Some(count) = counts.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.user);
            }
        }
    }
}

/// The answer that streams what a reader reads.
pub(super) fn of_reader(
    state: &AppState,
    user: &UserId,
    token: SentToken,
    reader: EventReader,
    place: Place,
) -> Response {
    // Whoever is cut off before anything happened knows where to go on.
    let first = Event::default().retry(COME_BACK).id(reader.place().to_string());
    let guard = Guard::new(state, user, token, LAST_CALL);
    let rest = stream::unfold((guard, reader, place), |(mut guard, mut reader, place)| async move {
        let event = match guard.next(reader.next()).await? {
            Told::Event(live) => tell(&live),
            Told::Heartbeat => Event::default().comment(""),
            Told::Cut(cut) => {
                let data = json!({ "type": "end", "message": cut.message(), "code": cut.code() });
                Event::default().event("end").data(data.to_string())
            }
        };
        Some((Ok(event), (guard, reader, place)))
    });
    respond(stream::iter([Ok(first)]).chain(rest))
}

fn tell(live: &Live) -> Event {
    match live {
        Live::Event(event) => {
            let view = EventView::from(event);
            let data = serde_json::to_string(&view).unwrap_or_default();
            Event::default().id(event.seq.to_string()).event(view.kind.as_str()).data(data)
        }
        Live::Reset(number) => {
            Event::default().id(number.to_string()).event("reset").data(json!({ "type": "reset" }).to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_places_and_gets_them_back() {
        let streams = OpenStreams::default();
        let (ada, bob) = (UserId::new("ada").unwrap(), UserId::new("bob").unwrap());
        let mut places: Vec<Place> = (0..MOST_STREAMS).filter_map(|_| streams.enter(&ada)).collect();
        assert_eq!(places.len(), MOST_STREAMS);
        assert!(streams.enter(&ada).is_none() && streams.enter(&bob).is_some());
        places.pop();
        assert!(streams.enter(&ada).is_some());
        drop(places);
        assert!(streams.counts().is_empty());
    }
}
