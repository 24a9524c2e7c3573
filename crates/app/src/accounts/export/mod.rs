//! Taking everything away: all of a person's data as one JSON document, piece by piece, however much it is.
//!
//! - `places`: how many there may be at once
//! - `view`: what the document looks like
//! - `records`: the rows as they are stored, with what the readable lists leave out
//! - `writer`: JSON on its way, in pieces

mod places;
mod records;
mod view;
mod writer;

use std::time::Duration;

use bytes::Bytes;
use jiff::civil::Date;
use saydo_domain::User;
use saydo_store::{AuditQuery, Conn, ConversationCursor};
use tokio::{sync::mpsc, time::timeout};

pub(super) use places::Places;
pub use records::{LEFT_OUT, NOBODYS};
pub use view::{ExportView, ExportedAuditEvent, ExportedConversation, ExportedMessage};

use super::Accounts;
use crate::{
    AppError,
    audit::{AuditKind, nothing},
    view::{AccessTokenView, ChangeView, TaskView, TurnView, UsageView, UserView},
};
use writer::Writer;

/// Rows read at once.
const PAGE: u32 = 200;

/// The longest that one may take.
const LONGEST: Duration = Duration::from_mins(15);

/// A document on its way.
#[derive(Debug)]
pub struct Export {
    pieces: mpsc::Receiver<Result<Bytes, AppError>>,
}

impl Export {
    /// The next piece of its text; nothing after the last. An error means that the document is not whole.
    pub async fn next(&mut self) -> Option<Result<Bytes, AppError>> {
        self.pieces.recv().await
    }
}

impl Accounts {
    /// Begins to write everything of this user; it ends when nobody takes the pieces any more.
    ///
    /// # Errors
    /// When this user's last one is not over, too many do this at once, or the store refuses.
    pub async fn export(&self, user: &User) -> Result<Export, AppError> {
        let place = self.inner.exports.take(&user.id)?;
        // A snapshot: the document shows one instant.
        let mut conn = self.store().snapshot().await?;
        self.audit().note(AuditKind::AccountExported, Some(&user.id), nothing());
        let (user, actor) = (user.clone(), self.audit().pseudonym(&user.id));
        let (mut writer, pieces) = Writer::new();
        tokio::spawn(async move {
            let written = timeout(LONGEST, everything(&mut conn, &user, actor, &mut writer)).await;
            // Before the last piece is there: whoever has it may ask again.
            drop((conn, place));
            let late = || AppError::Internal("an export took too long".to_owned());
            writer.end(written.map_err(|_| late()).flatten()).await;
        });
        Ok(Export { pieces })
    }
}

/// Writes the document: see [`ExportView`].
async fn everything(conn: &mut Conn, user: &User, actor: String, out: &mut Writer) -> Result<(), AppError> {
    out.text("{\"user\":");
    out.value(&UserView::from(user))?;
    tasks(conn, user, out).await?;
    conversations(conn, user, out).await?;
    changes(conn, user, out).await?;
    out.begin("turns");
    for turn in conn.turns_all(&user.id).await? {
        out.item(&TurnView::from(&turn)).await?;
    }
    out.finish().begin("access_tokens");
    for token in conn.access_tokens_list(&user.id).await? {
        out.item(&AccessTokenView::from(&token)).await?;
    }
    out.finish().begin("model_usage");
    for used in conn.usage_list(&user.id, Date::MIN, Date::MAX).await? {
        out.item(&UsageView::from(&used)).await?;
    }
    out.finish();
    audit_events(conn, actor, out).await?;
    records::write(conn, user, out).await?;
    out.text("}");
    Ok(())
}

async fn tasks(conn: &mut Conn, user: &User, out: &mut Writer) -> Result<(), AppError> {
    out.begin("tasks");
    let mut after = None;
    loop {
        let page = conn.tasks_after(&user.id, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.number);
        for task in &page {
            out.item(&TaskView::from(task)).await?;
        }
    }
    out.finish();
    Ok(())
}

async fn conversations(conn: &mut Conn, user: &User, out: &mut Writer) -> Result<(), AppError> {
    out.begin("conversations");
    let mut after = ConversationCursor::FRONT;
    loop {
        let page = conn.conversations_page(&user.id, after, PAGE).await?;
        let Some((_, place)) = page.last() else { break };
        after = *place;
        for (summary, _) in &page {
            let id = summary.conversation.id;
            out.open(&ExportedConversation::without_messages(&summary.conversation), "messages")?;
            let mut said = None;
            loop {
                let messages = conn.messages_after(&user.id, id, said, PAGE).await?;
                let Some(last) = messages.last() else { break };
                said = Some(last.id);
                for message in messages {
                    out.item(&ExportedMessage::from(message)).await?;
                }
            }
            out.close();
        }
    }
    out.finish();
    Ok(())
}

async fn changes(conn: &mut Conn, user: &User, out: &mut Writer) -> Result<(), AppError> {
    out.begin("changes");
    let mut before = None;
    loop {
        let page = conn.changes_before(&user.id, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        for change in &page {
            out.item(&ChangeView::from(change)).await?;
        }
    }
    out.finish();
    Ok(())
}

async fn audit_events(conn: &mut Conn, actor: String, out: &mut Writer) -> Result<(), AppError> {
    out.begin("audit_events");
    let mut query = AuditQuery { actor: Some(actor), ..AuditQuery::default() };
    loop {
        let page = conn.audit_list(&query, PAGE).await?;
        let Some(last) = page.last() else { break };
        query.after = last.id;
        for event in page {
            out.item(&ExportedAuditEvent::from(event)).await?;
        }
    }
    out.finish();
    Ok(())
}
