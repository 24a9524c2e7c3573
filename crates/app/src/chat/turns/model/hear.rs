//! One request to the model, heard to its end: sentences go out as they come, calls are gathered.

use futures_util::StreamExt as _;
use saydo_store::UsageDelta;

use super::{ModelTurn, prompt};
use crate::llm::{ModelError, ModelEvent, ModelMessage, ModelName, ModelRequest, RequestedCall, ToolDefinition, Usage};

/// Tokens of one answer at most.
const MOST_OUTPUT: u32 = 4_000;
/// Characters per token, roughly, for servers that do not count.
const CHARS_PER_TOKEN: usize = 4;

/// What a model answered.
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) calls: Vec<RequestedCall>,
}

/// A request whose server has not said what it used.
pub(super) struct Asked {
    /// Who answers; `None` before anybody does.
    model: Option<ModelName>,
    /// What was written so far, in bytes.
    written: usize,
}

impl ModelTurn<'_> {
    pub(super) async fn hear(&mut self) -> Result<Answer, ModelError> {
        let request = ModelRequest {
            system: prompt::system(),
            tools: prompt::tools(),
            messages: self.messages.clone(),
            max_output_tokens: u32::try_from(self.room()).unwrap_or(MOST_OUTPUT).min(MOST_OUTPUT),
        };
        self.asked = Some(Asked { model: None, written: 0 });
        let begun = self.app.models.stream(request, self.deadline()).await;
        self.asked = None;
        let (model, mut stream) = begun?;
        // An answer that breaks off or is cut off is not counted by its server, but it was asked for.
        self.used(&model, self.estimate());
        self.asked = Some(Asked { model: Some(model.clone()), written: 0 });
        let mut answer = Answer { text: String::new(), calls: Vec::new() };
        while let Some(event) = stream.next().await {
            match event? {
                ModelEvent::Text(text) => {
                    answer.text.push_str(&text);
                    self.written(text.len());
                    let said = self.claims.push(&text);
                    self.job.recorder.text(&said);
                }
                ModelEvent::Call(call) => {
                    self.written(call.arguments.len());
                    answer.calls.push(call);
                }
                ModelEvent::Usage(usage) => {
                    self.counted(&model, usage);
                    self.asked = None;
                }
                ModelEvent::End(_) => {
                    let said = self.claims.finish();
                    self.job.recorder.text(&said);
                    return Ok(answer);
                }
            }
        }
        Err(ModelError::Truncated)
    }

    fn written(&mut self, length: usize) {
        if let Some(asked) = &mut self.asked {
            asked.written += length;
        }
    }

    /// Enters what the server of the last request did not count, because the turn was cut or the answer broke off.
    pub(super) fn settle(&mut self) {
        let Some(Asked { model, written }) = self.asked.take() else { return };
        if let Some(model) = model {
            let output_tokens = u64::try_from(written / CHARS_PER_TOKEN).unwrap_or(u64::MAX);
            self.adjust(&model, Usage { output_tokens, ..Usage::default() }, UsageDelta::default());
        } else if let Some(model) = self.app.models.names().next() {
            self.used(model, self.estimate());
        }
    }

    /// What the next request is thought to cost.
    pub(super) fn estimate(&self) -> Usage {
        let chars: usize = self.messages.iter().map(length).sum();
        let tool = |tool: &ToolDefinition| tool.description.len() + tool.parameters.to_string().len();
        let tools: usize = prompt::tools().iter().map(tool).sum();
        let tokens = (chars + prompt::system().len() + tools) / CHARS_PER_TOKEN;
        Usage { input_tokens: u64::try_from(tokens).unwrap_or(u64::MAX), ..Usage::default() }
    }

    /// Enters a request with what it is thought to cost.
    fn used(&mut self, model: &ModelName, usage: Usage) {
        // The turn counts once, for the model that answered first.
        let turns = u64::from(self.model.is_none());
        self.model.get_or_insert_with(|| model.clone());
        if !self.usage.iter().any(|(known, _)| known == model) {
            self.usage.push((model.clone(), UsageDelta { turns, ..UsageDelta::default() }));
        }
        self.adjust(model, usage, UsageDelta { calls: 1, ..UsageDelta::default() });
    }

    /// Puts what the server counted in the place of the estimate.
    fn counted(&mut self, model: &ModelName, usage: Usage) {
        let estimate = self.estimate();
        let cost = self.cost(model, estimate);
        if let Some((_, used)) = self.usage.iter_mut().find(|(known, _)| known == model) {
            used.input_tokens = used.input_tokens.saturating_sub(estimate.input_tokens);
            used.cost_micros = used.cost_micros.saturating_sub(cost);
        }
        self.adjust(model, usage, UsageDelta::default());
    }

    fn adjust(&mut self, model: &ModelName, usage: Usage, more: UsageDelta) {
        let cost = self.cost(model, usage);
        if let Some((_, used)) = self.usage.iter_mut().find(|(known, _)| known == model) {
            used.calls += more.calls;
            used.input_tokens = used.input_tokens.saturating_add(usage.input_tokens);
            used.cached_tokens = used.cached_tokens.saturating_add(usage.cached_tokens);
            used.output_tokens = used.output_tokens.saturating_add(usage.output_tokens);
            used.cost_micros = used.cost_micros.saturating_add(cost);
        }
    }

    fn cost(&self, model: &ModelName, usage: Usage) -> u64 {
        u64::try_from(self.app.models.price(model).cost_micros(usage)).unwrap_or(0)
    }
}

fn length(message: &ModelMessage) -> usize {
    match message {
        ModelMessage::System(text) | ModelMessage::User(text) => text.len(),
        ModelMessage::Assistant { text, calls } => {
            text.len() + calls.iter().map(|call| call.arguments.len()).sum::<usize>()
        }
        ModelMessage::ToolResult { content, .. } => content.len(),
    }
}
