//! What every format can do.

use saydo_app::llm::{ModelMessage, ProviderKind, StopReason, Usage};
use scripted_model::{Reply, ScriptedModel};
use serde_json::json;

use super::{KINDS, Whole, ask, exchange, hello, models, request};

#[tokio::test]
async fn text_with_usage() {
    for kind in KINDS {
        let whole = exchange(kind, Reply::text("Nothing today, é and 日本.").with_usage(120, 80, 7)).await.unwrap();
        assert_eq!(whole.text, "Nothing today, é and 日本.", "{kind:?}");
        assert_eq!(whole.usage, Usage { input_tokens: 120, cached_tokens: 80, output_tokens: 7 }, "{kind:?}");
        assert_eq!((whole.stop, whole.calls), (Some(StopReason::Finished), vec![]), "{kind:?}");
    }
}

#[tokio::test]
async fn cut_at_every_size_it_reads_the_same() {
    let reply = Reply::text("Two é things.")
        .and_call("add_task", json!({"title": "Käse “und” 🧀"}))
        .and_call("find_task", json!({"title": "b"}));
    for kind in KINDS {
        let whole = exchange(kind, reply.clone()).await.unwrap();
        for bytes in [1, 2, 3, 7, 64, 1000] {
            let cut = exchange(kind, reply.clone().in_chunks(bytes)).await.unwrap();
            let told = |whole: &Whole| (whole.text.clone(), whole.usage, whole.stop);
            assert_eq!((told(&cut), cut.called()), (told(&whole), whole.called()), "{kind:?} by {bytes}");
        }
    }
}

#[tokio::test]
async fn rounds_of_parallel_calls() {
    for kind in KINDS {
        let server = ScriptedModel::start().await;
        let (first, second) = (json!({"title": "Milk"}), json!({"title": "Käse"}));
        server.reply(Reply::text("Well.").and_call("add_task", first.clone()).and_call("add_task", second.clone()));
        server.reply(Reply::call("find_task", json!({})));
        server.reply(Reply::text("Done."));
        let models = models(kind, &server);
        let mut messages = hello().messages;
        let mut rounds = Vec::new();
        for _ in 0..3 {
            let whole = ask(&models, request(messages.clone())).await.unwrap();
            let results = whole.calls.iter().map(|call| ModelMessage::ToolResult {
                call_id: call.id.clone(),
                content: json!({"said": call.name}).to_string(),
            });
            let results: Vec<_> = results.collect();
            messages.push(ModelMessage::Assistant { text: whole.text.clone(), calls: whole.calls.clone() });
            messages.extend(results);
            rounds.push(whole);
        }
        let (first, second) = (first.to_string(), second.to_string());
        assert_eq!(rounds[0].called(), [("add_task", first.as_str()), ("add_task", second.as_str())], "{kind:?}");
        assert_eq!(rounds[0].stop, Some(StopReason::ToolCalls), "{kind:?}");
        assert_eq!(rounds[1].called(), [("find_task", "{}")], "{kind:?}");
        assert_eq!(rounds[2].text, "Done.", "{kind:?}");
        let requests = server.requests();
        assert_eq!(requests[1].outputs().len(), 2, "{kind:?}");
        assert_eq!(requests[2].outputs()[0].1, r#"{"said":"find_task"}"#, "{kind:?}");
        assert_eq!(requests[2].tools(), ["add_task", "find_task"], "{kind:?}");
        assert_eq!(
            (requests[2].system().as_str(), requests[2].last_user().as_str()),
            ("Be brief.", "hello"),
            "{kind:?}"
        );
        assert!(requests[2].text().contains("It is Monday."), "{kind:?}");
    }
}

#[tokio::test]
async fn a_mistaken_call_can_be_sent_back() {
    for kind in KINDS {
        let server = ScriptedModel::start().await;
        let odd = "do it; now!";
        if kind == ProviderKind::Gemini {
            server.reply(Reply::call(odd, json!("not an object")));
        } else {
            server.reply(Reply::call(odd, json!("{\"title\": ")));
        }
        server.reply(Reply::text("Sorry."));
        let models = models(kind, &server);
        let whole = ask(&models, hello()).await.unwrap();
        assert_eq!(whole.calls[0].name, odd, "{kind:?}");
        assert!(serde_json::from_str::<serde_json::Map<_, _>>(&whole.calls[0].arguments).is_err(), "{kind:?}");
        let mut messages = hello().messages;
        let id = whole.calls[0].id.clone();
        messages.push(ModelMessage::Assistant { text: whole.text, calls: whole.calls });
        messages.push(ModelMessage::ToolResult { call_id: id, content: "no such tool".into() });
        assert_eq!(ask(&models, request(messages)).await.unwrap().text, "Sorry.", "{kind:?}");
        // Names and arguments go back as any server takes them.
        let sent = server.requests()[1].text();
        assert!(sent.contains("\"do_it__now_\"") && !sent.contains(odd), "{kind:?}: {sent}");
    }
}

#[tokio::test]
async fn an_answer_cut_short_leaves_its_broken_call_out() {
    let cases = [
        (ProviderKind::ChatCompletions, "length", "content_filter"),
        (ProviderKind::Responses, "max_output_tokens", "content_filter"),
        (ProviderKind::Anthropic, "max_tokens", "refusal"),
    ];
    for (kind, length, filter) in cases {
        let reply = Reply::text("So").and_call("add_task", json!({})).and_call("add_task", json!("{\"title\": \"Mi"));
        let whole = exchange(kind, reply.with_stop(length)).await.unwrap();
        assert_eq!((whole.called(), whole.stop), (vec![("add_task", "{}")], Some(StopReason::Length)), "{kind:?}");
        let whole = exchange(kind, Reply::text("No").with_stop(filter)).await.unwrap();
        assert_eq!(whole.stop, Some(StopReason::Filtered), "{kind:?}");
    }
    let whole = exchange(ProviderKind::Gemini, Reply::text("So").with_stop("MAX_TOKENS")).await.unwrap();
    assert_eq!(whole.stop, Some(StopReason::Length));
    let whole = exchange(ProviderKind::Gemini, Reply::text("So").with_stop("SAFETY")).await.unwrap();
    assert_eq!(whole.stop, Some(StopReason::Filtered));
}

#[tokio::test]
async fn keys_go_where_each_provider_looks_for_them() {
    let cases = [
        (ProviderKind::ChatCompletions, "authorization", "Bearer very-secret"),
        (ProviderKind::Responses, "authorization", "Bearer very-secret"),
        (ProviderKind::Anthropic, "x-api-key", "very-secret"),
        (ProviderKind::Gemini, "x-goog-api-key", "very-secret"),
    ];
    for (kind, header, value) in cases {
        let server = ScriptedModel::start().await;
        server.reply(Reply::text("Hi."));
        let models = models(kind, &server);
        ask(&models, hello()).await.unwrap();
        let seen = &server.requests()[0];
        assert_eq!(seen.headers.get(header).map(String::as_str), Some(value), "{kind:?}");
        assert!(!seen.path.contains("secret") && !seen.text().contains("secret"), "{kind:?}");
        assert!(!format!("{models:?}").contains("secret"), "{kind:?}");
    }
}
