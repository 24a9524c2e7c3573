//! What comes back from a model.

use super::RequestedCall;

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelEvent {
    /// More of the text, never empty.
    Text(String),
    /// A complete call.
    Call(RequestedCall),
    /// What the answer cost: once, right before [`ModelEvent::End`]. An estimate if the server says nothing.
    Usage(Usage),
    /// The answer is complete. Always last.
    End(StopReason),
}

/// Tokens used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the request, those from the provider's cache included.
    pub input_tokens: u64,
    /// Those of the input that came from the provider's cache.
    pub cached_tokens: u64,
    /// Tokens of the answer.
    pub output_tokens: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
    }
}

/// Why the answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The model had said everything.
    Finished,
    /// It waits for the results of its calls.
    ToolCalls,
    /// The answer reached its greatest length. Calls that were cut off are left out.
    Length,
    /// The provider's filter stopped it.
    Filtered,
}
