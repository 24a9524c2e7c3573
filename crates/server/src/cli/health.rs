//! `saydo health`: for containers and scripts.

use std::time::Duration;

use super::{CliError, local_url, plain};
use crate::config::Config;

pub(super) async fn run(config: &Config, base_url: Option<String>) -> Result<(), CliError> {
    let base = base_url.unwrap_or_else(|| local_url(config.http.listen));
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
    let response = client.get(format!("{}/health", base.trim_end_matches('/'))).send().await?;
    let well = response.status().is_success();
    println!("{}", plain::text(&response.text().await?));
    if well { Ok(()) } else { Err(CliError::Refused("unhealthy".to_owned())) }
}
