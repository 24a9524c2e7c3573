//! Who is let in is the same everywhere, at once.

use serde_json::json;

use super::{everywhere, three};
use crate::{support::PASSWORD, tokens::program};

#[tokio::test]
async fn a_session_ends_everywhere_at_once() {
    let replicas = three().await;
    for end in ["logout", "logout-all"] {
        let [here, there, elsewhere] = everywhere(&replicas[0].user(end).await, &replicas);
        // Each of them has seen the token before.
        for client in [&here, &there, &elsewhere] {
            client.get("/api/tasks").await.ok(200);
        }
        there.post(&format!("/api/auth/{end}"), json!({})).await.ok(204);
        for client in [&here, &there, &elsewhere] {
            client.get("/api/tasks").await.problem(401);
        }
    }
}

#[tokio::test]
async fn a_program_s_token_ends_everywhere_at_once() {
    let replicas = three().await;
    let ada = replicas[0].user("ada").await;
    let (robot, id) = program(&ada, "read").await;
    for client in everywhere(&robot, &replicas) {
        client.get("/api/tasks").await.ok(200);
    }
    ada.at(&replicas[1]).delete(&format!("/api/tokens/{id}")).await.ok(204);
    for client in everywhere(&robot, &replicas) {
        client.get("/api/tasks").await.problem(401);
    }
}

#[tokio::test]
async fn an_account_made_at_one_is_known_to_the_others() {
    let replicas = three().await;
    let ada = replicas[0].user("ada").await;
    let login = json!({"email": ada.email, "password": PASSWORD});
    let session = replicas[2].anonymous().post("/api/auth/login", login).await.ok(200);
    let there = replicas[1].anonymous().with_token(session["access_token"].as_str().unwrap());
    assert_eq!(there.get("/api/auth/me").await.ok(200)["id"], ada.id);
}
