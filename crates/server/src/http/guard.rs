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
    /// Whether it may have ended since.
    in_doubt: bool,
    /// One for the whole stream: it must not begin anew with every event.
    last_call: BoxFuture<'static, ()>,
    ended: bool,
}

impl Guard {
    /// For a stream of this person that may go on for so long when the server stops.
    pub(super) fn new(state: &AppState, user: &UserId, token: SentToken, last_call: Duration) -> Self {
        let access = state.app.watch_access(user);
        let last_call = Box::pin(stopped(state.stopping.clone(), last_call));
        // The token may have ended between its proof and now.
        Self { state: state.clone(), token, access, proven: Instant::now(), in_doubt: true, last_call, ended: false }
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
        // Side by side with the reading, which may hold a connection: it must not wait while this waits for another.
        let mut proof: BoxFuture<'static, bool> = Box::pin(std::future::pending());
        if self.in_doubt {
            proof = self.proof();
        }
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
                    self.in_doubt = true;
                    proof = self.proof();
                }
                good = &mut proof => {
                    if !good {
                        return Some(Told::Cut(Cut::Revoked));
                    }
                    (self.in_doubt, self.proven) = (false, Instant::now());
                    proof = Box::pin(std::future::pending());
                }
                () = &mut self.last_call => return Some(Told::Cut(Cut::Stopping)),
            }
        }
    }

    /// Whether the token is good, by a proof of at most this age, and none that came before there was reason to doubt.
    async fn is_proven(&mut self, age: Duration) -> bool {
        if !self.in_doubt && self.proven.elapsed() < age {
            return true;
        }
        let good = self.proof().await;
        (self.in_doubt, self.proven) = (false, Instant::now());
        good
    }

    /// Proves the token anew. A database that is away says nothing about it.
    fn proof(&self) -> BoxFuture<'static, bool> {
        let (state, token) = (self.state.clone(), self.token.clone());
        Box::pin(async move {
            let proof = state.app.accounts.authenticate(token.expose()).await;
            !matches!(proof, Err(AppError::Unauthorized))
        })
    }
}

async fn stopped(stopping: Shutdown, last_call: Duration) {
    stopping.cancelled().await;
    tokio::time::sleep(last_call).await;
}
