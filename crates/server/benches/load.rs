//! What `saydo load` cannot see from outside: how fast the real program starts, how much memory it takes, what a long
//! list costs, and what a turn takes beyond its model. The load itself is `saydo load`, whose tables are printed.
//!
//! `cargo bench -p saydo --bench load`; the method and the last figures are in docs/PERFORMANCE.md. Bounded: about
//! three minutes in all.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench stops at the first surprise")]

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use reqwest::Client;
use scripted_model::{Reply, ScriptedModel};
use serde_json::{Value, json};

/// Turns with a model at the same time.
const TURNS: u32 = 500;
/// Whose turns these are: nobody has more than four at once with a model.
const TURN_USERS: u32 = TURNS / 4;
/// What the scripted model waits before each of the pieces of its answer.
const MODEL_PAUSE: Duration = Duration::from_secs(2);
/// The pieces of that answer.
const PIECES: u32 = 5;

struct Server {
    child: Child,
    base: String,
    _data: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts the program and says how long it took until `/health` was fine.
    async fn start(client: &Client, settings: &[(&str, &str)]) -> (Self, Duration) {
        let data = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base = format!("http://127.0.0.1:{port}");
        let started = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_saydo"))
            .arg("serve")
            .env("SAYDO_LISTEN", format!("127.0.0.1:{port}"))
            .env("SAYDO_DATA_DIR", data.path())
            .env("SAYDO_RATE_LIMITS", "off")
            .env("SAYDO_LOG", "warn")
            .envs(settings.iter().copied())
            .current_dir(data.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        loop {
            if let Ok(answer) = client.get(format!("{base}/health")).send().await
                && answer.status().is_success()
            {
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "the server did not start");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        (Self { child, base, _data: data }, started.elapsed())
    }

    /// `saydo load` against this server.
    fn load(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saydo"));
        // What is measured is looked at by people; only what cannot be measured stops the bench.
        command.args(["load", "--base-url", &self.base, "--target-p95", "1h", "--target-errors", "0"]).args(arguments);
        command
    }

    /// Resident memory in MB.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
        let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or_default();
        kilobytes / 1024.0
    }
}

/// Somebody with a token.
struct User {
    id: String,
    token: String,
}

async fn sign_up(client: &Client, base: &str) -> User {
    let body = json!({ "email": "rich@example.com", "password": "correct horse battery" });
    let made = client.post(format!("{base}/api/auth/signup")).json(&body).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let login = client.post(format!("{base}/api/auth/login")).json(&body).send().await.unwrap();
    let login: Value = login.json().await.unwrap();
    User {
        id: login["user"]["id"].as_str().expect("user id").to_owned(),
        token: login["access_token"].as_str().expect("token").to_owned(),
    }
}

async fn chat(client: &Client, base: &str, user: &User, message: &str) {
    let request = client.post(format!("{base}/api/{}/chat", user.id)).bearer_auth(&user.token);
    let answer = request.json(&json!({ "message": message })).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap();
}

/// The `p`-th percentile in milliseconds.
fn percentile(times: &mut [Duration], p: usize) -> f64 {
    times.sort();
    times[(times.len() - 1) * p / 100].as_secs_f64() * 1000.0
}

/// Thirty references by words in a list of so many tasks.
async fn by_words(client: &Client, base: &str, user: &User, tasks: usize) {
    let mut times = Vec::new();
    for n in 0..30 {
        let begun = Instant::now();
        chat(client, base, user, &format!("done with task {n} about subject 0")).await;
        times.push(begun.elapsed());
    }
    let [half, most] = [50, 95].map(|p| percentile(&mut times, p));
    println!("chat by words with {tasks} tasks: p50 {half:.1} ms, p95 {most:.1} ms");
}

async fn run() {
    let client = Client::new();
    let (server, cold) = Server::start(&client, &[]).await;
    println!("cold start to a healthy /health: {:.0} ms", cold.as_secs_f64() * 1000.0);
    println!("resident when idle: {:.1} MB", server.resident());
    for scenario in ["chat-offline", "list"] {
        for pace in [&["--rate", "2"][..], &["--closed"]] {
            let arguments = [&["--scenario", scenario, "--ramp", "2s", "--duration", "10s"], pace].concat();
            assert!(server.load(&arguments).status().unwrap().success());
        }
    }
    println!("resident after load: {:.1} MB", server.resident());
    let (rich, base) = (sign_up(&client, &server.base).await, &server.base);
    for batch in 0..200 {
        let lines: Vec<String> = (0..50).map(|n| format!("- task {n} about subject {batch}")).collect();
        chat(&client, base, &rich, &lines.join("\n")).await;
        if batch == 0 {
            by_words(&client, base, &rich, 50).await;
        }
    }
    by_words(&client, base, &rich, 10_000).await;
}

/// How long the model's own answers take, sorted, with as many waiting as there will be turns.
async fn model_alone(client: &Client, address: &str) -> Vec<Duration> {
    let one = |n: u32| async move {
        tokio::time::sleep(MODEL_PAUSE * PIECES * n / TURNS).await;
        let begun = Instant::now();
        let messages = json!([{ "role": "user", "content": "what do you think of my week?" }]);
        let body = json!({ "model": "m", "stream": true, "messages": messages });
        client.post(address).json(&body).send().await.unwrap().bytes().await.unwrap();
        begun.elapsed()
    };
    stream::iter(0..TURNS).map(one).buffer_unordered(TURNS as usize).collect().await
}

/// What a turn takes besides what its model takes, with `TURNS` of them waiting.
async fn run_with_model() {
    let client = Client::new();
    let model = ScriptedModel::start().await;
    model.always(Reply::text("Nothing much.").slowly(MODEL_PAUSE));
    let mut alone = model_alone(&client, &format!("{}/chat/completions", model.base_url())).await;
    let (server, _) = Server::start(&client, &[("OPENAI_BASE_URL", &*model.base_url())]).await;
    let (turns, accounts) = (TURNS.to_string(), TURN_USERS.to_string());
    let mut load = server.load(&["--scenario", "chat-model", "--closed", "--users", &turns, "--accounts", &accounts]);
    load.args(["--ramp", "10s", "--duration", "20s", "--json"]).stdout(Stdio::piped());
    let (before, load) = (server.resident(), load.spawn().unwrap());
    let mut most = before;
    let done = tokio::task::spawn_blocking(|| load.wait_with_output().unwrap());
    while !done.is_finished() {
        most = most.max(server.resident());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let told: Value = serde_json::from_slice(&done.await.unwrap().stdout).unwrap();
    assert_eq!(told["acts"]["chat"]["errors"], json!({}));
    for (name, p) in [("p50", 50), ("p95", 95), ("p99", 99)] {
        let with = told["acts"]["chat"]["response"][name].as_f64().unwrap();
        let without = percentile(&mut alone, p);
        println!("{TURNS} turns with a model, {name}: {with:>8.1} ms, the model alone {without:>8.1} ms");
    }
    let each = (most - before) * 1024.0 / f64::from(TURNS);
    println!("resident with {TURNS} turns waiting: {most:.1} MB at most, {before:.1} before: {each:.1} kB for each");
}

async fn run_all() {
    // `--model`: only what a turn with a model takes.
    if !std::env::args().any(|argument| argument == "--model") {
        run().await;
    }
    run_with_model().await;
}

fn main() {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(run_all());
}
