//! The catalogue of tools in MCP's words.

use std::sync::Arc;

use rmcp::model::{CallToolResult, ContentBlock, JsonObject, Tool, ToolAnnotations};
use saydo_app::tools::{
    ToolAnswer,
    catalogue::{self, ToolSpec},
};
use serde_json::Value;

use super::talk;

/// All tools a caller may use.
pub(super) fn list(may_write: bool) -> Vec<Tool> {
    let specs = catalogue::all().iter().chain(std::iter::once(talk::spec()));
    specs.filter(|spec| may_write || spec.read_only).map(tool).collect()
}

/// Whether a token that may only read can call this; what there is no tool for does nothing either.
pub(crate) fn may_read(name: &str) -> bool {
    find(name).is_none_or(|spec| spec.read_only)
}

/// A tool by its name.
pub(super) fn find(name: &str) -> Option<&'static ToolSpec> {
    if name == talk::NAME { Some(talk::spec()) } else { catalogue::find(name) }
}

pub(super) fn tool(spec: &ToolSpec) -> Tool {
    let annotations = ToolAnnotations::with_title(spec.title)
        .read_only(spec.read_only)
        .destructive(spec.destructive)
        .idempotent(spec.idempotent)
        .open_world(false);
    Tool::new(spec.name, spec.description, object(&spec.input_schema))
        .with_title(spec.title)
        .with_raw_output_schema(object(&spec.output_schema))
        .with_annotations(annotations)
}

fn object(schema: &Value) -> Arc<JsonObject> {
    let mut schema = schema.clone();
    without_widths(&mut schema);
    Arc::new(schema.as_object().cloned().unwrap_or_default())
}

/// Leaves out the widths of numbers: to JSON Schema they are unknown formats, and clients complain about them.
fn without_widths(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let width = |format: &str| ["int", "uint", "float", "double"].iter().any(|word| format.starts_with(word));
            if fields.get("format").and_then(Value::as_str).is_some_and(width) {
                fields.remove("format");
            }
            fields.values_mut().for_each(without_widths);
        }
        Value::Array(items) => items.iter_mut().for_each(without_widths),
        _ => {}
    }
}

/// A result as structured content, with the JSON also as text for clients that know only that.
pub(super) fn done(value: Value) -> CallToolResult {
    CallToolResult::structured(value)
}

/// A mistake, in a sentence a model can act on.
pub(super) fn mistake(sentence: impl Into<String>) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(sentence.into())])
}

/// What a tool call came to. Addresses of the web app become complete.
pub(super) fn result(answer: ToolAnswer, base: &str) -> CallToolResult {
    if answer.refused {
        let sentence = answer.value["error"].as_str().unwrap_or("This could not be done.").to_owned();
        return mistake(sentence);
    }
    let mut value = answer.value;
    complete(&mut value, base);
    if let Some(results) = value.get_mut("results").and_then(Value::as_array_mut) {
        results.iter_mut().for_each(|result| complete(result, base));
    }
    done(value)
}

fn complete(value: &mut Value, base: &str) {
    if let Some(Value::String(url)) = value.get_mut("url")
        && url.starts_with('/')
    {
        url.insert_str(0, base);
    }
}
