//! {owner, other, anonymous, revoked} × every route of the OpenAPI document: nobody but the owner gets or changes
//! anything, and what is another's looks exactly like what is missing. A new route without a line here fails.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    openapi::operations,
    support::{Answer, Client, PASSWORD, TestApp},
};

/// Routes anybody may call.
const OPEN: [&str; 5] = ["GET /health", "GET /livez", "GET /readyz", "POST /api/auth/login", "POST /api/auth/signup"];

/// What a route needs to be called by its owner, and what it says to another user about the owner's things.
struct Line {
    body: Value,
    /// The status for the owner.
    owner: u16,
    /// The status for another user who names the owner's things; `None` where a route names none.
    other: Option<u16>,
}

fn line(route: &str) -> Line {
    let line = |body, owner, other| Line { body, owner, other };
    match route {
        "GET /api/auth/me"
        | "GET /api/account/export"
        | "GET /api/tasks"
        | "GET /api/trash"
        | "GET /api/conversations"
        | "GET /api/conversations/latest" => line(Value::Null, 200, None),
        "PATCH /api/auth/me" => line(json!({"name": "Another"}), 200, None),
        "POST /api/auth/logout" | "POST /api/auth/logout-all" => line(Value::Null, 204, None),
        "POST /api/auth/password" => line(json!({"current_password": PASSWORD, "new_password": PASSWORD}), 204, None),
        "GET /api/tokens" => line(Value::Null, 200, None),
        "POST /api/tokens" => line(json!({"name": "Another", "scope": "read"}), 201, None),
        "POST /api/tokens/{id}/undo-today" => line(Value::Null, 200, Some(404)),
        "DELETE /api/tokens/{id}" => line(Value::Null, 204, Some(404)),
        "DELETE /api/account" => line(json!({"password": PASSWORD}), 204, None),
        "POST /api/tasks" => line(json!({"title": "New"}), 201, None),
        "GET /api/tasks/{id}/history" => line(Value::Null, 200, Some(404)),
        "GET /api/tasks/{id}" => line(Value::Null, 200, Some(404)),
        "PUT /api/tasks/{id}" | "PATCH /api/tasks/{id}" => line(json!({"title": "Changed"}), 200, Some(404)),
        "PATCH /api/tasks/{id}/complete" => line(json!({"completed": true}), 200, Some(404)),
        "DELETE /api/tasks/{id}" => line(Value::Null, 204, Some(404)),
        "POST /api/trash/{id}/restore" => line(Value::Null, 200, Some(404)),
        "POST /api/import" => line(json!({"tasks": [{"title": "Imported"}]}), 200, None),
        "POST /api/undo" => line(json!({"change_id": "{change_id}"}), 200, Some(404)),
        "POST /api/parse" => line(json!({"text": "milk"}), 200, None),
        "POST /api/{user_id}/chat" => line(json!({"message": "hello"}), 200, Some(403)),
        "GET /api/conversations/{id}/messages" => line(Value::Null, 200, Some(404)),
        "PATCH /api/conversations/{id}" => line(json!({"title": "Changed"}), 200, Some(404)),
        "DELETE /api/conversations/{id}" => line(Value::Null, 200, Some(404)),
        "DELETE /api/conversations" => line(Value::Null, 200, None),
        "POST /api/agui" => {
            line(json!({"threadId": "t", "runId": "r", "messages": [{"role": "user", "content": "hello"}]}), 200, None)
        }
        "GET /api/events" => line(Value::Null, 200, None),
        // Nobody administrates here.
        "GET /api/admin/ready" => line(Value::Null, 404, Some(404)),
        "GET /api/usage" => line(Value::Null, 200, None),
        "GET /api/voice" => line(Value::Null, 200, None),
        // No speech server is configured here: for the owner too there is nothing.
        "POST /api/voice/transcribe" => line(Value::Null, 404, None),
        "POST /api/voice/speak" => line(json!({"text": "hello"}), 404, None),
        "GET /api/conversations/{id}/turns/{turn_id}/events" => line(Value::Null, 200, Some(404)),
        "POST /api/conversations/{id}/turns/{turn_id}/stop" => line(Value::Null, 204, Some(404)),
        "POST /api/conversations/{id}/pending/{pending_id}" => line(json!({"decision": "reject"}), 200, Some(404)),
        other => panic!("{other} is missing from the matrix"),
    }
}

/// The owner's things.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) owner: Client,
    conversation: i64,
    pending: String,
    turn: String,
    change: String,
    token: String,
}

impl World {
    /// Ada with two tasks and one in the trash, a conversation with a waiting question, and nothing shared with Bob.
    pub(crate) async fn new() -> Self {
        let app = TestApp::start().await;
        let owner = app.user("ada").await;
        for title in ["Read", "Binned", "Write"] {
            owner.post("/api/tasks", json!({"title": title})).await.ok(201);
        }
        owner.delete("/api/tasks/2").await.ok(204);
        let reply = owner.say(None, "delete all tasks").await.ok(200);
        // What is said here is no command: the question goes on waiting.
        let streamed = owner.stream(reply["conversation_id"].as_i64(), "hello").await;
        let turn = streamed.header("location").split('/').nth(5).unwrap().to_owned();
        let change = owner.patch("/api/tasks/3", json!({"priority": "high"})).await;
        let token = owner.post("/api/tokens", json!({"name": "Robot", "scope": "write"})).await.ok(201);
        Self {
            token: token["id"].as_str().unwrap().to_owned(),
            owner,
            conversation: reply["conversation_id"].as_i64().unwrap(),
            pending: reply["pending"]["id"].as_str().unwrap().to_owned(),
            turn,
            change: change.header("x-change-id").to_owned(),
            app,
        }
    }

    /// Calls a route about the owner's things.
    pub(crate) async fn call(&self, client: &Client, method: &str, path: &str, body: &Value) -> Answer {
        let path = self.address(path);
        let request = client.request(method.parse::<Method>().unwrap(), &path);
        let body = body.to_string().replace("{change_id}", &self.change);
        let empty = body == "null";
        let request = request.header("content-type", "application/json");
        let request = if empty { request } else { request.body(body) };
        if path != "/api/events" {
            return Answer::of(request).await;
        }
        // A stream that is let in has no end.
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = if status == 200 { String::new() } else { response.text().await.unwrap() };
        Answer { status, headers, text }
    }

    /// A route's address with the owner's things in it.
    pub(crate) fn address(&self, path: &str) -> String {
        let task = if path.starts_with("/api/trash") { "2" } else { "1" };
        let id = match () {
            () if path.starts_with("/api/conversations") => self.conversation.to_string(),
            () if path.starts_with("/api/tokens") => self.token.clone(),
            () => task.to_owned(),
        };
        path.replace("{id}", &id)
            .replace("{user_id}", &self.owner.id)
            .replace("{pending_id}", &self.pending)
            .replace("{turn_id}", &self.turn)
    }

    /// Everything the owner has, but for what the audit trail says: looking is noted there.
    async fn everything(&self) -> Value {
        let mut everything = self.owner.get("/api/account/export").await.ok(200);
        everything["audit_events"].take();
        everything
    }
}

fn protected(document: &Value) -> Vec<(String, String)> {
    let all = operations(document).into_iter().map(|(method, path, _)| (method, path));
    all.filter(|(method, path)| !OPEN.contains(&format!("{method} {path}").as_str())).collect()
}

#[tokio::test]
async fn only_the_open_routes_are_marked_open() {
    let app = TestApp::start().await;
    for (method, path, operation) in operations(&app.anonymous().get("/openapi.json").await.ok(200)) {
        let open = OPEN.contains(&format!("{method} {path}").as_str());
        let marked = operation["security"] == json!([{}]);
        assert_eq!(open, marked, "{method} {path}: {}", operation["security"]);
    }
}

#[tokio::test]
async fn strangers_get_nothing_and_change_nothing() {
    let world = World::new().await;
    let document = world.app.anonymous().get("/openapi.json").await.ok(200);
    let before = world.everything().await;
    let revoked = world.app.user("carol").await;
    revoked.post("/api/auth/logout", json!({})).await.ok(204);
    let forged = world.owner.with_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.");
    for (method, path) in protected(&document) {
        let Line { body, .. } = line(&format!("{method} {path}"));
        for stranger in [world.app.anonymous(), revoked.clone(), forged.clone()] {
            let answer = world.call(&stranger, &method, &path, &body).await;
            assert_eq!(answer.problem(401).1, "unauthorized", "{method} {path}");
        }
    }
    assert_eq!(world.everything().await, before);
}

#[tokio::test]
async fn others_see_only_what_is_missing() {
    let world = World::new().await;
    let document = world.app.anonymous().get("/openapi.json").await.ok(200);
    let before = world.everything().await;
    for (method, path) in protected(&document) {
        let Line { body, other, .. } = line(&format!("{method} {path}"));
        let Some(status) = other else { continue };
        let bob = world.app.user(&format!("bob{}", uuid::Uuid::new_v4().simple())).await;
        let answer = world.call(&bob, &method, &path, &body).await;
        answer.problem(status);
        if status == 404 {
            let missing = path
                .replace("{id}", "987654")
                .replace("{pending_id}", &uuid::Uuid::new_v4().to_string())
                .replace("{turn_id}", &uuid::Uuid::now_v7().to_string());
            let body = body.to_string().replace("{change_id}", &uuid::Uuid::now_v7().to_string());
            let body: Value = serde_json::from_str(&body).unwrap();
            let absent = world.call(&bob, &method, &missing, &body).await;
            assert_eq!(answer.comparable(), absent.comparable(), "{method} {path}");
        }
    }
    assert_eq!(world.everything().await, before);
}

#[tokio::test]
async fn the_owner_is_served() {
    let world = World::new().await;
    let document = world.app.anonymous().get("/openapi.json").await.ok(200);
    // Each on a world of its own would hash a password each time: instead, the routes that end something come last.
    let mut routes = protected(&document);
    let ends = |route: &str| {
        let order = [
            "/api/undo",
            "/pending/",
            "DELETE /api/tokens",
            "DELETE /api/tasks",
            "DELETE /api/conversations/",
            "DELETE /api/conversations",
            "logout",
            "password",
            "DELETE /api/account",
        ];
        order.iter().position(|end| route.contains(end)).map_or(0, |at| at + 1)
    };
    routes.sort_by_key(|(method, path)| ends(&format!("{method} {path}")));
    let mut owner = world.owner.clone();
    for (method, path) in routes {
        let route = format!("{method} {path}");
        let Line { body, owner: status, .. } = line(&route);
        let answer = world.call(&owner, &method, &path, &body).await;
        assert_eq!(answer.status, status, "{route}: {}", answer.text);
        if route.contains("logout") || route.contains("password") {
            let user = world.app.app.accounts.admin_find(&world.owner.email).await.unwrap();
            let session = world.app.app.accounts.admin_token(user).await.unwrap();
            owner = owner.with_token(secrecy::ExposeSecret::expose_secret(&session.token));
        }
    }
}
