//! The page of metrics as it is read: series, sums, quantiles, and what came between two looks.

use std::collections::BTreeMap;

/// The values of a page, by series.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Page(BTreeMap<String, f64>);

/// A series taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series<'a> {
    text: &'a str,
}

impl<'a> Series<'a> {
    pub(crate) fn name(self) -> &'a str {
        self.text.split('{').next().unwrap_or_default()
    }

    /// The value of a label, or nothing.
    pub(crate) fn label(self, name: &str) -> &'a str {
        let found = self.text.split(['{', ',']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix("=\""));
        found.and_then(|rest| rest.split('"').next()).unwrap_or_default()
    }
}

/// Counts of a histogram by their bounds, each with all below it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Histogram(Vec<(f64, f64)>);

impl Page {
    /// Reads the text format. What is no series is passed over.
    pub(crate) fn parse(text: &str) -> Self {
        let series = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let (series, value) = line.trim().rsplit_once(' ')?;
            Some((series.to_owned(), value.parse().ok()?))
        });
        Self(series.collect())
    }

    /// What came since an earlier page. A counter that began anew began at 0.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let grown = |(series, now): (&String, &f64)| {
            let before = earlier.0.get(series).copied().filter(|before| before <= now).unwrap_or_default();
            (series.clone(), now - before)
        };
        Self(self.0.iter().map(grown).collect())
    }

    fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (Series<'a>, f64)> {
        let all = self.0.iter().map(|(text, value)| (Series { text }, *value));
        all.filter(move |(series, _)| series.name() == name)
    }

    /// The sum over the series of a name that are wanted; `None` when there is none.
    pub(crate) fn sum(&self, name: &str, wanted: impl Fn(Series<'_>) -> bool) -> Option<f64> {
        self.of(name).filter(|(series, _)| wanted(*series)).map(|(_, value)| value).reduce(|one, other| one + other)
    }

    /// The only value of a name.
    pub(crate) fn value(&self, name: &str) -> Option<f64> {
        self.sum(name, |_| true)
    }

    /// The series of a name whose value is not 0, by a label.
    pub(crate) fn labels_of(&self, name: &str, label: &str) -> Vec<String> {
        self.of(name).filter(|(_, value)| *value != 0.0).map(|(series, _)| series.label(label).to_owned()).collect()
    }

    /// A histogram over the series that are wanted.
    pub(crate) fn histogram(&self, name: &str, wanted: impl Fn(Series<'_>) -> bool) -> Histogram {
        let mut bounds: Vec<(f64, f64)> = Vec::new();
        let buckets = format!("{name}_bucket");
        for (series, value) in self.of(&buckets).filter(|(series, _)| wanted(*series)) {
            let bound = series.label("le").parse().unwrap_or(f64::INFINITY);
            match bounds.iter_mut().find(|(known, _)| *known == bound) {
                Some((_, count)) => *count += value,
                None => bounds.push((bound, value)),
            }
        }
        bounds.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        Histogram(bounds)
    }
}

impl Histogram {
    pub(crate) fn count(&self) -> f64 {
        self.0.last().map_or(0.0, |(_, count)| *count)
    }

    /// How many took longer than one of the bounds.
    pub(crate) fn above(&self, bound: f64) -> f64 {
        let below = self.0.iter().find(|(known, _)| *known >= bound).map_or(0.0, |(_, count)| *count);
        self.count() - below
    }

    /// The quantile, as Prometheus reckons it: evenly spread between two bounds. `None` without any count.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let rank = share * self.count();
        if self.count() <= 0.0 {
            return None;
        }
        let (mut below, mut under) = (0.0, 0.0);
        for (bound, count) in &self.0 {
            if *count >= rank {
                // Of what is beyond the last bound only that much is known.
                let inside = if bound.is_finite() { (bound - below) * (rank - under) / (count - under) } else { 0.0 };
                return Some(below + inside);
            }
            (below, under) = (*bound, *count);
        }
        Some(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# HELP x y\n\
        requests{method=\"GET\",route=\"/a\",status=\"2xx\"} 90\n\
        requests{method=\"GET\",route=\"/a\",status=\"5xx\"} 10\n\
        took_bucket{route=\"/a\",le=\"0.1\"} 50\n\
        took_bucket{route=\"/a\",le=\"0.5\"} 90\n\
        took_bucket{route=\"/a\",le=\"+Inf\"} 100\n\
        took_bucket{route=\"/b\",le=\"0.1\"} 100\n\
        took_bucket{route=\"/b\",le=\"0.5\"} 100\n\
        took_bucket{route=\"/b\",le=\"+Inf\"} 100\n\
        nonsense\nlevel 3\n";

    #[test]
    fn sums_and_quantiles_are_those_of_prometheus() {
        let page = Page::parse(TEXT);
        assert_eq!(page.sum("requests", |_| true), Some(100.0));
        assert_eq!(page.sum("requests", |series| series.label("status") == "5xx"), Some(10.0));
        assert_eq!((page.value("level"), page.value("nothing")), (Some(3.0), None));
        assert_eq!(page.labels_of("requests", "status"), ["2xx", "5xx"]);
        let one = page.histogram("took", |series| series.label("route") == "/a");
        assert_eq!((one.count(), one.above(0.5), one.quantile(0.5)), (100.0, 10.0, Some(0.1)));
        assert_eq!((one.quantile(0.6), one.quantile(0.95)), (Some(0.2), Some(0.5)));
        assert_eq!(page.histogram("took", |_| true).count(), 200.0);
        assert_eq!(Histogram::default().quantile(0.95), None);
    }

    #[test]
    fn between_two_looks_is_what_grew() {
        let now = Page::parse("a 12\nb 3\nnew 4");
        let between = now.since(&Page::parse("a 10\nb 30\ngone 1"));
        assert_eq!(between, Page::parse("a 2\nb 3\nnew 4"));
    }
}
