//! `/mcp` and `saydo mcp`: the protocol as clients of both eras speak it.

mod ask;
mod doors;
mod eras;
mod sessions;
mod stdio;
mod tools;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client};

/// The newest revision with sessions.
const SESSIONS: &str = "2025-11-25";
/// The revision without sessions.
const STATELESS: &str = "2026-07-28";

/// An MCP client that shows its wires.
#[derive(Clone)]
pub(crate) struct Mcp {
    client: Client,
    session: Option<String>,
    version: &'static str,
    capabilities: Value,
}

impl Mcp {
    /// A client of the newest revision.
    pub(crate) fn stateless(client: &Client) -> Self {
        Self { client: client.clone(), session: None, version: STATELESS, capabilities: json!({}) }
    }

    /// A client with a session.
    async fn session(client: &Client, version: &'static str, capabilities: Value) -> Self {
        let mut mcp = Self { client: client.clone(), session: None, version, capabilities };
        let params = json!({"protocolVersion": version, "capabilities": mcp.capabilities,
            "clientInfo": {"name": "test", "version": "1"}});
        let answer = mcp.post(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(message(&answer)["result"]["protocolVersion"], version);
        mcp.session = Some(answer.header("mcp-session-id").to_owned());
        let ready = mcp.post(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        assert_eq!(ready.status, 202, "{}", ready.text);
        mcp
    }

    fn request(&self, method: Method) -> reqwest::RequestBuilder {
        let request = self.client.request(method, "/mcp").header("accept", "application/json, text/event-stream");
        match &self.session {
            Some(session) => request.header("mcp-session-id", session).header("mcp-protocol-version", self.version),
            None => request,
        }
    }

    /// Sends a message as it is.
    async fn post(&self, body: &Value) -> Answer {
        Answer::of(self.posting(body)).await
    }

    fn posting(&self, body: &Value) -> reqwest::RequestBuilder {
        let mut request = self.request(Method::POST);
        if self.version == STATELESS {
            request = request.header("mcp-protocol-version", STATELESS);
            request = request.header("mcp-method", body["method"].as_str().unwrap_or_default());
            if let Some(name) = body["params"]["name"].as_str() {
                request = request.header("mcp-name", name);
            }
        }
        request.json(body)
    }

    fn body(&self, method: &str, mut params: Value) -> Value {
        if self.version == STATELESS {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": STATELESS,
                "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": self.capabilities,
            });
        }
        json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    }

    /// The result of a request.
    async fn ask(&self, method: &str, params: Value) -> Value {
        let answer = self.post(&self.body(method, params)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let message = message(&answer);
        assert!(message["error"].is_null(), "{message}");
        message["result"].clone()
    }

    /// The result of a tool.
    pub(crate) async fn call(&self, name: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": name, "arguments": arguments})).await
    }

    /// The tools there are.
    pub(crate) async fn list(&self) -> Value {
        self.ask("tools/list", json!({})).await["tools"].clone()
    }

    /// The answer to a call that may be refused.
    pub(crate) async fn try_call(&self, name: &str, arguments: Value) -> Answer {
        self.post(&self.body("tools/call", json!({"name": name, "arguments": arguments}))).await
    }

    /// The structured result of a tool that succeeds.
    #[track_caller]
    pub(crate) fn done(result: &Value) -> Value {
        assert_ne!(result["isError"], true, "{result}");
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["structuredContent"], "the text is the same JSON");
        text
    }

    /// The sentence of a tool that fails.
    #[track_caller]
    pub(crate) fn mistake(result: &Value) -> String {
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }
}

/// The JSON-RPC answer, whether it came alone or as the last event of a stream.
fn message(answer: &Answer) -> Value {
    if answer.header("content-type").starts_with("application/json") {
        return answer.json();
    }
    let mut data = answer.text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
    let last = data.rfind(|data| !data.is_empty()).unwrap_or_else(|| panic!("{}", answer.text));
    serde_json::from_str(last).unwrap()
}
