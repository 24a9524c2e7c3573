//! Requests as they came, and whether their conversation is one a real server would take.

use std::collections::HashMap;

use serde_json::Value;

use crate::formats::Format;

/// A request that was made.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The format, by its path.
    pub format: Format,
    /// The path with its query.
    pub path: String,
    /// The headers, names in lower case.
    pub headers: HashMap<String, String>,
    /// The body.
    pub body: Value,
}

/// One thing of a conversation, whatever the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// A message of the person.
    User(String),
    /// Something else that is said.
    Other,
    /// A call, by id (by name where there are no ids).
    Call(String),
    /// A call's output.
    Output(String, String),
}

impl Recorded {
    /// The fixed instructions.
    #[must_use]
    pub fn system(&self) -> String {
        self.format.system(&self.body)
    }

    /// The person's last message, without the `<context>` block that may stand before it.
    #[must_use]
    pub fn last_user(&self) -> String {
        let items = self.format.items(&self.body);
        let last = items.into_iter().rev().find_map(|item| match item {
            Item::User(text) => Some(text),
            _ => None,
        });
        let text = last.unwrap_or_default();
        match text.rsplit_once("</context>") {
            Some((_, message)) if text.starts_with("<context>") => message.trim().to_owned(),
            _ => text,
        }
    }

    /// The outputs of calls after the model's last answer: `(call id, content)`.
    #[must_use]
    pub fn outputs(&self) -> Vec<(String, String)> {
        let mut outputs: Vec<_> = self
            .format
            .items(&self.body)
            .into_iter()
            .rev()
            .map_while(|item| match item {
                Item::Output(id, content) => Some((id, content)),
                _ => None,
            })
            .collect();
        outputs.reverse();
        outputs
    }

    /// The names of the tools offered.
    #[must_use]
    pub fn tools(&self) -> Vec<String> {
        self.format.tools(&self.body)
    }

    /// The whole body as text, to look for what must or must not be in it.
    #[must_use]
    pub fn text(&self) -> String {
        self.body.to_string()
    }

    /// Whether each call has exactly one output, before anything else is said.
    pub(crate) fn check(&self) -> Result<(), String> {
        let mut open: Vec<String> = Vec::new();
        for item in self.format.items(&self.body) {
            match item {
                Item::Call(id) if open.contains(&id) && self.format.has_ids() => {
                    return Err(format!("two calls have the id {id}"));
                }
                Item::Call(id) => open.push(id),
                Item::Output(id, _) => match open.iter().position(|open| *open == id) {
                    Some(at) => drop(open.remove(at)),
                    None => return Err(format!("an output without a call, or a second one: {id}")),
                },
                Item::User(_) | Item::Other if open.is_empty() => {}
                Item::User(_) | Item::Other => return Err(format!("calls without outputs: {open:?}")),
            }
        }
        if open.is_empty() { Ok(()) } else { Err(format!("calls without outputs: {open:?}")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chat(messages: Value) -> Recorded {
        let body = json!({"messages": messages});
        Recorded { format: Format::ChatCompletions, path: String::new(), headers: HashMap::new(), body }
    }

    #[test]
    fn each_call_needs_exactly_one_output_at_once() {
        let call = json!({"role": "assistant", "tool_calls": [{"id": "a"}]});
        let (user, output) = (json!({"role": "user", "content": "x"}), json!({"role": "tool", "tool_call_id": "a"}));
        let told = |messages: Value| chat(messages).check().map_err(|mistake| mistake.chars().take(24).collect());
        assert_eq!(told(json!([user, call, output, user])), Ok(()));
        let missing = Err("calls without outputs: [".to_owned());
        assert_eq!(told(json!([user, call])), missing);
        assert_eq!(told(json!([user, call, user, output])), missing);
        let unasked = Err("an output without a call".to_owned());
        assert_eq!(told(json!([user, call, output, output])), unasked);
        assert_eq!(told(json!([user, output])), unasked);
    }

    #[test]
    fn the_persons_message_is_found_behind_the_context() {
        let text = "<context>\nIt is Monday.\n</context>\n\nadd milk";
        assert_eq!(chat(json!([{"role": "user", "content": text}])).last_user(), "add milk");
    }
}
