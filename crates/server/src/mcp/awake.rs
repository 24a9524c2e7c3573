//! Which sessions of the older revisions are held in memory: so many of each owner, and the one used longest ago makes
//! room. Nothing is lost by it but its open streams: its sealed id holds what is needed to go on with it.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::transport::streamable_http_server::session::{SessionId, SessionManager as _, local::LocalSessionManager};

/// Sessions of one owner that are held at once.
const MOST_EACH: usize = 32;
/// Forget owners without a session once there are this many.
const SWEEP_AT: usize = 10_000;

/// The sessions held, by owner, those used last at the end.
pub(super) struct Awake {
    manager: Arc<LocalSessionManager>,
    owners: Mutex<HashMap<String, VecDeque<SessionId>>>,
}

impl Awake {
    pub(super) fn new(manager: Arc<LocalSessionManager>) -> Self {
        Self { manager, owners: Mutex::default() }
    }

    /// Notes that this session was used, and puts the oldest to sleep when there are too many.
    pub(super) async fn used(&self, owner: &str, id: SessionId) {
        let Some(oldest) = self.note(owner, id) else { return };
        if let Err(error) = self.manager.close_session(&oldest).await {
            tracing::warn!(%error, "an MCP session could not be closed");
        }
    }

    fn note(&self, owner: &str, id: SessionId) -> Option<SessionId> {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        if owners.len() > SWEEP_AT
            && let Ok(held) = self.manager.sessions.try_read()
        {
            owners.retain(|_, sessions| sessions.iter().any(|id| held.contains_key(id)));
        }
        let sessions = owners.entry(owner.to_owned()).or_default();
        sessions.retain(|known| *known != id);
        sessions.push_back(id);
        if sessions.len() > MOST_EACH { sessions.pop_front() } else { None }
    }
}

impl fmt::Debug for Awake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Awake").finish_non_exhaustive()
    }
}
