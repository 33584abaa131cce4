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
use crate::otlp;
use crate::own::Recorder;
use crate::peer::Peer;
use crate::router::router;

/// After a failure to accept, such as too many open files, the next try waits so long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Requests of one HTTP/2 connection at once.
const STREAMS_MAX: u32 = 256;
/// What a connection beyond the limit is told.
const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Why the server could not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A listener that does not know where it listens.
    #[error("find out where the server listens: {0}")]
    Address(std::io::Error),
}

/// Serves until `shutdown` is done: then takes no more connections, lets requests under way end, and after
/// [`crate::ServerOptions::shutdown_limit_s`] ends the rest.
///
/// # Errors
/// If the listener does not know where it listens.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let recorder = tokio::spawn(Recorder::new().run(Arc::clone(&app)));
    let repeat = tokio::spawn(otlp::repeat(Arc::clone(&app)));
    let router = router(Arc::clone(&app));
    let stop = async {
        shutdown.await;
        app.stop();
    };
    let served = serve_router(listener, Arc::clone(&app), router, stop).await;
    // Where it never came to serving, nobody has told the others.
    app.stop();
    if repeat.await.is_err() {
        tracing::error!("the repetition of LLM usage had ended early");
    }
    if recorder.await.is_err() {
        tracing::error!("the recorder of figures had ended early");
    }
    served
}

/// Serves these routes until `shutdown` is done, as of [`serve`].
///
/// # Errors
/// If the listener does not know where it listens.
pub(crate) async fn serve_router(
    listener: TcpListener,
    app: Arc<App>,
    router: Router,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Address)?;
    let limit = Duration::from_secs_f64(app.options().shutdown_limit_s);
    let server = Server::new(app, router);
    let mut open = Open {
        connections: JoinSet::new(),
        graceful: GracefulShutdown::new(),
    };
    server.accept(listener, address, shutdown, &mut open).await;
    open.end(limit).await;
    Ok(())
}

/// Open connections.
struct Open {
    connections: JoinSet<()>,
    graceful: GracefulShutdown,
}

impl Open {
    /// Lets connections end, for so long; then ends them.
    async fn end(self, limit: Duration) {
        let Self {
            mut connections,
            graceful,
        } = self;
        if tokio::time::timeout(limit, graceful.shutdown()).await.is_err() {
            tracing::warn!(
                connections = connections.len(),
                "connections were cut at shutdown"
            );
        }
        connections.shutdown().await;
    }
}

struct Server {
    app: Arc<App>,
    router: Router,
    builder: Builder<TokioExecutor>,
    room: Arc<Semaphore>,
}

impl Server {
    fn new(app: Arc<App>, router: Router) -> Self {
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
        Self {
            app,
            router,
            builder,
            room,
        }
    }

    /// Accepts connections until told to stop.
    async fn accept(
        &self,
        listener: TcpListener,
        address: SocketAddr,
        shutdown: impl Future<Output = ()>,
        open: &mut Open,
    ) {
        let loopback_listener = address.ip().to_canonical().is_loopback();
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut shutdown => return,
                Some(_) = open.connections.join_next() => continue,
            };
            match accepted {
                Ok((stream, address)) => {
                    if let Some(permit) = self.admit(&stream) {
                        self.open(
                            stream,
                            Peer {
                                address,
                                loopback_listener,
                            },
                            permit,
                            open,
                        );
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

    fn open(&self, stream: TcpStream, peer: Peer, permit: OwnedSemaphorePermit, open: &mut Open) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let router = self.router.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(peer);
            router.clone().oneshot(request)
        });
        let connection = self
            .builder
            .serve_connection_with_upgrades(TokioIo::new(stream), service);
        let connection = open.graceful.watch(connection.into_owned());
        let app = Arc::clone(&self.app);
        open.connections.spawn(async move {
            let _open = app.traffic().connect();
            if let Err(error) = pin!(connection).await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
}
