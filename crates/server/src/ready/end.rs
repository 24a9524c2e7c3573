//! Whether somebody wants an end, heard from the beginning of a command until it is over.

use tokio::sync::watch;

use crate::cli::interrupt::interrupted;

/// What was heard of the person at the terminal, or of a service manager.
#[derive(Debug, Clone)]
pub(crate) struct End(watch::Receiver<bool>);

impl End {
    /// Listens from now on. Between two waits nobody would hear a signal, so this never stops.
    pub(crate) fn listen() -> Self {
        let (tell, heard) = watch::channel(false);
        tokio::spawn(async move {
            interrupted().await;
            tell.send_replace(true);
        });
        Self(heard)
    }

    /// Nobody can end it.
    pub(crate) fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Whether somebody wants an end.
    pub(crate) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until somebody does.
    pub(crate) async fn asked(&self) {
        if self.0.clone().wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What this comes to, unless somebody wants an end before.
    pub(crate) async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.asked() => None,
            done = work => Some(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_end_that_was_heard_once_ends_everything_after_it() {
        let (tell, heard) = watch::channel(false);
        let end = End(heard);
        assert_eq!((end.or(async { 1 }).await, end.is_asked()), (Some(1), false));
        tell.send_replace(true);
        drop(tell);
        assert_eq!((end.or(async { 2 }).await, end.is_asked()), (None, true));
        assert_eq!(End::never().or(async { 3 }).await, Some(3));
    }
}
