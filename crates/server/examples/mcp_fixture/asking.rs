//! Tools that need something from the client: within the call, or at the next one.

use rmcp::model::ClientCapabilities;
use saydo_app::{Clock, accounts::Sealer};
use serde_json::{Value, json};

use crate::answers::text;

/// What `tools/call` asks for within the call.
pub(crate) fn form(tool: &str, arguments: &Value) -> Option<(String, Value)> {
    let enums = |values: [&str; 3]| json!({"type": "string", "enum": values});
    let titled = |titles: [&str; 3]| -> Vec<Value> {
        let option = |(at, title): (usize, &&str)| json!({"const": format!("value{}", at + 1), "title": title});
        titles.iter().enumerate().map(option).collect()
    };
    let (message, properties, required) = match tool {
        "test_elicitation" => {
            let properties = json!({"username": {"type": "string", "description": "User's response"},
                "email": {"type": "string", "description": "User's email address"}});
            (arguments["message"].as_str().unwrap_or_default(), properties, json!(["username", "email"]))
        }
        "test_elicitation_sep1034_defaults" => {
            let properties = json!({
                "name": {"type": "string", "default": "John Doe"},
                "age": {"type": "integer", "default": 30},
                "score": {"type": "number", "default": 95.5},
                "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
                "verified": {"type": "boolean", "default": true},
            });
            ("Everything has a default", properties, json!([]))
        }
        "test_elicitation_sep1330_enums" => {
            let properties = json!({
                "untitledSingle": enums(["option1", "option2", "option3"]),
                "titledSingle": {"type": "string", "oneOf": titled(["First Option", "Second Option", "Third Option"])},
                "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"],
                    "enumNames": ["Option One", "Option Two", "Option Three"]},
                "untitledMulti": {"type": "array", "items": enums(["option1", "option2", "option3"])},
                "titledMulti": {"type": "array",
                    "items": {"anyOf": titled(["First Choice", "Second Choice", "Third Choice"])}},
            });
            ("Choose", properties, json!([]))
        }
        _ => return None,
    };
    Some((message.to_owned(), json!({"type": "object", "properties": properties, "required": required})))
}

fn elicit(message: &str, field: &str) -> Value {
    let schema = json!({"type": "object", "properties": {field: {"type": "string"}}, "required": [field]});
    json!({"method": "elicitation/create", "params": {"mode": "form", "message": message, "requestedSchema": schema}})
}

fn sample(text: &str, tokens: u32) -> Value {
    let message = json!({"role": "user", "content": {"type": "text", "text": text}});
    json!({"method": "sampling/createMessage", "params": {"messages": [message], "maxTokens": tokens}})
}

fn roots() -> Value {
    json!({"method": "roots/list", "params": {}})
}

/// What a call brought along, and what the client can do.
pub(crate) struct Brought<'a> {
    pub(crate) answers: Option<Value>,
    pub(crate) state: Option<&'a str>,
    pub(crate) can: ClientCapabilities,
    pub(crate) sealer: &'a Sealer,
}

/// The next step: more questions, or the end.
pub(crate) enum Step {
    /// `inputRequests` and `requestState`.
    Ask(Value, Option<String>),
    /// The result's text.
    Done(String),
    /// The state was tampered with.
    Tampered,
}

impl Brought<'_> {
    fn seal(&self, state: &str) -> Option<String> {
        let (now, hour) = (Clock::System.now(), jiff::SignedDuration::from_hours(1));
        self.sealer.seal("fixture", "anybody", state, now, hour).ok()
    }

    fn opened(&self) -> Option<String> {
        self.sealer.open("fixture", "anybody", self.state?, Clock::System.now())
    }

    fn accepted(&self, key: &str) -> bool {
        let answer = self.answers.as_ref().map(|answers| &answers[key]);
        answer.is_some_and(|answer| answer["action"] == "accept" && answer["content"].is_object())
    }

    fn has(&self, key: &str) -> bool {
        self.answers.as_ref().is_some_and(|answers| answers[key].is_object())
    }

    /// What a tool says when it is called with this.
    pub(crate) fn step(&self, tool: &str) -> Option<Step> {
        let name = || elicit("What is your name?", "name");
        let ask = |requests: Value| Step::Ask(requests, None);
        Some(match tool {
            "test_input_required_result_elicitation" | "test_streaming_elicitation" => match self.accepted("user_name")
            {
                true => {
                    let name = self.answers.as_ref().map(|answers| answers["user_name"]["content"]["name"].clone());
                    Step::Done(format!("Hello, {}!", name.as_ref().and_then(Value::as_str).unwrap_or("you")))
                }
                false => ask(json!({"user_name": name()})),
            },
            "test_input_required_result_sampling" => match self.has("capital_question") {
                true => Step::Done("The capital was named.".to_owned()),
                false => ask(json!({"capital_question": sample("What is the capital of France?", 100)})),
            },
            "test_input_required_result_list_roots" => match self.has("client_roots") {
                true => Step::Done(format!("Roots: {}", self.answers.as_ref().map_or(Value::Null, Value::clone))),
                false => ask(json!({"client_roots": roots()})),
            },
            "test_input_required_result_capabilities" => {
                let mut requests = json!({});
                if self.can.elicitation.is_some() {
                    requests["user_name"] = name();
                }
                if serde_json::to_value(&self.can).is_ok_and(|can| can["sampling"].is_object()) {
                    requests["capital_question"] = sample("What is the capital of France?", 100);
                }
                ask(requests)
            }
            "test_input_required_result_prompt" => match self.accepted("user_context") {
                true => Step::Done(String::new()),
                false => ask(json!({"user_context": elicit("What context should the prompt use?", "context")})),
            },
            _ => return self.step_with_state(tool),
        })
    }

    fn step_with_state(&self, tool: &str) -> Option<Step> {
        let confirm = || elicit("Please confirm", "ok");
        let known = matches!(
            tool,
            "test_input_required_result_request_state"
                | "test_input_required_result_tampered_state"
                | "test_input_required_result_multiple_inputs"
                | "test_input_required_result_multi_round"
        );
        if !known {
            return None;
        }
        let state = self.opened();
        if self.state.is_some() && state.is_none() {
            return Some(Step::Tampered);
        }
        Some(match (tool, state.as_deref()) {
            ("test_input_required_result_multiple_inputs", None) => {
                let requests = json!({"user_name": elicit("What is your name?", "name"),
                    "greeting": sample("Generate a greeting", 50), "client_roots": roots()});
                Step::Ask(requests, self.seal("all"))
            }
            ("test_input_required_result_multi_round", None) => {
                Step::Ask(json!({"step1": elicit("Step 1: What is your name?", "name")}), self.seal("one"))
            }
            ("test_input_required_result_multi_round", Some("one")) => {
                Step::Ask(json!({"step2": elicit("Step 2: What is your favorite color?", "color")}), self.seal("two"))
            }
            (_, None) => Step::Ask(json!({"confirm": confirm()}), self.seal("asked")),
            (_, Some(_)) => Step::Done("state-ok".to_owned()),
        })
    }
}

/// A complete result of one text.
pub(crate) fn done(line: &str) -> Value {
    json!({"resultType": "complete", "content": [text(line)]})
}
