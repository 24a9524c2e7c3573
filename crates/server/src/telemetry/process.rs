//! What is read when somebody looks: the process, and the connections of the database.

use std::{fmt::Write as _, path::Path};

use saydo_store::PoolStatus;

/// One value as Prometheus reads it. The name stands in the table of metrics.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) name: &'static str,
    /// Labels and their values.
    pub(crate) labels: Vec<(&'static str, String)>,
    pub(crate) value: f64,
}

impl Reading {
    pub(crate) const fn new(name: &'static str, value: f64) -> Self {
        Self { name, labels: Vec::new(), value }
    }

    pub(crate) const fn count(name: &'static str, value: u64) -> Self {
        Self::new(name, float(value))
    }

    pub(crate) fn with(name: &'static str, label: &'static str, word: impl Into<String>, value: f64) -> Self {
        Self::new(name, value).and(label, word)
    }

    /// The same with another label.
    pub(super) fn and(mut self, label: &'static str, word: impl Into<String>) -> Self {
        self.labels.push((label, word.into()));
        self
    }

    /// The line of the exposition format.
    pub(super) fn line(&self) -> String {
        let mut line = self.name.to_owned();
        let quoted = |word: &str| word.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let labels: Vec<String> =
            self.labels.iter().map(|(label, word)| format!("{label}=\"{}\"", quoted(word))).collect();
        if !labels.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(line, "{{{}}}", labels.join(","));
        }
        let _ = write!(line, " {}", self.value);
        line
    }
}

/// What can be read of this process and its surroundings. What a system does not tell is left out.
pub(crate) fn readings(pool: PoolStatus, running_turns: usize) -> Vec<Reading> {
    let mut readings = vec![
        Reading::with("saydo_build_info", "version", crate::VERSION, 1.0)
            .and("revision", crate::REVISION.unwrap_or_default()),
        Reading::with("saydo_db_connections", "state", "in_use", pool.in_use.into()),
        Reading::with("saydo_db_connections", "state", "idle", pool.idle.into()),
        Reading::new("saydo_db_connections_max", pool.max.into()),
        Reading::new("saydo_db_write_queue_jobs", pool.queued_writes.into()),
        Reading::new("saydo_turns_running", float(running_turns as u64)),
        Reading::count("saydo_log_lines_dropped_total", super::log::dropped_lines()),
    ];
    readings.extend(process());
    readings
}

#[expect(clippy::cast_precision_loss, reason = "exact to 2^53")]
const fn float(value: u64) -> f64 {
    value as f64
}

/// Free bytes and all bytes of the disk that a folder is on. Free is what this process can use, not what is kept for
/// root.
#[cfg(unix)]
pub(super) fn disk_space(folder: &Path) -> Option<(u64, u64)> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
    Some((bytes(disk.f_bavail), bytes(disk.f_blocks)))
}

/// Not known here.
#[cfg(not(unix))]
pub(super) fn disk_space(_: &Path) -> Option<(u64, u64)> {
    None
}

#[cfg(target_os = "linux")]
fn process() -> Vec<Reading> {
    let mut readings = Vec::new();
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok());
    let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let page = rustix::param::page_size() as u64;
    if let Some(pages) = number(file("/proc/self/statm").split_whitespace().nth(1)) {
        readings.push(Reading::new("process_resident_memory_bytes", float(pages * page)));
    }
    let ticks = float(rustix::param::clock_ticks_per_second().max(1));
    let stat = file("/proc/self/stat");
    // The name before it may have spaces and brackets in it.
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    if let (Some(user), Some(system)) = (number(fields.get(11).copied()), number(fields.get(12).copied())) {
        readings.push(Reading::new("process_cpu_seconds_total", float(user + system) / ticks));
    }
    let boot = file("/proc/stat");
    let boot = number(boot.lines().find_map(|line| line.strip_prefix("btime ")).map(str::trim));
    if let (Some(boot), Some(after)) = (boot, number(fields.get(19).copied())) {
        readings.push(Reading::new("process_start_time_seconds", float(boot) + float(after) / ticks));
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        readings.push(Reading::new("process_open_fds", float(open.count() as u64)));
    }
    if let Some(most) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        readings.push(Reading::new("process_max_fds", float(most)));
    }
    readings
}

#[cfg(not(target_os = "linux"))]
fn process() -> Vec<Reading> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_whatever_the_label_says() {
        let odd = Reading::with("saydo_build_info", "version", "a\"b\\c\nd", 1.0).and("revision", "4f1d");
        assert_eq!(odd.line(), "saydo_build_info{version=\"a\\\"b\\\\c\\nd\",revision=\"4f1d\"} 1");
        assert_eq!(Reading::new("process_open_fds", 12.5).line(), "process_open_fds 12.5");
    }
}
