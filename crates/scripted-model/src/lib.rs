//! A language model server that follows a script, over real HTTP on 127.0.0.1.
//!
//! Speaks Chat Completions, Responses, Anthropic's Messages and Gemini by the path a request comes to. It answers with
//! the queued replies first, then by the rules, then with the fallback; it records every request and checks that each
//! tool call in it has exactly one output. A script that ran out and a broken conversation fail the test when the
//! server is dropped.
//!
//! ```no_run
//! # async fn example() {
//! use scripted_model::{Reply, ScriptedModel};
//! let model = ScriptedModel::start().await;
//! model.reply(Reply::call("add_task", serde_json::json!({"title": "Buy milk"})));
//! model.reply(Reply::text("It is on your list."));
//! // … point a client at model.base_url() …
//! assert_eq!(model.requests().len(), 2);
//! # }
//! ```

mod formats;
mod reply;
mod request;
mod script;
mod serve;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use formats::Format;
pub use reply::{Call, Fault, Quirk, Reply, Usage};
pub use request::Recorded;
pub use script::{Rule, Script};

use serve::Shared;

/// A running server. Dropping it stops it and fails the test if the conversation went wrong.
#[derive(Debug)]
pub struct ScriptedModel {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl ScriptedModel {
    /// Starts a server with an empty script on a free port.
    pub async fn start() -> Self {
        Self::with_script(Script::default()).await
    }

    /// Starts a server with a script on a free port.
    #[expect(clippy::expect_used, reason = "a test without its server has nothing to go on with")]
    pub async fn with_script(script: Script) -> Self {
        Self::bind(script, 0).await.expect("a free port on 127.0.0.1")
    }

    /// Starts a server with a script on a port, 0 for a free one.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn bind(script: Script, port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(script));
        let task = tokio::spawn(serve::serve(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, task })
    }

    /// Where the API begins: `http://127.0.0.1:PORT/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Adds a reply to the queue.
    pub fn reply(&self, reply: Reply) {
        self.shared.script().replies.push_back(reply);
    }

    /// Adds a rule, used when the queue is empty.
    pub fn rule(&self, rule: Rule) {
        self.shared.script().rules.push(rule);
    }

    /// Sets the reply for all that neither queue nor rules answer.
    pub fn always(&self, reply: Reply) {
        self.shared.script().fallback = Some(reply);
    }

    /// The requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.requests()
    }

    /// Queued replies nobody has asked for yet.
    #[must_use]
    pub fn unused(&self) -> usize {
        self.shared.script().replies.len()
    }

    /// Answers that are being sent now: zero once all clients have left or read to the end.
    #[must_use]
    pub fn open_answers(&self) -> usize {
        self.shared.open_answers()
    }

    /// What was wrong with the requests so far, taken: the drop will not complain of it.
    #[must_use]
    pub fn take_mistakes(&self) -> Vec<String> {
        self.shared.take_mistakes()
    }

    /// Runs until the process ends.
    ///
    /// # Errors
    /// The server's task failed.
    pub async fn serve(mut self) -> Result<(), tokio::task::JoinError> {
        (&mut self.task).await
    }
}

impl Drop for ScriptedModel {
    #[expect(clippy::panic, reason = "this is how a test hears of it")]
    fn drop(&mut self) {
        self.task.abort();
        let mistakes = self.shared.take_mistakes();
        if !mistakes.is_empty() && !std::thread::panicking() {
            panic!("the scripted model was asked wrongly:\n{}", mistakes.join("\n"));
        }
    }
}
