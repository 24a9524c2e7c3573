//! What stands beside an open stream. It outlives the moment in which its token was proven: it ends when the token
//! does, wherever that was revoked, and when the server stops, each time with a last word.

use std::time::Duration;

use futures_util::future::BoxFuture;
use saydo_app::{AppError, live::Watcher};
use saydo_domain::UserId;
use tokio::time::Instant;

use super::{Shutdown, auth::SentToken, state::AppState};

/// A sign of life this often, so that nobody in between takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How old the proof of a token may be when something is sent.
const PROOF_AGE: Duration = Duration::from_secs(1);

/// What a stream has to say next.
#[derive(Debug)]
pub(super) enum Told<T> {
    /// What was read.
    Event(T),
    /// Nothing happened for a while.
    Heartbeat,
    /// The stream ends here though there may be more.
    Cut(Cut),
}

/// Why a stream ends before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// The token is no longer good.
    Revoked,
    /// The server stops.
    Stopping,
    /// The database does not answer.
    Unavailable,
}

impl Cut {
    /// A sentence for people.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Revoked => "You are no longer signed in.",
            Self::Stopping => "The server is stopping; ask again in a moment.",
            Self::Unavailable => "The database is away; ask again in a moment.",
        }
    }

    /// A word for programs.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Revoked => "unauthorized",
            Self::Stopping => "server_stopping",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Sees to it that a stream ends when it must.
pub(super) struct Guard {
    state: AppState,
    token: SentToken,
    /// Rings when the token may have ended, here or on another replica.
    access: Watcher,
    proven: Instant,
    /// One for the whole stream: it must not begin anew with every event.
    last_call: BoxFuture<'static, ()>,
    ended: bool,
}

impl Guard {
    /// For a stream of this person that may go on for so long when the server stops.
    pub(super) fn new(state: &AppState, user: &UserId, token: SentToken, last_call: Duration) -> Self {
        let mut access = state.app.watch_access(user);
        // The token may have ended between its proof and now.
        access.wake();
        let last_call = Box::pin(stopped(state.stopping.clone(), last_call));
        Self { state: state.clone(), token, access, proven: Instant::now(), last_call, ended: false }
    }

    /// What comes next, by what is read or by what happens meanwhile; `None` after the last. What is read may be
    /// given up and begun again.
    pub(super) async fn next<T>(&mut self, read: impl Future<Output = Result<Option<T>, AppError>>) -> Option<Told<T>> {
        if self.ended {
            return None;
        }
        let told = self.wait(read).await;
        let told = match told {
            Some(Told::Event(_) | Told::Heartbeat) if !self.is_proven(PROOF_AGE).await => Some(Told::Cut(Cut::Revoked)),
            told => told,
        };
        self.ended = matches!(told, None | Some(Told::Cut(_)));
        told
    }

    async fn wait<T>(&mut self, read: impl Future<Output = Result<Option<T>, AppError>>) -> Option<Told<T>> {
        let beat = Instant::now() + HEARTBEAT;
        let mut read = std::pin::pin!(read);
        loop {
            tokio::select! {
                event = &mut read => return match event {
                    Ok(event) => event.map(Told::Event),
                    Err(error) => {
                        tracing::warn!(%error, "a stream cannot go on");
                        Some(Told::Cut(Cut::Unavailable))
                    }
                },
                () = tokio::time::sleep_until(beat) => return Some(Told::Heartbeat),
                () = self.access.changed() => {
                    if !self.is_proven(Duration::ZERO).await {
                        return Some(Told::Cut(Cut::Revoked));
                    }
                }
                () = &mut self.last_call => return Some(Told::Cut(Cut::Stopping)),
            }
        }
    }

    /// Whether the token is good, by a proof of at most this age. A database that is away says nothing about it.
    async fn is_proven(&mut self, age: Duration) -> bool {
        if self.proven.elapsed() < age {
            return true;
        }
        self.proven = Instant::now();
        let proof = self.state.app.accounts.authenticate(self.token.expose()).await;
        !matches!(proof, Err(AppError::Unauthorized))
    }
}

async fn stopped(stopping: Shutdown, last_call: Duration) {
    stopping.cancelled().await;
    tokio::time::sleep(last_call).await;
}
