//! What the suite expects word for word, as JSON.

use serde_json::{Value, json};

/// A red pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/// A moment of silence.
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

/// The tools without arguments.
const SIMPLE: [&str; 24] = [
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_error_handling",
    "test_tool_with_logging",
    "test_logging_tool",
    "test_tool_with_progress",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_reconnection",
    "test_missing_capability",
    "test_streaming_elicitation",
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_tampered_state",
    "test_input_required_result_capabilities",
    "test_trigger_tool_change",
    "test_trigger_prompt_change",
];

pub(crate) fn tools() -> Value {
    let tool =
        |name: &str, schema: Value| json!({"name": name, "description": "For the suite.", "inputSchema": schema});
    let mut tools: Vec<Value> =
        SIMPLE.iter().map(|name| tool(name, json!({"type": "object", "properties": {}}))).collect();
    for (name, argument) in [("test_sampling", "prompt"), ("test_elicitation", "message")] {
        let properties = json!({argument: {"type": "string"}});
        tools.push(tool(name, json!({"type": "object", "properties": properties, "required": [argument]})));
    }
    let header = json!({"type": "object", "required": ["region"],
        "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}});
    tools.push(tool("test_header", header));
    let street = json!({"street": {"type": "string"}, "city": {"type": "string"}});
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
        "$defs": {"address": {"$anchor": "addressDef", "type": "object", "properties": street}},
        "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"}, "email": {"type": "string"}},
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]}, "else": {"required": ["email"]}, "additionalProperties": false});
    tools.push(tool("json_schema_2020_12_tool", schema));
    json!({"resultType": "complete", "tools": tools})
}

/// Results that are always the same.
pub(crate) fn result(tool: &str) -> Option<Value> {
    let image = || json!({"type": "image", "data": PNG, "mimeType": "image/png"});
    let resource = |uri: &str, kind: &str, text: &str| json!({"type": "resource", "resource": {"uri": uri, "mimeType": kind, "text": text}});
    let content = match tool {
        "test_simple_text" => json!([text("This is a simple text response for testing.")]),
        "test_image_content" => json!([image()]),
        "test_audio_content" => json!([{"type": "audio", "data": WAV, "mimeType": "audio/wav"}]),
        "test_embedded_resource" => {
            json!([resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")])
        }
        "test_multiple_content_types" => {
            let mixed = resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#);
            json!([text("Multiple content types test:"), image(), mixed])
        }
        "test_error_handling" => {
            let content = [text("This tool intentionally returns an error for testing")];
            return Some(json!({"resultType": "complete", "isError": true, "content": content}));
        }
        "test_header" | "test_reconnection" | "json_schema_2020_12_tool" => json!([text("Done")]),
        "test_trigger_tool_change" | "test_trigger_prompt_change" => json!([text("Nothing can change here")]),
        _ => return None,
    };
    Some(json!({"resultType": "complete", "content": content}))
}

pub(crate) fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

pub(crate) fn resources() -> Value {
    let resource = |name: &str, kind: &str| json!({"uri": format!("test://{name}"), "name": name, "description": "For the suite.", "mimeType": kind});
    let all = [
        resource("static-text", "text/plain"),
        resource("static-binary", "image/png"),
        resource("watched-resource", "text/plain"),
    ];
    json!({"resultType": "complete", "resources": all})
}

pub(crate) fn templates() -> Value {
    let template = json!({"uriTemplate": "test://template/{id}/data", "name": "template",
        "description": "For the suite.", "mimeType": "application/json"});
    json!({"resultType": "complete", "resourceTemplates": [template]})
}

pub(crate) fn read(uri: &str) -> Option<Value> {
    let plain = |text: &str| json!({"uri": uri, "mimeType": "text/plain", "text": text});
    let contents = match uri {
        "test://static-text" => plain("This is the content of the static text resource."),
        "test://watched-resource" => plain("Watched"),
        "test://static-binary" => json!({"uri": uri, "mimeType": "image/png", "blob": PNG}),
        _ => {
            let id = uri.strip_prefix("test://template/")?.strip_suffix("/data")?;
            let text = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")}).to_string();
            json!({"uri": uri, "mimeType": "application/json", "text": text})
        }
    };
    Some(json!({"resultType": "complete", "contents": [contents]}))
}

pub(crate) fn prompts() -> Value {
    let prompt = |name: &str, arguments: &[&str]| {
        let arguments: Vec<Value> = arguments
            .iter()
            .map(|name| json!({"name": name, "description": "For the suite.", "required": true}))
            .collect();
        json!({"name": name, "description": "For the suite.", "arguments": arguments})
    };
    let all = [
        prompt("test_simple_prompt", &[]),
        prompt("test_prompt_with_arguments", &["arg1", "arg2"]),
        prompt("test_prompt_with_embedded_resource", &["resourceUri"]),
        prompt("test_prompt_with_image", &[]),
        prompt("test_input_required_result_prompt", &[]),
    ];
    json!({"resultType": "complete", "prompts": all})
}

pub(crate) fn prompt(name: &str, arguments: &Value) -> Option<Value> {
    let argument = |name: &str| arguments[name].as_str().unwrap_or_default();
    let message = |content: Value| json!({"role": "user", "content": content});
    let messages = match name {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            vec![text(&format!("Prompt with arguments: arg1='{}', arg2='{}'", argument("arg1"), argument("arg2")))]
        }
        "test_prompt_with_embedded_resource" => {
            let resource = json!({"uri": argument("resourceUri"), "mimeType": "text/plain",
                "text": "Embedded resource content for testing."});
            let resource = json!({"type": "resource", "resource": resource});
            vec![resource, text("Please process the embedded resource above.")]
        }
        "test_prompt_with_image" => {
            let image = json!({"type": "image", "data": PNG, "mimeType": "image/png"});
            vec![image, text("Please analyze the image above.")]
        }
        "test_input_required_result_prompt" => vec![text("The context was given.")],
        _ => return None,
    };
    let messages: Vec<Value> = messages.into_iter().map(message).collect();
    Some(json!({"resultType": "complete", "messages": messages}))
}
