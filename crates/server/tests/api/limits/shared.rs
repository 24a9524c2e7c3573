//! Replicas that count together in a real Redis, and what happens when it goes away.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use reqwest::Method;
use saydo_app::counters::Places;
use serde_json::json;
use testbed::Redis;

use crate::{
    cli::{saydo, succeed},
    mcp::Mcp,
    support::{Answer, Client, TestApp},
    tasks::{every, make_all},
    tokens::program,
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Chat turns a minute in these tests: another one every three seconds.
const LIMIT: usize = 20;
const EVERY: Duration = Duration::from_secs(3);

/// So many replicas that count in this Redis, and wait for it as long as it takes.
async fn replicas(count: usize, redis: &Redis) -> Vec<TestApp> {
    let url = redis.url();
    let settings = [
        ("SAYDO_RATE_LIMITS", "on"),
        ("SAYDO_CHAT_PER_MINUTE", "20"),
        ("REDIS_URL", url.as_str()),
        ("SAYDO_REDIS_TIMEOUT_MS", "60000"),
    ];
    let mut apps = vec![TestApp::with(&settings).await];
    while apps.len() < count {
        let replica = apps[0].replica_with(&settings).await;
        apps.push(replica);
    }
    apps
}

/// The statuses of so many chat messages sent at once, spread over the replicas.
async fn say_at_once(apps: &[TestApp], user: &Client, count: usize) -> Vec<u16> {
    let said = (0..count).map(|n| {
        let client = user.at(&apps[n % apps.len()]);
        async move { client.say(None, "hello").await.status }
    });
    join_all(said).await
}

/// Checks that so many were let through as one limit allows, and what was not was told to wait.
#[track_caller]
fn assert_one_limit(statuses: &[u16], began: Instant) {
    let passed = statuses.iter().filter(|status| **status == 200).count();
    let refilled = usize::try_from(began.elapsed().as_micros().div_ceil(EVERY.as_micros())).unwrap();
    assert!((LIMIT..=LIMIT + refilled).contains(&passed), "{passed} passed: {statuses:?}");
    assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn one_replica_and_three_let_the_same_through() {
    for count in [1, 3] {
        let redis = Redis::start();
        let apps = replicas(count, &redis).await;
        let ada = apps[0].user("ada").await;
        let began = Instant::now();
        let statuses = say_at_once(&apps, &ada, 2 * LIMIT).await;
        assert_one_limit(&statuses, began);
        let refused = say_at_once(&apps, &ada, 4).await;
        assert!(began.elapsed() > EVERY || refused.iter().all(|status| *status == 429), "{refused:?}");
        // What is said about the limit is the same too.
        let bob = apps[0].user("bob").await;
        let mut left = Vec::new();
        for app in apps.iter().chain(&apps) {
            let answer = bob.at(app).say(None, "hello").await;
            answer.ok(200);
            assert_eq!(answer.header("ratelimit-limit"), "20");
            left.push(answer.header("ratelimit-remaining").parse::<usize>().unwrap());
        }
        assert!(left.iter().all(|left| *left < LIMIT) && *left.last().unwrap() <= left[0], "{left:?}");
        assert!(apps.iter().all(|app| app.app.accounts.counters().watch().unwrap().done_without == 0));
    }
}

#[tokio::test]
async fn failed_logins_slow_down_everywhere() {
    let redis = Redis::start();
    let apps = replicas(3, &redis).await;
    let ada = apps[0].user("ada").await;
    let tries = (0..18).map(|n| {
        let request = apps[n % 3].anonymous().request(Method::POST, "/api/auth/login");
        Answer::of(request.json(&json!({"email": ada.email, "password": "wrong password"})))
    });
    let statuses: Vec<u16> = join_all(tries).await.iter().map(|answer| answer.status).collect();
    // Five are free, then each waits twice as long: three servers by themselves would let fifteen through at once.
    let tried = statuses.iter().filter(|status| **status == 401).count();
    assert!((5..12).contains(&tried), "{statuses:?}");
    assert!(statuses.iter().all(|status| [401, 429].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn a_program_deletes_one_task_a_minute_whichever_replica_it_asks() {
    let redis = Redis::start();
    let apps = replicas(2, &redis).await;
    let ada = apps[0].user("ada").await;
    make_all(&ada, &["Milk", "Bread"]).await;
    let ids = every(&ada, "id").await;
    let (robot, _) = program(&ada, "write").await;
    Mcp::done(&Mcp::stateless(&robot).call("delete_task", json!({"task_id": ids[0]})).await);
    let there = Mcp::stateless(&robot.at(&apps[1]));
    let refused = Mcp::mistake(&there.call("delete_task", json!({"task_id": ids[1]})).await);
    assert!(refused.contains("more than one deletion"), "{refused}");
}

#[tokio::test]
async fn places_are_shared_and_come_back() {
    let redis = Redis::start();
    let apps = replicas(2, &redis).await;
    let places: Vec<Places> = apps.iter().map(|app| Places::new(app.app.accounts.counters(), "test", 4)).collect();
    let mut taken = Vec::new();
    for n in 0..4 {
        taken.push(places[n % 2].take("ada", PATIENCE).await.unwrap());
    }
    assert!(places[0].take("ada", PATIENCE).await.is_none() && places[1].take("ada", PATIENCE).await.is_none());
    drop(taken);
    // They are given back in the background.
    let back = async {
        while places[0].take("ada", PATIENCE).await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.unwrap();
    // A process that died gives nothing back: its places run out.
    for _ in 0..4 {
        std::mem::forget(places[0].take("bob", Duration::from_millis(1)).await.unwrap());
    }
    let free = async {
        while places[1].take("bob", PATIENCE).await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, free).await.unwrap();
}

#[tokio::test]
async fn without_redis_each_counts_by_itself_and_nothing_fails() {
    let redis = Redis::start();
    let apps = replicas(2, &redis).await;
    let (ada, bob) = (apps[0].user("ada").await, apps[0].user("bob").await);
    let watch = |app: &TestApp| app.app.accounts.counters().watch().unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let load = apps.iter().map(|app| {
        let (bob, stop) = (bob.at(app), stop.clone());
        tokio::spawn(async move {
            let mut statuses = Vec::new();
            while !stop.is_cancelled() {
                statuses.push(bob.get("/api/auth/me").await.status);
            }
            statuses
        })
    });
    let load: Vec<_> = load.collect();
    ada.say(None, "hello").await.ok(200);
    redis.kill();
    let (here, there) = (ada.at(&apps[0]), ada.at(&apps[1]));
    for client in [here, there] {
        let began = Instant::now();
        let said = (0..2 * LIMIT).map(|_| client.say(None, "hello"));
        let statuses: Vec<u16> = join_all(said).await.iter().map(|answer| answer.status).collect();
        assert_one_limit(&statuses, began);
    }
    assert!(apps.iter().all(|app| !watch(app).is_there && watch(app).done_without > 0));
    redis.start_again();
    let back = async {
        while !apps.iter().all(|app| watch(app).is_there) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.unwrap();
    let eve = apps[0].user("eve").await;
    let began = Instant::now();
    assert_one_limit(&say_at_once(&apps, &eve, 2 * LIMIT).await, began);
    stop.cancel();
    for statuses in join_all(load).await {
        let statuses = statuses.unwrap();
        assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
    }
}

#[tokio::test]
async fn a_redis_that_comes_later_is_used_then() {
    let redis = Redis::start();
    redis.kill();
    let apps = replicas(1, &redis).await;
    let ada = apps[0].user("ada").await;
    ada.say(None, "hello").await.ok(200);
    redis.start_again();
    let used = async {
        while redis.command("dbsize") == "0" {
            ada.get("/api/auth/me").await;
        }
    };
    tokio::time::timeout(PATIENCE, used).await.unwrap();
}

#[tokio::test]
async fn redis_learns_of_nobody_and_forgets_everything() {
    let redis = Redis::start();
    let url = redis.url();
    let settings = [("SAYDO_RATE_LIMITS", "on"), ("REDIS_URL", url.as_str()), ("SAYDO_REDIS_TIMEOUT_MS", "60000")];
    let mut watch = redis.watch();
    let app = TestApp::with(&settings).await;
    let ada = app.user("ada").await;
    let login = json!({"email": ada.email, "password": "wrong password"});
    // More than are free, so that failures are counted as well.
    let logins = (0..10).map(|_| {
        let request = app.anonymous().request(Method::POST, "/api/auth/login");
        Answer::of(request.json(&login))
    });
    join_all(logins).await;
    ada.say(None, "hello").await.ok(200);
    let asked = watch.commands(&redis);
    for kind in ["calls", "chat", "sign-ins", "login-account", "login-address"] {
        assert!(asked.iter().any(|command| command.contains(&format!("saydo:{kind}:"))), "{kind}: {asked:?}");
    }
    let (mut written, mut mortal) = (BTreeSet::new(), BTreeSet::new());
    for command in &asked {
        let named = [ada.id.as_str(), "ada", "127.0.0.1"].iter().any(|name| command.contains(name));
        assert!(!named, "{command}");
        let words: Vec<_> = command.split('"').skip(1).step_by(2).collect();
        let [verb, key, ..] = words[..] else { continue };
        let lives = match verb.to_uppercase().as_str() {
            "SET" => words.iter().position(|word| *word == "PX").and_then(|at| words.get(at + 1)),
            "PEXPIRE" => words.get(2),
            "HSET" | "HINCRBY" | "ZADD" => None,
            "HELLO" | "CLIENT" | "PING" | "ECHO" | "EVALSHA" | "EVAL" | "SCRIPT" | "TIME" | "GET" | "EXISTS"
            | "HGET" | "HMGET" | "ZCARD" | "DEL" | "ZREM" | "ZREMRANGEBYSCORE" => continue,
            _ => panic!("does it write something that stays? {command}"),
        };
        written.insert(key);
        if let Some(lives) = lives {
            assert!((1..=3_600_000).contains(&lives.parse::<i64>().unwrap()), "{command}");
            mortal.insert(key);
        }
    }
    assert!(!written.is_empty() && written == mortal, "{written:?} {mortal:?}");
}

#[tokio::test]
async fn whoever_watches_learns_of_redis_without_a_request() {
    let redis = Redis::start();
    let url = redis.url();
    let settings =
        [("SAYDO_RATE_LIMITS", "on"), ("REDIS_URL", url.as_str()), ("SAYDO_METRICS_TOKEN", "a token for metrics")];
    let app = TestApp::with(&settings).await;
    let until = async |told: &str| {
        let began = Instant::now();
        loop {
            let page = app.anonymous().request(Method::GET, "/metrics").bearer_auth("a token for metrics");
            let page = page.send().await.unwrap().text().await.unwrap();
            if page.lines().any(|line| line == told) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "never {told}: {page}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    until("saydo_redis_fallback 0").await;
    redis.kill();
    until("saydo_redis_fallback 1").await;
    redis.start_again();
    until("saydo_redis_fallback 0").await;
}

#[test]
fn the_settings_say_where_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let alone = succeed(saydo(folder.path(), &["config"]), "");
    assert!(alone.contains("limits hold per replica"), "{alone}");
    let mut together = saydo(folder.path(), &["config"]);
    together.env("REDIS_URL", "redis://:geheim@127.0.0.1:1/0");
    let together = succeed(together, "");
    assert!(together.contains("limits hold for all replicas together") && !together.contains("geheim"), "{together}");
    let mut wrong = saydo(folder.path(), &["config"]);
    wrong.env("REDIS_URL", "127.0.0.1");
    let refused = crate::cli::run(wrong, "");
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && text.contains("REDIS_URL: give an address like redis://"), "{text}");
}
