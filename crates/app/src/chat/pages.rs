//! Conversations and messages, page by page.

use std::str::FromStr;

use saydo_domain::{ConversationId, ConversationSummary, ValidationError};
use saydo_store::{ConversationCursor, MessageCursor};
use serde::Deserialize;

use super::conversations::{ConversationList, ConversationView, GONE, MessageView, MessagesView};
use crate::{App, AppError, Caller, tasks::query::limit, view::PendingView};

/// Messages on one page unless asked otherwise: people read a conversation as a whole.
const MESSAGES: u32 = 1000;
/// Conversations on one page unless asked otherwise.
const CONVERSATIONS: u32 = 200;

/// The query string of a list of conversations or messages.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PageInput {
    /// Entries on the page: 1 to 200. Without it a page has up to 200 conversations, or up to 1,000 messages.
    pub limit: Option<u32>,
    /// Where the page begins: from the `Link` header of the page before.
    pub cursor: Option<String>,
}

impl PageInput {
    pub(crate) fn read<C: FromStr>(&self, usual: u32, first: C) -> Result<(u32, C), ValidationError> {
        let size = if self.limit.is_some() { limit(self.limit)? } else { usual };
        let refuse = |_| ValidationError::new("cursor", "Use the cursor of the Link header as it is.");
        let place = self.cursor.as_deref().map_or(Ok(first), |text| text.parse().map_err(refuse))?;
        Ok((size, place))
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub view: T,
    /// How many entries there are on all pages.
    pub total: i64,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}

impl App {
    /// One page of the conversations, the one last spoken in first.
    ///
    /// # Errors
    /// `Invalid` names the parameter that cannot be accepted.
    pub async fn conversations_page(
        &self,
        caller: &Caller,
        input: &PageInput,
    ) -> Result<Page<ConversationList>, AppError> {
        let (size, place) = input.read(CONVERSATIONS, ConversationCursor::FRONT)?;
        let mut conn = self.store.read().await?;
        let total = conn.conversations_count(caller.id()).await?;
        // One more than asked for says whether there is a next page.
        let mut found = conn.conversations_page(caller.id(), place, size + 1).await?;
        let more = found.len() > size as usize;
        found.truncate(size as usize);
        let next_cursor = found.last().filter(|_| more).map(|(_, place)| place.to_string());
        let view = |(summary, _): &(ConversationSummary, ConversationCursor)| {
            ConversationView::new(&summary.conversation, summary.message_count)
        };
        Ok(Page { view: ConversationList { conversations: found.iter().map(view).collect() }, total, next_cursor })
    }

    /// One page of a conversation's messages, oldest first. The first page has the newest; each next one has older ones.
    ///
    /// # Errors
    /// `NotFound` when it is missing or somebody else's; `Invalid` names the parameter that cannot be accepted.
    pub async fn messages_page(
        &self,
        caller: &Caller,
        id: ConversationId,
        input: &PageInput,
    ) -> Result<Page<MessagesView>, AppError> {
        let (size, place) = input.read(MESSAGES, MessageCursor::END)?;
        let mut conn = self.store.read().await?;
        conn.conversation_find(caller.id(), id).await?.ok_or(GONE)?;
        let total = conn.messages_count(caller.id(), id).await?;
        // The turn first: when none runs any more, its reply is among the messages.
        let running = conn.turn_running(caller.id(), id).await?;
        let mut messages = conn.messages_before(caller.id(), id, place, size + 1).await?;
        let extra = messages.len().saturating_sub(size as usize);
        messages.drain(..extra);
        let next_cursor = messages.first().filter(|_| extra > 0).map(|oldest| MessageCursor(oldest.id).to_string());
        let pending = conn.pending_find(caller.id(), id).await?.filter(|pending| pending.expires_at > self.clock.now());
        let view = MessagesView {
            conversation_id: id.get(),
            messages: messages.into_iter().map(MessageView::from).collect(),
            pending: pending.as_ref().map(PendingView::from),
            running_turn_id: running.map(|turn| turn.id.to_string()),
        };
        Ok(Page { view, total, next_cursor })
    }
}
