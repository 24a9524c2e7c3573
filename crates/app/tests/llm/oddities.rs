//! What small servers do differently.

use futures_util::future::join_all;
use saydo_app::llm::{ModelError, ModelMessage, ProviderKind, RequestedCall, StopReason, Usage};
use scripted_model::{Quirk, Reply, ScriptedModel};
use serde_json::json;

use super::{KINDS, Whole, ask, exchange, hello, models, request};

fn two_calls() -> Reply {
    Reply::text("Two things.")
        .and_call("add_task", json!({"title": "Milk and eggs"}))
        .and_call("add_task", json!({"title": "Bread"}))
}

#[track_caller]
fn assert_two_calls(whole: &Whole, what: &str) {
    assert_eq!(whole.text, "Two things.", "{what}");
    let expected = [("add_task", r#"{"title":"Milk and eggs"}"#), ("add_task", r#"{"title":"Bread"}"#)];
    assert_eq!(whole.called(), expected, "{what}");
    assert_ne!(whole.calls[0].id, whole.calls[1].id, "{what}");
    assert_eq!(whole.stop, Some(StopReason::ToolCalls), "{what}");
}

#[tokio::test]
async fn oddities_every_format_may_have() {
    for quirks in [
        vec![Quirk::Crlf],
        vec![Quirk::ByteOrderMark],
        vec![Quirk::Comments, Quirk::Crlf],
        vec![Quirk::NoLastLine, Quirk::NoDone],
        vec![Quirk::StaysOpen],
        vec![Quirk::NoEventNames],
        vec![Quirk::Whole],
        vec![Quirk::SameIds],
    ] {
        for bytes in [None, Some(1)] {
            let mut reply = quirks.iter().fold(two_calls(), |reply, quirk| reply.with(*quirk));
            reply.chunk_bytes = bytes;
            let all = KINDS.map(|kind| exchange(kind, reply.clone()));
            for (kind, whole) in KINDS.iter().zip(join_all(all).await) {
                let what = format!("{kind:?} {quirks:?} {bytes:?}");
                let whole = whole.unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_two_calls(&whole, &what);
                assert_eq!(whole.usage.input_tokens, 100, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn oddities_of_chat_completions() {
    for quirks in [
        vec![Quirk::NoDone],
        vec![Quirk::NoFinish],
        vec![Quirk::UsageEverywhere],
        vec![Quirk::NoIds],
        vec![Quirk::NoIndex],
        vec![Quirk::IndexZero],
        vec![Quirk::RepeatedNames],
        vec![Quirk::EmptyDeltas],
        vec![Quirk::ObjectArguments],
        vec![Quirk::ObjectArguments, Quirk::NoIndex, Quirk::NoIds],
        vec![Quirk::WholeCalls, Quirk::NoIndex, Quirk::NoIds],
        vec![Quirk::WholeCalls, Quirk::IndexZero, Quirk::NoIds],
        vec![Quirk::NoIndex, Quirk::NoIds],
        vec![Quirk::IndexZero, Quirk::NoIds],
        vec![Quirk::IndexZero, Quirk::RepeatedNames, Quirk::EmptyDeltas],
        vec![Quirk::SameIds, Quirk::RepeatedNames],
    ] {
        let reply = quirks.iter().fold(two_calls(), |reply, quirk| reply.with(*quirk));
        let what = format!("{quirks:?}");
        let whole = exchange(ProviderKind::ChatCompletions, reply).await;
        assert_two_calls(&whole.unwrap_or_else(|error| panic!("{what}: {error}")), &what);
    }
}

#[tokio::test]
async fn with_neither_reason_nor_end_it_counts_as_broken() {
    let reply = two_calls().with(Quirk::NoFinish).with(Quirk::NoDone);
    assert_eq!(exchange(ProviderKind::ChatCompletions, reply).await, Err(ModelError::Truncated));
}

#[tokio::test]
async fn the_stop_reason_follows_the_calls() {
    let whole = exchange(ProviderKind::ChatCompletions, two_calls().with_stop("stop")).await.unwrap();
    assert_eq!(whole.stop, Some(StopReason::ToolCalls));
    let whole = exchange(ProviderKind::ChatCompletions, Reply::text("No.").with_stop("tool_calls")).await.unwrap();
    assert_eq!(whole.stop, Some(StopReason::Finished));
}

#[tokio::test]
async fn a_call_without_arguments_has_an_empty_object() {
    for kind in [ProviderKind::ChatCompletions, ProviderKind::Responses, ProviderKind::Anthropic] {
        let whole = exchange(kind, Reply::call("find_task", json!(""))).await.unwrap();
        assert_eq!(whole.called(), [("find_task", "{}")], "{kind:?}");
    }
}

#[tokio::test]
async fn without_a_word_on_usage_it_is_estimated() {
    for kind in [ProviderKind::ChatCompletions, ProviderKind::Responses, ProviderKind::Gemini] {
        let whole = exchange(kind, Reply::text("Some words of an answer.").with(Quirk::NoUsage)).await.unwrap();
        assert_eq!((whole.usage.output_tokens, whole.usage.cached_tokens), (6, 0), "{kind:?}");
        assert!(whole.usage.input_tokens > 50, "{kind:?}: {:?}", whole.usage);
        assert_ne!(whole.usage, Usage::default(), "{kind:?}");
    }
}

#[tokio::test]
async fn an_id_of_an_earlier_round_is_replaced() {
    let server = ScriptedModel::start().await;
    let mut reply = Reply::call("add_task", json!({}));
    reply.calls[0].id = Some("call_0".into());
    server.reply(reply);
    let old = RequestedCall { id: "call_0".into(), name: "add_task".into(), arguments: "{}".into() };
    let mut messages = hello().messages;
    messages.push(ModelMessage::Assistant { text: String::new(), calls: vec![old] });
    messages.push(ModelMessage::ToolResult { call_id: "call_0".into(), content: "ok".into() });
    let whole = ask(&models(ProviderKind::ChatCompletions, &server), request(messages)).await.unwrap();
    assert_ne!(whole.calls[0].id, "call_0");
}
