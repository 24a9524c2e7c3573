//! Who administrates: nobody by a request, whatever it says.

use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, TestApp, mint, now};

const ISSUER: &str = "https://login.example.org";
const NAMED: (&str, &str) = ("SAYDO_ADMINS", "Boss@example.com, ceo@example.com");

async fn sign_up(app: &TestApp, email: &str) -> crate::support::Answer {
    app.anonymous().post("/api/auth/signup", json!({"email": email, "password": PASSWORD})).await
}

async fn administrates(person: &Client) -> bool {
    person.get("/api/auth/me").await.ok(200).get("admin") == Some(&json!(true))
}

#[tokio::test]
async fn nobody_signs_up_with_an_email_that_is_named() {
    let app = TestApp::with(&[NAMED]).await;
    for email in ["boss@example.com", " BOSS@Example.com "] {
        let (detail, code) = sign_up(&app, email).await.problem(403);
        assert_eq!(code, "email_kept");
        assert!(detail.ends_with("saydo user create boss@example.com"), "{detail}");
    }
    // Passwords are looked at first, as for everybody.
    let short = json!({"email": "boss@example.com", "password": "short"});
    assert_eq!(app.anonymous().post("/api/auth/signup", short).await.refused(), ["password"]);
    sign_up(&app, "bosses@example.com").await.ok(201);
    // Whoever runs the server makes the account; from then on it is as taken as any other.
    let boss = app.app.accounts.admin_create("boss@example.com", "", &PASSWORD.to_owned().into()).await.unwrap();
    assert_eq!(sign_up(&app, "boss@example.com").await.problem(400).1, "email_taken");
    let login = json!({"email": "boss@example.com", "password": PASSWORD});
    let login = app.anonymous().post("/api/auth/login", login).await.ok(200);
    assert_eq!(login["user"]["id"], json!(boss.id.to_string()));
    let boss = app.anonymous().with_token(login["access_token"].as_str().unwrap());
    assert!(administrates(&boss).await);
    // A choice of their own changes nothing about it, and a program of theirs administrates nothing.
    boss.patch("/api/auth/me", json!({"planner": "offline"})).await.ok(200);
    assert!(administrates(&boss).await);
    let program = boss.post("/api/tokens", json!({"name": "Robot", "scope": "write"})).await.ok(201);
    boss.with_token(program["token"].as_str().unwrap()).get("/api/admin/ready").await.problem(404);
}

#[tokio::test]
async fn who_came_before_the_name_has_nothing_of_it() {
    let app = TestApp::start().await;
    let early = app.user("boss").await;
    let app = app.restart(&[NAMED]).await;
    let early = early.at(&app);
    assert!(!administrates(&early).await);
    early.get("/api/admin/ready").await.problem(404);
    for wish in [json!({"email_vouched": true}), json!({"settings": {"email_vouched": true}})] {
        assert_eq!(early.patch("/api/auth/me", wish).await.status, 422);
    }
    assert!(!administrates(&early).await);
    let user = app.app.accounts.admin_find("boss@example.com").await.unwrap();
    app.app.accounts.admin_vouch(&user).await.unwrap();
    assert!(administrates(&early).await);
    // Whoever is vouched for and not named administrates nothing either.
    let ada = app.user("ada").await;
    let user = app.app.accounts.admin_find(&ada.id).await.unwrap();
    app.app.accounts.admin_vouch(&user).await.unwrap();
    assert!(!administrates(&ada).await);
    let app = app.restart(&[]).await;
    assert!(!administrates(&early.at(&app)).await);
}

#[tokio::test]
async fn an_issuers_word_counts_when_it_says_that_the_email_is_verified() {
    let app = TestApp::with(&[NAMED, ("SAYDO_TRUSTED_ISSUERS", ISSUER)]).await;
    let come = async |sub: &str, email: &str, verified: Value| {
        let claims = json!({"sub": sub, "iss": ISSUER, "exp": now().as_second() + 60, "email": email,
            "email_verified": verified});
        let person = app.anonymous().with_token(mint(&claims));
        let me = person.get("/api/auth/me").await.ok(200);
        (me["email"].clone(), administrates(&person).await)
    };
    let nothing = (Value::Null, false);
    for (sub, verified) in [("u1", json!(null)), ("u2", json!(false)), ("u3", json!("yes")), ("u4", json!(1))] {
        assert_eq!(come(sub, "Boss@example.com", verified.clone()).await, nothing, "{verified}");
    }
    assert_eq!(come("u5", "Boss@example.com", json!(true)).await, (json!("boss@example.com"), true));
    assert_eq!(come("u6", "ceo@example.com", json!("true")).await, (json!("ceo@example.com"), true));
    assert_eq!(come("u7", "boss@example.com", json!(true)).await, nothing, "it is taken");
    // What the issuer says later changes nothing.
    assert_eq!(come("u1", "boss@example.com", json!(true)).await, nothing);
    // Others keep their e-mail unless it is known not to be theirs.
    assert_eq!(come("u8", "ada@example.com", json!(null)).await, (json!("ada@example.com"), false));
    assert_eq!(come("u9", "bob@example.com", json!(false)).await, nothing);
}
