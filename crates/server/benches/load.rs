//! How fast the real program answers: starts the release binary on a fresh database and measures it over HTTP.
//!
//! `cargo bench -p saydo --bench load`; the method and the last figures are in docs/PERFORMANCE.md.
//! Bounded: 100 users, a few thousand requests per scenario, one minute or two in all.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench stops at the first surprise")]

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use reqwest::Client;
use scripted_model::{Reply, ScriptedModel};
use serde_json::{Value, json};

const USERS: usize = 100;
const ROUNDS: usize = 40;
/// Turns with a model at the same time.
const TURNS: usize = 500;
/// Whose turns these are: nobody has more than four at once with a model.
const TURN_USERS: usize = TURNS / 4;
/// What the scripted model waits before each of the pieces of its answer.
const MODEL_PAUSE: Duration = Duration::from_secs(2);

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

    /// Resident memory in MB.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
        let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or_default();
        kilobytes / 1024.0
    }
}

struct User {
    id: String,
    token: String,
}

async fn sign_up(client: &Client, base: &str, n: usize) -> User {
    let email = format!("user{n}@example.com");
    let body = json!({ "email": email, "password": "correct horse battery" });
    let made = client.post(format!("{base}/api/auth/signup")).json(&body).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let login: Value =
        client.post(format!("{base}/api/auth/login")).json(&body).send().await.unwrap().json().await.unwrap();
    User {
        id: login["user"]["id"].as_str().expect("user id").to_owned(),
        token: login["access_token"].as_str().expect("token").to_owned(),
    }
}

/// The `p`-th part of sorted times.
fn quantile(times: &[Duration], p: f64) -> Duration {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let i = ((times.len() - 1) as f64 * p) as usize;
    times[i]
}

fn report(name: &str, mut times: Vec<Duration>, wall: Duration) {
    times.sort();
    let at = |p: f64| quantile(&times, p).as_secs_f64() * 1000.0;
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = times.len() as f64 / wall.as_secs_f64();
    println!(
        "{name:<44} p50 {:>6.1} ms  p95 {:>6.1} ms  p99 {:>6.1} ms  {rate:>6.0}/s  ({} requests)",
        at(0.5),
        at(0.95),
        at(0.99),
        times.len()
    );
}

/// Every user sends `ROUNDS` requests one after the other, all users at once; `pause` between a user's requests.
async fn scenario<F, Fut>(name: &str, users: &Arc<Vec<User>>, rounds: usize, pause: Duration, request: F)
where
    F: Fn(usize, usize) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send,
{
    let started = Instant::now();
    let count = users.len();
    let times: Vec<Vec<Duration>> = stream::iter(0..count)
        .map(|user| async move {
            let mut times = Vec::with_capacity(rounds);
            if !pause.is_zero() {
                // Spread the users over the pause: people do not type in step.
                let offset = u32::try_from(user).unwrap_or(0);
                tokio::time::sleep(pause * offset / u32::try_from(count).unwrap_or(1)).await;
            }
            for round in 0..rounds {
                let begun = Instant::now();
                request(user, round).await;
                let took = begun.elapsed();
                times.push(took);
                if !pause.is_zero() {
                    tokio::time::sleep(pause.saturating_sub(took)).await;
                }
            }
            times
        })
        .buffer_unordered(count)
        .collect()
        .await;
    report(name, times.into_iter().flatten().collect(), started.elapsed());
}

async fn chat(client: &Client, base: &str, user: &User, message: &str) -> Value {
    let answer = client
        .post(format!("{base}/api/{}/chat", user.id))
        .bearer_auth(&user.token)
        .json(&json!({ "message": message }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

async fn list(client: &Client, base: &str, user: &User) {
    let answer = client.get(format!("{base}/api/tasks?limit=50")).bearer_auth(&user.token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap();
}

async fn run() {
    let client: &'static Client = Box::leak(Box::new(Client::new()));
    let (server, cold) = Server::start(client, &[]).await;
    println!("cold start to a healthy /health: {:.0} ms", cold.as_secs_f64() * 1000.0);
    println!("resident when idle: {:.1} MB", server.resident());
    let base: &'static str = Box::leak(server.base.clone().into_boxed_str());
    let mut users = Vec::new();
    for n in 0..USERS {
        users.push(sign_up(client, base, n).await);
    }
    let users = Arc::new(users);
    let shared: &'static Vec<User> =
        Box::leak(Box::new(users.iter().map(|u| User { id: u.id.clone(), token: u.token.clone() }).collect()));

    let add = move |user: usize, round: usize| async move {
        chat(client, base, &shared[user], &format!("buy thing {round} of {user} tomorrow at 5pm")).await;
    };
    let read = move |user: usize, _: usize| async move { list(client, base, &shared[user]).await };
    let pause = Duration::from_millis(500);
    scenario("chat that writes, 100 people, 2 a second each", &users, 10, pause, add).await;
    scenario("chat that writes, 100 callers without a pause", &users, ROUNDS, Duration::ZERO, add).await;
    scenario("list of 50 rows, 100 people, 2 a second each", &users, 10, pause, read).await;
    scenario("list of 50 rows, 100 callers without a pause", &users, ROUNDS, Duration::ZERO, read).await;
    println!("resident after load: {:.1} MB", server.resident());

    let rich = &shared[0];
    for batch in 0..200 {
        let lines: Vec<String> = (0..50).map(|n| format!("- task {n} about subject {batch}")).collect();
        chat(client, base, rich, &lines.join("\n")).await;
    }
    let one = Arc::new(vec![User { id: rich.id.clone(), token: rich.token.clone() }]);
    let finish = move |_: usize, round: usize| async move {
        chat(client, base, &shared[0], &format!("done with thing {round} of 0")).await;
    };
    scenario("chat by words with 10,000 tasks, one person", &one, 30, Duration::ZERO, finish).await;
    let plain = Arc::new(vec![User { id: shared[1].id.clone(), token: shared[1].token.clone() }]);
    let finish = move |_: usize, round: usize| async move {
        chat(client, base, &shared[1], &format!("done with thing {round} of 1")).await;
    };
    scenario("chat by words with 50 tasks, one person", &plain, 30, Duration::ZERO, finish).await;
}

/// Two requests by each of `TURNS` callers, spread over the time that one takes; sorted times.
async fn crowd<F, Fut>(request: F) -> Vec<Duration>
where
    F: Fn(usize) -> Fut + Copy,
    Fut: Future<Output = ()>,
{
    let pieces = 5;
    let spread = MODEL_PAUSE * pieces / u32::try_from(TURNS).unwrap();
    let one = |n: usize| async move {
        tokio::time::sleep(spread * u32::try_from(n).unwrap()).await;
        let mut times = Vec::new();
        for _ in 0..2 {
            let begun = Instant::now();
            request(n).await;
            times.push(begun.elapsed());
        }
        times
    };
    let times: Vec<Vec<Duration>> = stream::iter(0..TURNS).map(one).buffer_unordered(TURNS).collect().await;
    let mut times = times.concat();
    times.sort();
    times
}

/// What a turn takes besides what its model takes, with `TURNS` of them waiting.
async fn run_with_model() {
    let client: &'static Client = Box::leak(Box::new(Client::new()));
    let model = ScriptedModel::start().await;
    model.always(Reply::text("Nothing much.").slowly(MODEL_PAUSE));
    let address: &'static str = Box::leak(format!("{}/chat/completions", model.base_url()).into_boxed_str());
    let alone = crowd(move |_| async move {
        let messages = json!([{ "role": "user", "content": "what do you think of my week?" }]);
        let body = json!({ "model": "m", "stream": true, "messages": messages });
        client.post(address).json(&body).send().await.unwrap().bytes().await.unwrap();
    })
    .await;
    let settings = [("OPENAI_BASE_URL", &*model.base_url()), ("SAYDO_PLANNER", "llm")];
    let (server, _) = Server::start(client, &settings).await;
    let base: &'static str = Box::leak(server.base.clone().into_boxed_str());
    let mut users = Vec::new();
    for n in 0..TURN_USERS {
        users.push(sign_up(client, base, n).await);
    }
    let users: &'static [User] = Box::leak(users.into_boxed_slice());
    let before = server.resident();
    let turns = crowd(move |n| async move {
        let reply = chat(client, base, &users[n % TURN_USERS], "what do you think of my week?").await;
        assert_ne!(reply["answered_by"], "offline");
    });
    let held = async {
        // In the middle of the first turns all of them wait.
        tokio::time::sleep(MODEL_PAUSE * 5).await;
        server.resident()
    };
    let (turns, held) = tokio::join!(turns, held);
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    for p in [0.5, 0.95, 0.99] {
        let (with, without) = (milliseconds(quantile(&turns, p)), milliseconds(quantile(&alone, p)));
        println!("{TURNS} turns with a model, p{:<3} {with:>8.1} ms, the model alone {without:>8.1} ms", p * 100.0);
    }
    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    let each = (held - before) * 1024.0 / TURNS as f64;
    println!("resident with {TURNS} turns waiting: {held:.1} MB, {before:.1} before: {each:.1} kB for each");
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
