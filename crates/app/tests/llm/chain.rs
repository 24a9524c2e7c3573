//! Several providers: the next one, asking again, the breaker, one deadline.

use std::time::Duration;

use futures_util::StreamExt;
use saydo_app::llm::{ModelError, ModelEvent, Models, ModelsConfig, Phase, Price, ProviderConfig, ProviderKind, Usage};
use scripted_model::{Fault, Reply, ScriptedModel};
use tokio::time::Instant;

use super::{ask, ask_until, config, hello, later, provider};

const CHAT: ProviderKind = ProviderKind::ChatCompletions;

fn named(model: &str, kind: ProviderKind, server: &ScriptedModel) -> ProviderConfig {
    ProviderConfig { model: model.into(), ..provider(kind, &server.base_url()) }
}

async fn pair() -> (ScriptedModel, ScriptedModel, Models) {
    pair_waiting(Duration::from_secs(30)).await
}

/// Two providers that may take so long to the first byte.
async fn pair_waiting(first_byte_timeout: Duration) -> (ScriptedModel, ScriptedModel, Models) {
    let (first, second) = (ScriptedModel::start().await, ScriptedModel::start().await);
    let providers = vec![named("one", CHAT, &first), named("two", ProviderKind::Anthropic, &second)];
    let models = Models::new(&ModelsConfig { first_byte_timeout, ..config(providers) }).unwrap();
    (first, second, models)
}

fn limited(retry_after: &str) -> Reply {
    Reply::fault(Fault::Status { status: 429, retry_after: Some(retry_after.into()), code: None })
}

#[tokio::test]
async fn what_may_pass_is_asked_again() {
    for fault in [Reply::status(500), Reply::status(503), limited("0"), Reply::fault(Fault::CloseConnection)] {
        let (first, _second, models) = pair().await;
        first.reply(fault);
        first.reply(Reply::text("Here I am."));
        assert_eq!(ask(&models, hello()).await.unwrap().text, "Here I am.");
        assert_eq!(first.requests().len(), 2);
    }
}

#[tokio::test]
async fn after_two_more_tries_the_next_provider_answers() {
    let (first, second, models) = pair().await;
    first.always(Reply::status(500));
    second.reply(Reply::text("I am the other."));
    let (name, stream) = models.stream(hello(), later()).await.unwrap();
    assert_eq!(&*name, "two");
    assert!(matches!(stream.collect::<Vec<_>>().await.last(), Some(Ok(ModelEvent::End(_)))));
    assert_eq!((first.requests().len(), second.requests().len()), (3, 1));
}

#[tokio::test]
async fn what_will_not_pass_goes_to_the_next_at_once() {
    for fault in [
        Fault::Status { status: 401, retry_after: None, code: None },
        Fault::Status { status: 429, retry_after: Some("50".into()), code: None },
        Fault::HangBeforeHeaders,
        Fault::HangAfterHeaders,
        Fault::MalformedAfter(0),
        Fault::EndAfter(1),
    ] {
        let (first, second, models) = pair_waiting(Duration::from_secs(2)).await;
        first.reply(Reply::fault(fault.clone()));
        second.reply(Reply::text("I am the other."));
        assert_eq!(ask(&models, hello()).await.unwrap().text, "I am the other.", "{fault:?}");
        assert_eq!(first.requests().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn an_answer_that_has_begun_is_never_asked_for_again() {
    let (first, second, models) = pair().await;
    first.reply(Reply::fault(Fault::BreakAfter(5)).slowly(Duration::from_millis(1)));
    assert_eq!(ask(&models, hello()).await, Err(ModelError::Truncated));
    assert_eq!((first.requests().len(), second.requests().len()), (1, 0));
}

#[tokio::test]
async fn when_all_fail_the_last_says_why() {
    let (first, second, models) = pair().await;
    first.always(Reply::status(500));
    second.always(Reply::fault(Fault::Status { status: 400, retry_after: None, code: Some("bad_schema".into()) }));
    assert_eq!(ask(&models, hello()).await, Err(ModelError::Refused(400, "bad_schema".into())));
    assert_eq!(ask(&Models::none(), hello()).await, Err(ModelError::Unavailable));
    assert!(!Models::none().is_configured() && models.is_configured());
}

#[tokio::test]
async fn five_failures_in_a_row_rest_a_provider() {
    let (first, second, models) = pair().await;
    first.always(Reply::status(500));
    second.always(Reply::text("I am the other."));
    for _ in 0..4 {
        ask(&models, hello()).await.unwrap();
    }
    // Three in the first turn, two in the second, none since.
    assert_eq!((first.requests().len(), second.requests().len()), (5, 4));
}

#[tokio::test]
async fn with_every_breaker_open_nothing_is_asked() {
    let server = ScriptedModel::start().await;
    server.always(Reply::fault(Fault::MalformedAfter(0)));
    let models = super::models(CHAT, &server);
    for _ in 0..5 {
        assert!(matches!(ask(&models, hello()).await, Err(ModelError::Malformed(_))));
    }
    assert_eq!(ask(&models, hello()).await, Err(ModelError::Unavailable));
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn a_request_the_provider_does_not_like_is_not_its_failure() {
    let server = ScriptedModel::start().await;
    server.always(Reply::status(400));
    let models = super::models(CHAT, &server);
    for _ in 0..6 {
        assert!(matches!(ask(&models, hello()).await, Err(ModelError::Refused(400, _))));
    }
}

#[tokio::test]
async fn the_deadline_is_one_for_all_tries() {
    let (first, second, models) = pair_waiting(Duration::from_secs(1)).await;
    first.always(Reply::fault(Fault::HangBeforeHeaders));
    second.always(Reply::fault(Fault::HangBeforeHeaders));
    let deadline = Instant::now() + Duration::from_millis(1900);
    assert_eq!(ask_until(&models, hello(), deadline).await, Err(ModelError::Timeout(Phase::Turn)));
    assert_eq!((first.requests().len(), second.requests().len()), (1, 1));
}

#[tokio::test]
async fn prices_are_those_of_the_model() {
    let server = ScriptedModel::start().await;
    let price = Price { input: 2.5, cached: 1.25, output: 10.0 };
    let models = Models::new(&config(vec![ProviderConfig { price, ..named("one", CHAT, &server) }])).unwrap();
    let usage = Usage { input_tokens: 1000, cached_tokens: 400, output_tokens: 50 };
    assert_eq!(models.price("one").cost_micros(usage), 1500 + 500 + 500);
    assert_eq!(models.price("other").cost_micros(usage), 0);
}

#[tokio::test]
async fn mistakes_of_the_configuration_come_all_together() {
    let server = ScriptedModel::start().await;
    let wrong = |name: &str, base_url: &str, key: &str| ProviderConfig {
        name: name.into(),
        base_url: Some(base_url.into()),
        api_key: Some(key.into()),
        ..named("m", CHAT, &server)
    };
    let mistakes =
        Models::new(&config(vec![wrong("a", "nowhere", "k"), wrong("b", "http://h", "very-secret\n")])).unwrap_err();
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["provider a: base_url is not an http or https URL", "provider b: the key has unusable characters"]
    );
}
