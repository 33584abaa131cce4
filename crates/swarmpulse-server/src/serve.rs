//! Listening: connections accepted, bounded, and ended in order.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::app::App;
use crate::peer::Peer;
use crate::router::router;

/// After a failure to accept, such as too many open files, the next try waits so long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Requests of one HTTP/2 connection at once.
const STREAMS_MAX: u32 = 256;
/// What a connection beyond the limit is told.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Why the server could not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A listener that does not know where it listens.
    #[error("find out where the server listens: {0}")]
    Address(std::io::Error),
    /// Nothing to listen on.
    #[error("the server was given no address to listen on")]
    Nowhere,
}

/// Serves until `shutdown` is done: then takes no more connections, lets requests under way end, and after
/// [`crate::ServerOptions::shutdown_limit_s`] ends the rest.
///
/// # Errors
/// If there is nothing to listen on.
pub async fn serve(
    listeners: Vec<TcpListener>,
    app: Arc<App>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    if listeners.is_empty() {
        return Err(ServeError::Nowhere);
    }
    let server = Arc::new(Server::new(Arc::clone(&app)));
    let mut doors = JoinSet::new();
    for listener in listeners {
        let address = listener.local_addr().map_err(ServeError::Address)?;
        doors.spawn(Arc::clone(&server).accept(listener, address));
    }
    shutdown.await;
    let limit = Duration::from_secs_f64(app.options().shutdown_limit_s);
    app.stop();
    let mut connections = JoinSet::new();
    while let Some(door) = doors.join_next().await {
        if let Ok(open) = door {
            connections.spawn(open.end(limit));
        }
    }
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Connections of one listener.
struct Door {
    open: JoinSet<()>,
    graceful: GracefulShutdown,
}

impl Door {
    /// Lets connections end, for so long; then ends them.
    async fn end(self, limit: Duration) {
        let Self { mut open, graceful } = self;
        if tokio::time::timeout(limit, graceful.shutdown()).await.is_err() {
            tracing::warn!(connections = open.len(), "connections were cut at shutdown");
        }
        open.shutdown().await;
    }
}

struct Server {
    app: Arc<App>,
    router: Router,
    builder: Builder<TokioExecutor>,
    room: Arc<Semaphore>,
}

impl Server {
    fn new(app: Arc<App>) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs_f64(app.options().head_limit_s));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS_MAX)
            .keep_alive_interval(Duration::from_secs(30));
        let room = Arc::new(Semaphore::new(app.options().connections_max));
        Self { router: router(Arc::clone(&app)), app, builder, room }
    }

    /// Accepts connections until the server stops.
    async fn accept(self: Arc<Self>, listener: TcpListener, address: SocketAddr) -> Door {
        let loopback_listener = address.ip().to_canonical().is_loopback();
        let mut door = Door { open: JoinSet::new(), graceful: GracefulShutdown::new() };
        let mut stopping = self.app.stopping();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stopping.wait_for(|stopping| *stopping) => return door,
                Some(_) = door.open.join_next() => continue,
            };
            match accepted {
                Ok((stream, address)) => {
                    if let Some(permit) = self.admit(&stream) {
                        let peer = Peer { address, loopback_listener };
                        self.open(stream, peer, permit, &mut door);
                    }
                }
                Err(error) => {
                    self.app.runtime().counters().drop_for("accept_failed", 1);
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// A place for a connection; without one it is told to come again.
    fn admit(&self, stream: &TcpStream) -> Option<OwnedSemaphorePermit> {
        let permit = Arc::clone(&self.room).try_acquire_owned().ok();
        if permit.is_none() {
            self.app.runtime().counters().drop_for("connections_limit", 1);
            // Best effort: whether it is told or not, it is closed.
            let _ = stream.try_write(BUSY);
        }
        permit
    }

    fn open(&self, stream: TcpStream, peer: Peer, permit: OwnedSemaphorePermit, door: &mut Door) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let router = self.router.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(peer);
            router.clone().oneshot(request)
        });
        let connection = self.builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let connection = door.graceful.watch(connection.into_owned());
        let app = Arc::clone(&self.app);
        door.open.spawn(async move {
            let _open = app.traffic().connect();
            if let Err(error) = pin!(connection).await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
}
