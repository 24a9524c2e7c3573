//! Scripts as data: which reply comes when.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::Value;

use crate::reply::Reply;

/// What a server answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Given first, in order, each once.
    pub replies: VecDeque<Reply>,
    /// Tried in order when the queue is empty.
    pub rules: Vec<Rule>,
    /// For everything else. Without it, such a request is a mistake.
    pub fallback: Option<Reply>,
}

/// A reply to messages of a pattern.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Looked for in the person's last message, whatever its case. A `*` stands for anything and is put where the
    /// reply says `{*}`; a pattern with one has to fit the whole message.
    pub when: String,
    /// The reply.
    pub reply: Reply,
    /// The reply once the outputs of its calls are in. Without it the same reply comes again, forever.
    #[serde(default)]
    pub then: Option<Reply>,
}

/// The reply with what the star stood for.
fn filled(reply: &Reply, capture: &str) -> Reply {
    let mut reply = reply.clone();
    reply.text = reply.text.replace("{*}", capture);
    for call in &mut reply.calls {
        fill(&mut call.arguments, capture);
    }
    reply
}

fn fill(value: &mut Value, capture: &str) {
    match value {
        Value::String(text) => *text = text.replace("{*}", capture),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, capture)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, capture)),
        _ => {}
    }
}

impl Rule {
    /// A rule that says `then` once the outputs of the reply's calls are in.
    #[must_use]
    pub fn new(when: impl Into<String>, reply: Reply, then: Option<Reply>) -> Self {
        Self { when: when.into(), reply, then }
    }

    /// The reply, if the message fits.
    fn apply(&self, message: &str, has_outputs: bool) -> Option<Reply> {
        let capture = capture(&self.when.to_lowercase(), message)?;
        let reply = if has_outputs { self.then.as_ref().unwrap_or(&self.reply) } else { &self.reply };
        Some(filled(reply, &capture))
    }
}

/// What the star stands for; empty without one. `None` if the message does not fit.
fn capture(pattern: &str, message: &str) -> Option<String> {
    let message = message.trim();
    let lower = message.to_lowercase();
    let Some((head, tail)) = pattern.split_once('*') else { return lower.contains(pattern).then(String::new) };
    let inner = lower.strip_prefix(head)?.strip_suffix(tail)?;
    // Of the message as it was written, where lowering has kept the lengths.
    let original = message.get(head.len()..head.len() + inner.len()).unwrap_or(inner);
    Some(original.trim().to_owned())
}

impl Script {
    /// The next reply to a message of the person, or to the outputs of calls that followed it.
    pub(crate) fn next(&mut self, message: &str, has_outputs: bool) -> Option<Reply> {
        self.replies
            .pop_front()
            .or_else(|| self.rules.iter().find_map(|rule| rule.apply(message, has_outputs)))
            .or_else(|| self.fallback.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_capture_and_continue() {
        let mut script: Script = serde_json::from_value(json!({
            "rules": [
                {"when": "add *", "reply": {"calls": [{"name": "add_task", "arguments": {"title": "{*}"}}]},
                 "then": {"text": "Added {*}."}},
                {"when": "story", "reply": {"text": "Once", "pause_ms": 50}},
            ],
        }))
        .unwrap();
        let first = script.next("Add Milk and Eggs", false).unwrap();
        assert_eq!(first.calls[0].arguments, json!({"title": "Milk and Eggs"}));
        assert_eq!(script.next("Add Milk and Eggs", true).unwrap().text, "Added Milk and Eggs.");
        assert_eq!(script.next("a SLOW story, please", false).unwrap().pause_ms, 50);
        assert!(script.next("hello", false).is_none());
    }
}
