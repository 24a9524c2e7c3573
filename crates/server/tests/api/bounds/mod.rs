//! When something runs out – room on the disk, file handles, connections, patience – the answer is a clear one, what
//! can go on goes on, and all is well again without a restart.

mod disk;
mod handles;
mod postgres;
mod reading;
mod shapes;

use std::{path::Path, process::Command, time::Duration};

use serde_json::json;

use crate::{
    cli::saydo,
    support::{Answer, Client, PASSWORD},
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server by way of a shell, which does this first. `$0` is the data folder, `$@` the server.
fn after(prefix: &[&str], shell: &str, folder: &Path) -> Command {
    let plain = saydo(folder, &["serve"]);
    let mut words = prefix.iter().copied().chain(["sh", "-c"]);
    let mut command = Command::new(words.next().unwrap());
    command.args(words).arg(format!("{shell}; exec \"$@\"")).arg(folder).arg(plain.get_program());
    command.args(plain.get_args()).env_clear().current_dir(folder);
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

/// Runs a system tool that must succeed.
#[track_caller]
fn tool(name: &str, arguments: &[&str]) {
    let output = Command::new(name).args(arguments).output().unwrap();
    assert!(output.status.success(), "{name} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// Signs up at a running server.
async fn sign_up(base: &str) -> Client {
    let input = json!({"email": "ada@example.com", "password": PASSWORD, "name": "Ada"});
    Client::of(base, "").browser().post("/api/auth/signup", input).await;
    let ada = Client { email: "ada@example.com".to_owned(), ..Client::of(base, "") };
    let session = log_in(&ada).await.ok(200);
    let id = session["user"]["id"].as_str().unwrap().to_owned();
    Client { id, ..ada.with_token(session["access_token"].as_str().unwrap()) }
}

async fn log_in(client: &Client) -> Answer {
    client.browser().post("/api/auth/login", json!({"email": client.email, "password": PASSWORD})).await
}

async fn add(client: &Client, title: &str) -> Answer {
    client.post("/api/tasks", json!({"title": title})).await
}
