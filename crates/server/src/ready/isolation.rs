//! Two people who must not see each other, and what a session is like.

use std::time::Duration;

use reqwest::{Method, header::SET_COOKIE};
use serde_json::{Value, json};

use super::{
    outside::TURN,
    pair::Pair,
    row::{Check, Row},
};
use crate::cli::{
    CliError,
    person::{Person, made_up_word},
    site::{Answer, send, send_patiently},
    span::told,
};

const BY: &str = "two throw-away accounts";

const COOKIE: Check = Check::must("S18", "Session cookie", "__Host-, Secure, HttpOnly, SameSite", BY);
const DONE: Check = Check::must("C1", "What is said is done", "one sentence, one task", BY);
const QUICK: Check = Check::must("P1", "Chat, just now", "answers within 3 s", BY);
const APART: Check = Check::must("S3", "Another person", "finds nothing and changes nothing", BY);
const PATH: Check = Check::must("S4", "Speaking as another", "403", BY);
const ALIKE: Check = Check::must("S5", "What is another's", "looks like what is missing", BY);
const FORGED: Check = Check::must("S7", "Forged tokens", "401", BY);
const OUT: Check = Check::must("S8", "A log-out", "holds at once", BY);

pub(super) const CHECKS: [Check; 8] = [COOKIE, DONE, QUICK, APART, PATH, ALIKE, FORGED, OUT];

const HELP: &str = "do not go: this is a fault of the program or of a cache in front of it";

/// Goes on until something cannot be asked.
pub(super) async fn live(pair: &mut Pair) -> Result<(), CliError> {
    let session = pair.ada.sign_up().await?;
    pair.rows.push(cookie(&session));
    pair.bob.sign_up().await?;
    let Pair { ada, bob, rows } = pair;
    // The language engine answers: nothing here costs anything.
    ada.patch("/api/auth/me", json!({"planner": "offline"})).await?.expect(200)?;
    let word = made_up_word();
    let (conversation, took) = talk(ada, &word).await?;
    let slowest = took.iter().max().copied().unwrap_or_default();
    rows.push(QUICK.judge(
        slowest < TURN,
        format!("{} turns, the slowest {}", took.len(), told(slowest)),
        "docs/runbooks/slow.md",
    ));
    let tasks = ada.get(&format!("/api/tasks?q={word}")).await?.expect(200)?.json;
    let tasks = tasks.as_array().cloned().unwrap_or_default();
    rows.push(DONE.judge(
        tasks.len() == 1,
        format!("one sentence made {} task(s)", tasks.len()),
        "saydo smoke says more",
    ));
    let task = match tasks.first() {
        Some(task) => task.clone(),
        None => ada.post("/api/tasks", json!({"title": word})).await?.expect(201)?.json,
    };
    rows.push(apart(ada, bob, &task, conversation).await?);
    rows.push(path(ada, bob).await?);
    rows.push(alike(bob, &task).await?);
    rows.push(forged(ada).await?);
    rows.push(out(bob).await?);
    Ok(())
}

fn cookie(session: &Answer) -> Row {
    let lines = session.headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    let line = lines.filter(|line| line.contains("saydo_session=")).collect::<String>();
    let lower = line.to_lowercase();
    let missing: Vec<&str> = [
        ("__Host-", line.starts_with("__Host-")),
        ("Secure", lower.contains("; secure")),
        ("HttpOnly", lower.contains("; httponly")),
        ("SameSite", lower.contains("; samesite=lax") || lower.contains("; samesite=strict")),
    ]
    .into_iter()
    .filter_map(|(name, there)| (!there).then_some(name))
    .collect();
    match missing.as_slice() {
        [] => COOKIE.holds("it has all four"),
        missing => COOKIE.fails(
            format!("it lacks {}", missing.join(", ")),
            "SAYDO_PROFILE=production, and a proxy that changes no cookies",
        ),
    }
}

/// Says three things, in one conversation; how long each took.
async fn talk(ada: &Person, word: &str) -> Result<(i64, Vec<Duration>), CliError> {
    let (mut conversation, mut took) = (None, Vec::new());
    for message in
        [format!("add polish the {word} tomorrow"), "what's due today?".to_owned(), "what's overdue?".to_owned()]
    {
        let answer = send_patiently(ada.message(conversation, &message)).await?.expect(200)?;
        conversation = answer.json["conversation_id"].as_i64();
        took.push(answer.took);
    }
    let id = conversation.ok_or_else(|| CliError::Refused("a reply names no conversation".to_owned()))?;
    Ok((id, took))
}

async fn apart(ada: &Person, bob: &Person, task: &Value, conversation: i64) -> Result<Row, CliError> {
    let listed = bob.get("/api/tasks").await?.expect(200)?.json;
    let conversations = bob.get("/api/conversations").await?.expect(200)?.json;
    let mut seen: Vec<String> = Vec::new();
    if listed != json!([]) || conversations["conversations"] != json!([]) {
        seen.push("a new account has something".to_owned());
    }
    let path = format!("/api/tasks/{}", task["id"]);
    let talk = format!("/api/conversations/{conversation}");
    let attempts = [
        ("reads a task", bob.get(&path).await?),
        ("reads its history", bob.get(&format!("{path}/history")).await?),
        ("changes a task", bob.patch(&path, json!({"title": "Mine"})).await?),
        ("completes a task", bob.patch(&format!("{path}/complete"), json!({"completed": true})).await?),
        ("deletes a task", bob.delete(&path).await?),
        ("reads a conversation", bob.get(&format!("{talk}/messages")).await?),
        ("deletes a conversation", bob.delete(&talk).await?),
    ];
    let count = attempts.len();
    seen.extend(
        attempts
            .into_iter()
            .filter(|(_, answer)| answer.status != 404)
            .map(|(what, answer)| format!("{what}: {}", answer.status)),
    );
    if ada.get(&path).await?.json != *task {
        seen.push("a task was changed".to_owned());
    }
    Ok(match seen.as_slice() {
        [] => APART.holds(format!("{count} attempts, all in vain")),
        seen => APART.fails(seen.join(", "), HELP),
    })
}

async fn path(ada: &Person, bob: &Person) -> Result<Row, CliError> {
    let answer = bob.post(&format!("/api/{}/chat", ada.id()), json!({"message": "hello"})).await?;
    Ok(PATH.judge(answer.status == 403, format!("answered {}", answer.status), HELP))
}

async fn alike(bob: &Person, task: &Value) -> Result<Row, CliError> {
    let foreign = bob.get(&format!("/api/tasks/{}", task["id"])).await?;
    let missing = bob.get("/api/tasks/987654321").await?;
    let body = |answer: &Answer| {
        let mut body = answer.json.clone();
        body["request_id"] = Value::Null;
        (answer.status, body)
    };
    let same = body(&foreign) == body(&missing);
    Ok(ALIKE.judge(same, if same { "the answers are the same" } else { "the answers differ" }, HELP))
}

/// Ada's token with another header, without its signature, with another one.
async fn forged(ada: &Person) -> Result<Row, CliError> {
    let parts: Vec<&str> = ada.token().split('.').collect();
    let [_, claims, signature] = parts.as_slice() else {
        return Ok(FORGED.unknown("the session is no JWT", "ask a server of this version"));
    };
    let head = ada.token().split('.').next().unwrap_or_default();
    // {"alg":"none","typ":"JWT"}
    const NONE: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let turned: String = signature.chars().rev().collect();
    let forgeries = [
        ("without an algorithm", format!("{NONE}.{claims}.")),
        ("without an algorithm, signed", format!("{NONE}.{claims}.{signature}")),
        ("without a signature", format!("{head}.{claims}.")),
        ("with another signature", format!("{head}.{claims}.{turned}")),
    ];
    for (what, token) in &forgeries {
        let answer = send(ada.stranger(Method::GET, "/api/auth/me").bearer_auth(token)).await?;
        if answer.status != 401 {
            return Ok(FORGED.fails(format!("one {what} is answered {}", answer.status), HELP));
        }
    }
    Ok(FORGED.holds(format!("{} tried, all refused", forgeries.len())))
}

async fn out(bob: &Person) -> Result<Row, CliError> {
    let mut second = bob.clone();
    second.log_in().await?;
    second.get("/api/auth/me").await?.expect(200)?;
    second.post("/api/auth/logout", json!({})).await?.expect(204)?;
    let answer = second.get("/api/auth/me").await?;
    Ok(OUT.judge(answer.status == 401, format!("afterwards the token is answered {}", answer.status), HELP))
}
