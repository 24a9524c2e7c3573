//! The `saydo` program: HTTP doors, command line, configuration, telemetry and the embedded web app.
//!
//! No SQL and no decisions here: requests become calls on [`saydo_app::App`], results become answers.

mod assets;
pub mod cli;
pub mod config;
mod erased;
pub mod http;
pub mod mcp;
mod operator;
mod ready;
pub mod setup;
mod telemetry;

pub use telemetry::metrics::metrics_table;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit it was built from, where whoever built it said so: `make build` and `make dist` do.
pub const REVISION: Option<&str> = match option_env!("BUILD_REVISION") {
    Some(known) if !known.is_empty() => Some(known),
    _ => None,
};

/// Version and commit, which tell one build from another.
#[must_use]
pub fn build(version: &str, revision: Option<&str>) -> String {
    revision.map_or_else(|| version.to_owned(), |revision| format!("{version} ({revision})"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_build_is_told_by_version_and_commit() {
        assert_eq!(super::build("1.2.0", Some("0a1b2c3d4e5f")), "1.2.0 (0a1b2c3d4e5f)");
        assert_eq!(super::build("1.2.0", None), "1.2.0");
    }
}
