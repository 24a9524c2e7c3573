//! Streams in the shape providers document, byte for byte.

use saydo_app::llm::{ProviderKind, StopReason, Usage};
use scripted_model::Reply;

use super::exchange;

/// An Azure stream: a filter report first, refusal and log probabilities beside the content, the usage last.
const AZURE: &str = r#"data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}

data: {"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1,"id":"c","model":"m","object":"chat.completion.chunk","system_fingerprint":"f","usage":null}

data: {"choices":[{"content_filter_results":{},"delta":{"content":"On it"},"finish_reason":null,"index":0,"logprobs":null}],"created":1,"id":"c","model":"m","object":"chat.completion.chunk","usage":null}

data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"","name":"add_task"},"id":"call_x","index":0,"type":"function"}]},"finish_reason":null,"index":0}],"usage":null}

data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{\"ti"},"index":0}]},"finish_reason":null,"index":0}],"usage":null}

data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"tle\":\"Tea\"}"},"index":0}]},"finish_reason":null,"index":0}],"usage":null}

data: {"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"tool_calls","index":0}],"usage":null}

data: {"choices":[],"usage":{"completion_tokens":12,"completion_tokens_details":{"reasoning_tokens":0},"prompt_tokens":88,"prompt_tokens_details":{"cached_tokens":64},"total_tokens":100}}

data: [DONE]

"#;

/// A server that thinks aloud in fields of its own and in parts, then calls in one piece without an id.
const THINKING: &str = r#": processing

data: {"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":"Hmm"}}]}

data: {"id":"1","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"so"}]}]}}]}

data: {"id":"1","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"Right."}]}}]}

data: {"id":"1","choices":[{"index":0,"delta":{"content":"","tool_calls":[{"id":"","function":{"name":"add_task","arguments":{"title":"Tea"}}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":88,"completion_tokens":12}}

"#;

/// Anthropic with a thinking block, a ping in the middle and usage in two parts.
const ANTHROPIC: &str = r#"event: message_start
data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"usage":{"input_tokens":20,"cache_creation_input_tokens":4,"cache_read_input_tokens":64,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hmm"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: ping
data: {"type":"ping"}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"add_task","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"title\": \"T"}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"ea\"}"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":12}}

event: message_stop
data: {"type":"message_stop"}

"#;

#[tokio::test]
async fn streams_as_documented() {
    let usage = |cached_tokens| Usage { input_tokens: 88, cached_tokens, output_tokens: 12 };
    let cases = [
        (ProviderKind::ChatCompletions, AZURE, "On it", r#"{"title":"Tea"}"#, usage(64)),
        (ProviderKind::ChatCompletions, THINKING, "Right.", r#"{"title":"Tea"}"#, usage(0)),
        (ProviderKind::Anthropic, ANTHROPIC, "", r#"{"title": "Tea"}"#, usage(64)),
    ];
    for (kind, stream, text, arguments, usage) in cases {
        for bytes in [1, 5, 4096] {
            let whole = exchange(kind, Reply::raw(stream).in_chunks(bytes)).await.unwrap();
            assert_eq!(whole.text, text);
            assert_eq!(whole.called(), [("add_task", arguments)]);
            assert_eq!((whole.usage, whole.stop), (usage, Some(StopReason::ToolCalls)));
            assert!(!whole.calls[0].id.is_empty());
        }
    }
}
