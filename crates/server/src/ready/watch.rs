//! The first hours after a deployment: what the metrics say of each stretch of time, and when to roll back.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

use super::{figures, page::Page};

/// A share of a window says nothing when it has fewer requests.
const ENOUGH: f64 = 20.0;
/// More errors than this are a reason to roll back.
const MOST_ERRORS: f64 = 0.10;
/// Slower than this is one, in seconds; a bound of the histograms.
const SLOWEST: f64 = 5.0;
/// So many looks in a row without an answer are one.
const SILENT: u32 = 3;

/// What was seen at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) at: Timestamp,
    /// Whether the server said that it is well.
    pub(crate) healthy: bool,
    /// The metrics, unless they could not be read.
    pub(crate) page: Option<Page>,
}

/// What happened in a stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Stretch {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) requests: f64,
    /// From 0 to 1.
    pub(crate) errors: f64,
    pub(crate) turns: f64,
    /// Seconds; `None` without any.
    pub(crate) turns_p95: Option<f64>,
    pub(crate) requests_p95: Option<f64>,
    pub(crate) queries_p95: Option<f64>,
    pub(crate) connections: f64,
    pub(crate) memory_bytes: f64,
    /// From 0 to 1.
    pub(crate) disk_free: Option<f64>,
}

/// A reason to roll back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Trigger(pub(crate) String);

/// All looks that matter still.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Of the last minute; triggers look at those.
    recent: VecDeque<Look>,
    /// The last one with metrics.
    last: Option<Look>,
    /// Where the stretch began that will be told next.
    begun: Option<Look>,
    silent: u32,
}

impl Watch {
    /// Takes a look into account; says whether to roll back.
    pub(crate) fn take(&mut self, look: Look) -> Option<Trigger> {
        let answered = look.healthy && look.page.is_some();
        self.silent = if answered { 0 } else { self.silent + 1 };
        if self.silent >= SILENT {
            return Some(Trigger(format!("no health or no metrics, {SILENT} times in a row")));
        }
        if !answered {
            return None;
        }
        self.begun.get_or_insert_with(|| look.clone());
        // One that is a minute old stays: it is where the window begins.
        while self.recent.len() > 1
            && self.recent.get(1).is_some_and(|next| look.at.duration_since(next.at).as_secs() >= 60)
        {
            self.recent.pop_front();
        }
        let met = self.recent.front().and_then(|first| trigger(&between(first, &look)));
        self.recent.push_back(look.clone());
        self.last = Some(look);
        met
    }

    /// What happened since the last time this was asked; `None` without two looks.
    pub(crate) fn stretch(&mut self) -> Option<Stretch> {
        let (begun, last) = (self.begun.take()?, self.last.clone()?);
        let stretch = stretch(&begun, &last);
        self.begun = Some(last);
        Some(stretch)
    }
}

fn between(first: &Look, last: &Look) -> Page {
    let page = |look: &Look| look.page.clone().unwrap_or_default();
    page(last).since(&page(first))
}

fn trigger(window: &Page) -> Option<Trigger> {
    let (all, bad) = figures::failed(window);
    if all >= ENOUGH && bad > MOST_ERRORS * all {
        return Some(Trigger(format!("{bad} of {all} requests failed within a minute: more than 10 %")));
    }
    let kinds = [("turns", figures::turns(window)), ("requests", figures::requests(window))];
    kinds.into_iter().find_map(|(kind, took)| {
        let (count, slow) = (took.count(), took.above(SLOWEST));
        let met = count >= ENOUGH && slow > 0.05 * count;
        met.then(|| Trigger(format!("{slow} of {count} {kind} took longer than 5 s: p95 is above it")))
    })
}

fn stretch(first: &Look, last: &Look) -> Stretch {
    let window = between(first, last);
    let now = last.page.clone().unwrap_or_default();
    let (requests, bad) = figures::failed(&window);
    let turns = figures::turns(&window);
    let of_data = |series: super::page::Series<'_>| series.label("folder") == "data";
    let of_data = |name| now.sum(name, of_data);
    let disk = of_data("saydo_data_disk_size_bytes").zip(of_data("saydo_data_disk_free_bytes"));
    let in_use = |series: super::page::Series<'_>| series.label("state") == "in_use";
    Stretch {
        from: first.at,
        to: last.at,
        requests,
        errors: if requests > 0.0 { bad / requests } else { 0.0 },
        turns: turns.count(),
        turns_p95: turns.quantile(0.95),
        requests_p95: figures::requests(&window).quantile(0.95),
        queries_p95: window.histogram("saydo_db_query_duration_seconds", |_| true).quantile(0.95),
        connections: now.sum("saydo_db_connections", in_use).unwrap_or_default(),
        memory_bytes: now.value("process_resident_memory_bytes").unwrap_or_default(),
        disk_free: disk.filter(|(size, _)| *size > 0.0).map(|(size, free)| free / size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(second: i64, page: Option<&str>) -> Look {
        let at = Timestamp::from_second(second).unwrap();
        Look { at, healthy: true, page: page.map(Page::parse) }
    }

    fn requests(ok: u32, bad: u32) -> String {
        format!(
            "saydo_http_requests_total{{method=\"GET\",route=\"/api/tasks\",status=\"2xx\"}} {ok}\n\
             saydo_http_requests_total{{method=\"GET\",route=\"/api/tasks\",status=\"5xx\"}} {bad}\n\
             saydo_http_requests_total{{method=\"GET\",route=\"/metrics\",status=\"2xx\"}} 9000"
        )
    }

    fn turns(fast: u32, all: u32) -> String {
        format!(
            "saydo_turn_duration_seconds_bucket{{planner=\"model\",le=\"5\"}} {fast}\n\
             saydo_turn_duration_seconds_bucket{{planner=\"model\",le=\"+Inf\"}} {all}"
        )
    }

    /// Whether the second of two pages is a reason to roll back.
    fn met(first: &str, second: &str) -> bool {
        let mut watch = Watch::default();
        assert_eq!(watch.take(look(0, Some(first))), None);
        watch.take(look(10, Some(second))).is_some()
    }

    #[test]
    fn errors_above_a_tenth_and_slow_answers_are_a_reason() {
        assert!(met(&requests(0, 0), &requests(17, 3)));
        assert!(!met(&requests(0, 0), &requests(18, 2)));
        assert!(!met(&requests(0, 0), &requests(1, 10)), "too few to tell");
        assert!(!met(&requests(100, 100), &requests(200, 101)), "only what is new counts");
        assert!(met(&turns(0, 0), &turns(18, 20)));
        assert!(!met(&turns(0, 0), &turns(19, 20)));
    }

    #[test]
    fn only_the_last_minute_counts() {
        let mut watch = Watch::default();
        assert_eq!(watch.take(look(0, Some(&requests(0, 0)))), None);
        for (second, ok) in [(30, 1000), (60, 2000), (90, 3000)] {
            assert_eq!(watch.take(look(second, Some(&requests(ok, 0)))), None);
        }
        // 200 of 3200 since the start, 200 of 1200 within the minute.
        assert!(watch.take(look(120, Some(&requests(3000, 200)))).is_some());
    }

    #[test]
    fn a_server_that_does_not_answer_is_a_reason_the_third_time() {
        let mut watch = Watch::default();
        let silent = |watch: &mut Watch, at| watch.take(look(at, None)).is_some();
        assert_eq!([silent(&mut watch, 0), silent(&mut watch, 1)], [false, false]);
        assert_eq!(watch.take(look(2, Some(""))), None);
        assert_eq!([silent(&mut watch, 3), silent(&mut watch, 4), silent(&mut watch, 5)], [false, false, true]);
        let ill = Look { healthy: false, ..look(9, Some("")) };
        let mut watch = Watch::default();
        assert_eq!([(); 3].map(|()| watch.take(ill.clone()).is_some()), [false, false, true]);
    }

    #[test]
    fn a_stretch_tells_what_was_new_in_it() {
        let mut watch = Watch::default();
        watch.take(look(0, Some(&requests(10, 0))));
        assert_eq!(watch.stretch().map(|stretch| stretch.requests), Some(0.0));
        watch.take(look(60, Some(&requests(28, 2))));
        let stretch = watch.stretch().unwrap();
        assert_eq!((stretch.requests, stretch.errors, stretch.turns_p95), (20.0, 0.1, None));
        watch.take(look(120, Some(&requests(30, 2))));
        assert_eq!(watch.stretch().map(|stretch| (stretch.from.as_second(), stretch.requests)), Some((60, 2.0)));
    }
}
