//! `saydo load` beside everything else.

use std::{path::Path, process::Stdio};

use serde_json::Value;
use tokio::task::JoinHandle;

use crate::{site::Site, trouble::Tried};

/// A load that goes on by itself for so many seconds; its end is a line of its figures.
pub(crate) fn begin(site: &Site, program: &Path, seconds: u32) -> JoinHandle<Tried<String>> {
    let mut command = std::process::Command::new(program);
    // It is not for the load to judge a deployment: the people with the ledger do that.
    command.args(["load", "--scenario", "mixed", "--users", "8", "--accounts", "4", "--rate", "0.5", "--ramp", "2s"]);
    command.args(["--duration", &format!("{seconds}s"), "--target-p95", "30s", "--target-errors", "100", "--json"]);
    command.args(["--base-url", &site.production.base]).current_dir(site.place("."));
    command.env("SAYDO_DATA_DIR", site.place("load")).stdin(Stdio::null());
    tokio::task::spawn_blocking(move || {
        let output = command.output()?;
        let told = String::from_utf8_lossy(&output.stdout);
        let Ok(figures) = serde_json::from_str::<Value>(&told) else {
            let why = String::from_utf8_lossy(&output.stderr);
            return Ok(format!("saydo load: {}", why.lines().last().unwrap_or("no figures")));
        };
        Ok(words(&figures))
    })
}

/// The figures in a line.
fn words(figures: &Value) -> String {
    let acts = figures["acts"].as_object().into_iter().flatten();
    let (mut count, mut failed, mut refused) = (0, 0, 0);
    let mut times = Vec::new();
    for (name, act) in acts {
        count += act["count"].as_u64().unwrap_or_default();
        refused += act["refused"].as_u64().unwrap_or_default();
        failed += act["errors"].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum::<u64>();
        let [half, most] = ["p50", "p95"].map(|share| act["response"][share].as_f64().unwrap_or_default());
        times.push(format!("{name} {half:.0}/{most:.0} ms"));
    }
    format!("saydo load: {count} requests, {failed} failed, {refused} refused; p50/p95: {}", times.join(", "))
}
