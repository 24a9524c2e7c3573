//! The expected side: `kind key=value …`, several commands joined by ` & `, drafts by ` + `, values by `|`.

use std::collections::BTreeMap;

/// One acceptable meaning of a whole message.
#[derive(Debug, Clone)]
pub(crate) struct Want {
    pub(crate) parts: Vec<Part>,
}

/// One expected command.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) kind: String,
    /// Acceptable values per field; `-` is “absent”, `*` anything.
    pub(crate) fields: BTreeMap<String, Vec<String>>,
}

const KINDS: &[&str] = &[
    "add", "list", "complete", "reopen", "update", "delete", "undo", "redo", "ask", "answer", "talk", "what", "why",
    "none", "date", "rule", "task",
];

impl Want {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        for command in text.split(" & ") {
            let tokens = tokens(command);
            let (kind, rest) = tokens.split_first().ok_or("empty meaning")?;
            let (kind, rest) = if KINDS.contains(&kind.as_str()) {
                (kind.clone(), rest)
            } else {
                (implied_kind(kind)?, tokens.as_slice())
            };
            for group in rest.split(|token| token == "+") {
                parts.push(Part { fields: fields(&kind, group)?, kind: kind.clone() });
            }
        }
        Ok(Self { parts })
    }
}

/// In the date, recurrence and resolution corpora the value stands alone.
fn implied_kind(token: &str) -> Result<String, String> {
    let kind = if token == "-" || token.starts_with("-|") || token.starts_with("20") {
        "date"
    } else if token.starts_with("FREQ=") {
        "rule"
    } else if token.starts_with("several") || token.starts_with("one:") {
        "task"
    } else {
        return Err(format!("unknown kind “{token}”"));
    };
    Ok(kind.to_owned())
}

fn fields(kind: &str, tokens: &[String]) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut fields = BTreeMap::new();
    for token in tokens {
        let (key, value) = match token.split_once('=') {
            Some((key, value)) if is_key(key) => (key.to_owned(), value),
            _ => (main_key(kind).to_owned(), token.as_str()),
        };
        let values = alternatives(value);
        if fields.insert(key.clone(), values).is_some() {
            return Err(format!("“{key}” is given twice"));
        }
    }
    Ok(fields)
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key != "FREQ" && key.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '.' | '+' | '-'))
}

fn main_key(kind: &str) -> &'static str {
    match kind {
        "list" => "q",
        "talk" => "topic",
        "undo" => "count",
        "ask" => "verb",
        "answer" => "v",
        "date" | "rule" | "task" => "value",
        "add" => "title",
        _ => "target",
    }
}

/// Splits at white space outside quotes.
fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut token, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.trim().chars() {
        if c == '"' {
            quoted = !quoted;
        }
        if c.is_whitespace() && !quoted {
            if !token.is_empty() {
                tokens.push(std::mem::take(&mut token));
            }
        } else {
            token.push(c);
        }
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    tokens
}

/// Splits at `|` outside quotes and takes the quotes off.
fn alternatives(text: &str) -> Vec<String> {
    let (mut values, mut value, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '|' if !quoted => values.push(std::mem::take(&mut value)),
            _ => value.push(c),
        }
    }
    values.push(value);
    values
}
