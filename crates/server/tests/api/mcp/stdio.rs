//! `saydo mcp`: the same tools on standard input and output.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use serde_json::{Value, json};

use crate::{
    cli::{run, saydo, succeed},
    support::PASSWORD,
};

/// A running `saydo mcp`.
struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start(folder: &std::path::Path, arguments: &[&str]) -> Self {
        let mut child = saydo(folder, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    /// The next line; every line is a message.
    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.say(&json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}));
        let answer = self.hear();
        assert_eq!(answer["id"], 7, "{answer}");
        answer["result"].clone()
    }

    fn begin(folder: &std::path::Path, arguments: &[&str]) -> Self {
        let mut program = Self::start(folder, arguments);
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "test", "version": "1"}});
        assert_eq!(program.ask("initialize", params)["serverInfo"]["name"], "saydo");
        program.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        program
    }

    /// Closes its input: it ends by itself.
    fn end(mut self) {
        drop(self.input);
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn a_client_starts_it_and_talks() {
    let folder = tempfile::tempdir().unwrap();
    succeed(saydo(folder.path(), &["user", "create", "ada@example.com"]), PASSWORD);
    let mut program = Program::begin(folder.path(), &["mcp", "--user", "ada@example.com"]);
    for title in ["One", "Two"] {
        let added = program.ask("tools/call", json!({"name": "add_task", "arguments": {"title": title}}));
        assert_eq!(added["structuredContent"]["title"], title);
    }
    program.say(&json!({"jsonrpc": "2.0", "id": 8, "method": "tools/call",
        "params": {"name": "talk", "arguments": {"message": "delete all tasks"}}}));
    let question = program.hear();
    assert_eq!(question["method"], "elicitation/create", "{question}");
    program.say(&json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": "accept", "content": {}}}));
    let done = program.hear();
    assert!(done["result"]["structuredContent"]["change_id"].is_string(), "{done}");
    let listed = program.ask("tools/call", json!({"name": "list_tasks", "arguments": {}}));
    assert_eq!(listed["structuredContent"]["total"], 0);
    program.end();
    let mut reader = Program::begin(folder.path(), &["mcp", "--user", "ada@example.com", "--read-only"]);
    let refused = reader.ask("tools/call", json!({"name": "add_task", "arguments": {"title": "x"}}));
    assert_eq!(refused["isError"], true, "{refused}");
    reader.end();
    let unknown = run(saydo(folder.path(), &["mcp", "--user", "nobody@example.com"]), "");
    assert_eq!(unknown.status.code(), Some(1));
}
