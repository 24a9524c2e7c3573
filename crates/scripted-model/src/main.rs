//! `saydo-scripted-model`: the scripted server as a program, for the web's end-to-end tests, demonstrations and benches.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Parser;
use scripted_model::{Script, ScriptedModel};

/// A language model server that follows a script.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The script, a JSON file; without it, one for demonstrations.
    #[arg(long)]
    script: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let script = match &arguments.script {
        Some(path) => std::fs::read_to_string(path)?,
        None => include_str!("demo.json").to_owned(),
    };
    let script: Script = serde_json::from_str(&script)?;
    let model = ScriptedModel::bind(script, arguments.port).await?;
    // The first line tells whoever started it where it is.
    writeln!(std::io::stdout(), "{}", model.base_url())?;
    model.serve().await?;
    Ok(())
}
