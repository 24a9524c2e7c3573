//! What makes a token good, and everything that makes it bad.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::*;

const SECRET: &str = "a-secret-that-only-this-test-knows-0123";

fn now() -> Timestamp {
    "2026-03-11T09:00:00Z".parse().unwrap()
}

fn tokens() -> Tokens {
    let trusted = vec!["https://issuer.example".to_owned()];
    Tokens::new(&SecretString::from(SECRET), trusted, SignedDuration::from_hours(24))
}

fn claims() -> Value {
    let now = now().as_second();
    json!({"sub": "u1", "iss": ISSUER, "iat": now, "exp": now + 60})
}

fn with(changes: Value) -> Value {
    let mut claims = claims();
    for (key, value) in changes.as_object().unwrap() {
        claims[key] = value.clone();
    }
    claims
}

fn mint(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn proves(claims: &Value) -> bool {
    tokens().prove(&mint(Algorithm::HS256, SECRET, claims), now()).is_ok()
}

#[test]
fn our_own_token_comes_back_as_it_went() {
    let user = User {
        id: UserId::new("u1").unwrap(),
        email: Some(saydo_domain::Email::new("ada@example.com").unwrap()),
        name: saydo_domain::PersonName::new("Ada").unwrap(),
        timezone: None,
        created_at: now(),
    };
    let signed = tokens().sign(&user, 3, now()).unwrap();
    let proven = tokens().prove(signed.token.expose_secret(), now()).unwrap();
    assert_eq!(proven.origin, Origin::Own);
    assert_eq!(proven.user, user.id);
    assert_eq!(proven.email.as_deref(), Some("ada@example.com"));
    assert_eq!(proven.token_id, signed.token_id);
    assert_eq!(proven.generation, Some(3));
    assert_eq!(proven.issued_at, Some(now()));
    assert_eq!(proven.expires_at, signed.expires_at);
}

#[test]
fn a_hand_minted_token_with_the_secret_is_good() {
    let token = mint(Algorithm::HS256, SECRET, &claims());
    let proven = tokens().prove(&token, now()).unwrap();
    assert_eq!(proven.generation, None);
    assert_eq!(proven.token_id, hash(&token));
    assert_eq!(proven.token_id.len(), 64);
}

#[test]
fn times_are_exact() {
    let second = now().as_second();
    assert!(proves(&with(json!({"exp": second + 1}))));
    assert!(proves(&with(json!({"exp": second + 1, "iat": null}))));
    assert!(proves(&with(json!({"iat": second + 59, "nbf": second + 59}))));
    for bad in [
        json!({"exp": second}),
        json!({"exp": second - 30}),
        json!({"exp": null}),
        json!({"exp": "9999999999"}),
        json!({"iat": second + 61}),
        json!({"nbf": second + 61}),
    ] {
        assert!(!proves(&with(bad.clone())), "{bad}");
    }
    let mut without = claims();
    without.as_object_mut().unwrap().remove("exp");
    assert!(!proves(&without));
}

#[test]
fn issuer_and_subject_must_be_ours_or_trusted() {
    assert!(proves(&with(json!({"iss": "https://issuer.example", "email": 7}))));
    for bad in [
        json!({"iss": "https://other.example"}),
        json!({"iss": ""}),
        json!({"iss": null}),
        json!({"sub": ""}),
        json!({"sub": null}),
        json!({"sub": 5}),
        json!({"sub": "line\nbreak"}),
    ] {
        assert!(!proves(&with(bad.clone())), "{bad}");
    }
}

#[test]
fn only_hs256_with_our_secret() {
    let tokens = tokens();
    let good = mint(Algorithm::HS256, SECRET, &claims());
    assert!(tokens.prove(&good, now()).is_ok());
    let parts: Vec<&str> = good.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let other = mint(Algorithm::HS256, SECRET, &with(json!({"sub": "u2"})));
    let payload = other.split('.').nth(1).unwrap();
    for bad in [
        mint(Algorithm::HS384, SECRET, &claims()),
        mint(Algorithm::HS512, SECRET, &claims()),
        mint(Algorithm::HS256, "another-secret-that-is-as-long-as-that", &claims()),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{payload}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        String::new(),
        "..".to_owned(),
        "not a token".to_owned(),
    ] {
        assert!(matches!(tokens.prove(&bad, now()), Err(AppError::Unauthorized)), "{bad}");
    }
}

#[test]
fn critical_extensions_are_not_understood() {
    let mut header = Header::new(Algorithm::HS256);
    header.crit = Some(vec!["b64".to_owned()]);
    let token = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(SECRET.as_bytes())).unwrap();
    assert!(tokens().prove(&token, now()).is_err());
}

#[test]
fn debug_does_not_print_the_secret() {
    assert!(!format!("{:?}", tokens()).contains(SECRET));
}
