//! What is seen from outside: metrics, rules, dashboard, traces, the audit trail.

mod audit;
mod metrics;
mod rules;
mod traces;
mod watched;

use std::{path::PathBuf, process::Command};

use serde_json::{Value, json};

use crate::{
    cli::Server,
    support::{Answer, Client, PASSWORD},
};

/// Opens `/metrics`.
const TOKEN: &str = "a-token-for-the-metrics";

/// The folder of the project.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a tool of Prometheus says, which must be content.
#[track_caller]
fn promtool(arguments: &[&str], input: &str) -> String {
    let mut command = Command::new("promtool");
    command.args(arguments).current_dir(root());
    let output = crate::cli::run(command, input);
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    text
}

/// Signs somebody up at this server, and in.
async fn sign_up(server: &Server, email: &str) -> Client {
    let nobody = Client::of(&server.base, "");
    let account = json!({"email": email, "password": PASSWORD, "name": "Canary"});
    nobody.post("/api/auth/signup", account).await.ok(201);
    let login = nobody.post("/api/auth/login", json!({"email": email, "password": PASSWORD})).await.ok(200);
    let token = login["access_token"].as_str().unwrap();
    Client { id: login["user"]["id"].as_str().unwrap().to_owned(), ..Client::of(&server.base, token) }
}

/// The page of metrics.
async fn page(server: &Server) -> Answer {
    Client::of(&server.base, TOKEN).get("/metrics").await
}

/// A little of everything that is measured.
async fn live(server: &Server, person: &Client) {
    person.post("/api/tasks", json!({"title": "canary-title"})).await.ok(201);
    person.get("/api/tasks").await.ok(200);
    person.say(None, "add canary-message tomorrow").await.ok(200);
    person.say(None, "remove the task that does not exist").await.ok(200);
    person.patch("/api/auth/me", json!({"planner": "llm"})).await.ok(200);
    person.say(None, "what should I do with my life, canary-question?").await.ok(200);
    person.patch("/api/auth/me", json!({"planner": "offline"})).await.ok(200);
    let wrong = json!({"email": "nobody@example.com", "password": "not this one"});
    Client::of(&server.base, "").post("/api/auth/login", wrong).await.problem(401);
    person.get("/api/tasks/4711").await.problem(404);
    let other = format!("/api/{}x/chat", person.id);
    person.post(&other, json!({"message": "hi"})).await.problem(403);
}

/// A server with a scripted model that answers everything it is asked.
async fn with_model(folder: &std::path::Path, settings: &[(&str, &str)]) -> (scripted_model::ScriptedModel, Server) {
    let model = scripted_model::ScriptedModel::start().await;
    model.always(scripted_model::Reply::text("Take a walk.").with_usage(1000, 400, 50));
    let url = model.base_url();
    let own = [("OPENAI_BASE_URL", url.as_str()), ("SAYDO_RATE_LIMITS", "off")];
    let settings: Vec<(&str, &str)> = own.into_iter().chain(settings.iter().copied()).collect();
    let server = Server::start(folder, &settings);
    (model, server)
}

/// Every `expr` of a dashboard.
fn expressions(value: &Value, found: &mut Vec<(String, String)>, title: &str) {
    match value {
        Value::Object(fields) => {
            let title = fields.get("title").and_then(Value::as_str).unwrap_or(title);
            let noted = fields.get("description").and_then(Value::as_str).unwrap_or_default();
            let title =
                if noted.contains("No data until it happens") { format!("{title} (?)") } else { title.to_owned() };
            if let Some(expr) = fields.get("expr").and_then(Value::as_str) {
                found.push((title.clone(), expr.to_owned()));
            }
            fields.values().for_each(|value| expressions(value, found, &title));
        }
        Value::Array(values) => values.iter().for_each(|value| expressions(value, found, title)),
        _ => {}
    }
}
