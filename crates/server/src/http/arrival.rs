//! Bodies must keep arriving: a client that sends a byte now and then would otherwise hold a request, and what it
//! holds in turn, for ever.

use std::{
    error::Error,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// Bytes a second that a client must send in the long run, as a slow mobile network does: what has arrived at this
/// rate gives the rest more time, so that large bodies need no limit of their own.
const RATE: u64 = 32 * 1024;

/// A body did not arrive in time.
#[derive(Debug, thiserror::Error)]
#[error("the body took too long to arrive")]
pub(super) struct TooSlow;

/// A body with a deadline.
struct Arriving<B> {
    inner: B,
    begun: Instant,
    patience: Duration,
    received: u64,
    deadline: Pin<Box<Sleep>>,
}

/// Gives a body so long to arrive, and a second more for every [`RATE`] bytes of it.
pub(super) fn limited<B>(inner: B, patience: Duration) -> Body
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    if inner.is_end_stream() {
        return Body::empty();
    }
    let begun = Instant::now();
    Body::new(Arriving { inner, begun, patience, received: 0, deadline: Box::pin(sleep_until(begun + patience)) })
}

impl<B> HttpBody for Arriving<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        // What is there counts, however late it is looked at.
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
                let until =
                    self.begun + self.patience + Duration::from_millis(self.received.saturating_mul(1000) / RATE);
                self.deadline.as_mut().reset(until);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(other) => Poll::Ready(other.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => self.deadline.as_mut().poll(context).map(|()| Some(Err(TooSlow.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream};

    use super::*;

    /// Reads a body whose pieces of this size come so many milliseconds apart; gives its length, or `None` when it was
    /// too slow.
    async fn read(pieces: usize, size: usize, apart: u64) -> Option<usize> {
        let pieces = stream::iter(0..pieces).then(move |_| async move {
            tokio::time::sleep(Duration::from_millis(apart)).await;
            Ok::<_, std::io::Error>(Bytes::from(vec![0; size]))
        });
        let body = limited(Body::from_stream(pieces.boxed()), Duration::from_secs(10));
        axum::body::to_bytes(body, usize::MAX).await.ok().map(|bytes| bytes.len())
    }

    #[tokio::test(start_paused = true)]
    async fn slow_clients_are_cut_off_and_large_bodies_are_not() {
        assert_eq!(read(9, 1, 1000).await, Some(9));
        assert_eq!(read(20, 1, 1000).await, None);
        // 100 seconds at 64 KiB a second.
        assert_eq!(read(100, 64 * 1024, 1000).await, Some(100 * 64 * 1024));
        // At 16 KiB a second ten seconds of patience last for twenty.
        assert_eq!(read(19, 16 * 1024, 1000).await, Some(19 * 16 * 1024));
        assert_eq!(read(30, 16 * 1024, 1000).await, None);
    }
}
