//! Each way a server can fail, in each format.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use saydo_app::llm::{ModelError, ModelEvent, Phase, ProviderKind};
use scripted_model::{Fault, Reply, ScriptedModel};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::{KINDS, ask, ask_until, exchange, hello, later, models, single};

#[tokio::test]
async fn faults_in_every_format() {
    let status = |status, code: Option<&str>| Fault::Status { status, retry_after: None, code: code.map(Into::into) };
    let refused = |status, code: &str| ModelError::Refused(status, code.to_owned());
    let cases = [
        (Fault::HangBeforeHeaders, ModelError::Timeout(Phase::FirstByte)),
        (Fault::HangAfterHeaders, ModelError::Timeout(Phase::FirstByte)),
        (Fault::HangAfter(4), ModelError::Timeout(Phase::Idle)),
        (Fault::CloseConnection, ModelError::Connect("the connection broke before an answer".into())),
        (status(500, None), ModelError::Server(500)),
        (status(529, None), ModelError::Server(529)),
        (status(429, None), ModelError::RateLimited { retry_after: None }),
        (status(429, Some("insufficient_quota")), refused(429, "insufficient_quota")),
        (status(401, Some("invalid_api_key")), refused(401, "invalid_api_key")),
        (status(400, Some("the key very-secret is wrong")), refused(400, "error")),
        (status(302, None), refused(302, "error")),
        (Fault::MalformedAfter(0), ModelError::Malformed("an event that is no JSON".into())),
        (Fault::MalformedAfter(4), ModelError::Malformed("an event that is no JSON".into())),
        (Fault::EndAfter(0), ModelError::Truncated),
        (Fault::EndAfter(4), ModelError::Truncated),
        (Fault::BreakAfter(4), ModelError::Truncated),
        (Fault::ErrorAfter(0), ModelError::Server(500)),
        (Fault::ErrorAfter(4), ModelError::Server(500)),
        (Fault::Endless, ModelError::Malformed("more than 1 MiB".into())),
    ];
    for (fault, expected) in &cases {
        let all = KINDS.map(|kind| exchange(kind, Reply::fault(fault.clone())));
        for (kind, got) in KINDS.iter().zip(join_all(all).await) {
            assert_eq!(got.as_ref().err(), Some(expected), "{kind:?} {fault:?}: {got:?}");
        }
    }
}

#[tokio::test]
async fn retry_after_is_read() {
    let fault = |status| Fault::Status { status, retry_after: Some("7".into()), code: None };
    for status in [429, 503] {
        let got = exchange(ProviderKind::ChatCompletions, Reply::fault(fault(status))).await;
        assert_eq!(got, Err(ModelError::RateLimited { retry_after: Some(Duration::from_secs(7)) }));
    }
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let got = ask(&single(ProviderKind::ChatCompletions, &format!("http://{address}/v1")), hello()).await;
    assert_eq!(got, Err(ModelError::Connect("no connection".into())));
}

#[tokio::test]
async fn a_handshake_that_hangs() {
    // Connections are taken by the system and answered by nobody.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut models_config =
        super::config(vec![super::provider(ProviderKind::Responses, &format!("https://{address}"))]);
    models_config.connect_timeout = Duration::from_millis(200);
    models_config.retries = 0;
    let models = saydo_app::llm::Models::new(&models_config).unwrap();
    assert_eq!(ask(&models, hello()).await, Err(ModelError::Timeout(Phase::Connect)));
}

#[tokio::test]
async fn what_came_before_the_fault_was_passed_on_and_is_paid_for() {
    for kind in KINDS {
        let server = ScriptedModel::start().await;
        server.reply(Reply::fault(Fault::BreakAfter(5)).slowly(Duration::from_millis(1)));
        let (_, stream) = single(kind, &server.base_url()).stream(hello(), later()).await.unwrap();
        let events: Vec<_> = stream.collect().await;
        assert!(matches!(&events[0], Ok(ModelEvent::Text(text)) if text == "Some "), "{kind:?}: {events:?}");
        let [.., Ok(ModelEvent::Usage(usage)), Err(ModelError::Truncated)] = events.as_slice() else {
            panic!("{kind:?}: {events:?}");
        };
        assert!(usage.input_tokens > 0 && usage.output_tokens > 0, "{kind:?}: {usage:?}");
    }
}

#[tokio::test]
async fn a_call_too_long_and_too_many_calls() {
    let long = json!({"title": "x".repeat(70_000)});
    let many = (0..65).fold(Reply::text(""), |reply, _| reply.and_call("add_task", json!({})));
    for kind in KINDS {
        let got = exchange(kind, Reply::call("add_task", long.clone())).await;
        assert_eq!(got, Err(ModelError::Malformed("a call of more than 64 KiB".into())), "{kind:?}");
        let got = exchange(kind, many.clone()).await;
        assert_eq!(got, Err(ModelError::Malformed("more than 64 calls".into())), "{kind:?}");
    }
}

#[tokio::test]
async fn a_slow_answer_is_whole_and_a_turn_has_an_end() {
    for kind in KINDS {
        let server = ScriptedModel::start().await;
        let drip = Reply::text("Slow but steady.").in_chunks(16).slowly(Duration::from_millis(2));
        server.reply(drip.clone());
        assert_eq!(ask(&models(kind, &server), hello()).await.unwrap().text, "Slow but steady.", "{kind:?}");
        // Bytes keep coming, so only the turn's own deadline ends this one.
        server.reply(drip.slowly(Duration::from_millis(100)));
        let deadline = Instant::now() + Duration::from_millis(400);
        let got = ask_until(&models(kind, &server), hello(), deadline).await;
        assert_eq!(got, Err(ModelError::Timeout(Phase::Turn)), "{kind:?}");
    }
}

#[tokio::test]
async fn leaving_closes_the_connection() {
    let server = ScriptedModel::start().await;
    server.reply(Reply::fault(Fault::HangAfter(5)));
    let (_, mut stream) = models(ProviderKind::ChatCompletions, &server).stream(hello(), later()).await.unwrap();
    assert!(matches!(stream.next().await, Some(Ok(ModelEvent::Text(_)))));
    assert_eq!(server.open_answers(), 1);
    drop(stream);
    let gone = async {
        while server.open_answers() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
}
