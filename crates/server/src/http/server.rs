//! The listening loop: hyper with a timer, so that slow headers cost nobody anything, and a graceful end.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{Router, extract::ConnectInfo};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::{arrival, patient::Patient};

/// The token that ends the server.
pub type Shutdown = CancellationToken;

/// How long clients may take to send what they have to send.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For the headers, and between two requests of a connection.
    pub headers: Duration,
    /// For the body; more for large ones that keep arriving.
    pub body: Duration,
    /// For taking the next piece of what is sent to them.
    pub reading: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { headers: Duration::from_secs(10), body: Duration::from_secs(10), reading: Duration::from_secs(60) }
    }
}

/// Requests still running after this long at the end are cut off.
const DRAIN: Duration = Duration::from_secs(9);
/// Streams one HTTP/2 connection may have open.
const MAX_STREAMS: u32 = 200;
/// Headers a request may have.
const MAX_HEADERS: usize = 100;
/// Bytes of all headers of a request together, its address included. Over HTTP/1 it is looked at between two reads, of
/// which the last may bring as much again.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How long to wait before the next try when no connection can be accepted: out of file handles, others must close
/// first.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
/// How often that is said at the most.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// Serves until the token is cancelled, then lets running requests end.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(listener: TcpListener, router: Router, shutdown: Shutdown) -> io::Result<()> {
    serve_with(listener, router, shutdown, Timeouts::default()).await
}

/// Serves like [`serve`], with other timeouts.
///
/// # Errors
/// When the listener breaks.
pub async fn serve_with(
    listener: TcpListener,
    router: Router,
    shutdown: Shutdown,
    timeouts: Timeouts,
) -> io::Result<()> {
    let graceful = GracefulShutdown::new();
    let builder = builder(timeouts);
    let mut said: Option<Instant> = None;
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let begun = CancellationToken::new();
                let connection = connection(&builder, stream, peer, router.clone(), timeouts, begun.clone());
                let watched = graceful.watch(connection);
                // A connection that breaks is the client's affair.
                let whole = async move { drop(watched.await) };
                tokio::spawn(attend(whole, begun, timeouts.headers));
            }
            Err(error) => {
                if said.is_none_or(|at| at.elapsed() >= SAY_AGAIN) {
                    tracing::warn!(%error, "cannot accept a connection; it is tried again and again");
                    said = Some(Instant::now());
                }
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off at the end");
    }
    Ok(())
}

/// Follows a connection to its end. One that sends no whole request head in time is dropped: hyper's own timer for
/// headers does not run while it still waits for the bytes that tell HTTP/1 from HTTP/2.
async fn attend(connection: impl Future<Output = ()>, begun: Shutdown, patience: Duration) {
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        () = &mut connection => return,
        () = tokio::time::sleep(patience) => return,
        () = begun.cancelled() => {}
    }
    connection.await;
}

fn builder(timeouts: Timeouts) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.headers)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(timeouts.headers)
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX));
    builder
}

fn connection(
    builder: &Builder<TokioExecutor>,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    timeouts: Timeouts,
    begun: CancellationToken,
) -> impl hyper_util::server::graceful::GracefulConnection<Output: Send> + Send + use<> {
    // Small answers should leave at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        begun.cancel();
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move {
            let request = request.map(|body| arrival::limited(body, timeouts.body));
            Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
        }
    });
    let stream = TokioIo::new(Patient::new(stream, timeouts.reading));
    builder.serve_connection_with_upgrades(stream, service).into_owned()
}
