//! The live streams: what happens, as it happens, over server-sent events and WebSockets.
//!
//! One thread, the [`renderer`], makes a message of each effect once. The [`hub`] keeps the last of them in a [`ring`]; each
//! [`client`] reads on from its own place there. So nobody waits for a slow client: the ring goes on, and whoever falls
//! out of it loses the place and is told to begin anew.

mod client;
mod hub;
mod message;
mod renderer;
mod ring;
mod sse;
mod subscribe;
mod ws;

use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::routing::get;
use swarmpulse_model::{EffectId, Position};
use swarmpulse_runtime::Handle;
use tokio::sync::watch;

use crate::app::{App, ServerOptions};
use hub::Hub;
use renderer::{Groups, Renderer};

pub(crate) use subscribe::PARAMETERS;

/// The hub of the live streams and the thread that feeds it; it ends with this.
pub(crate) struct Live {
    hub: Arc<Hub>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    /// A hub that listens to the runtime.
    pub(crate) fn new(handle: &Handle, options: &ServerOptions) -> Self {
        // Listening first: what is applied between the two is then known, and passed over, rather than missed.
        let groups = handle.listen();
        let applied = handle.fleet(|fleet| fleet.next_offset());
        let last = Position {
            partition: 0,
            offset: applied.saturating_sub(1),
        };
        let n = if applied == 0 { 0 } else { u32::MAX };
        let hub = Arc::new(Hub::new(options, EffectId { position: last, n }));
        let stop = watch::Sender::new(false);
        let (stopping, fed, handle) = (stop.subscribe(), Arc::clone(&hub), handle.clone());
        let feed = move || feed(handle, fed, groups, stopping);
        let thread = std::thread::Builder::new().name("live".to_owned()).spawn(feed);
        if let Err(error) = &thread {
            tracing::error!(%error, "the live streams have no thread: they stay silent");
        }
        Self {
            hub,
            stop,
            thread: thread.ok(),
        }
    }

    /// Clients now: server-sent events, WebSockets.
    pub(crate) fn clients(&self) -> (u64, u64) {
        self.hub.clients()
    }

    /// Messages handed to clients, and clients that were let go because they read too slowly.
    pub(crate) fn deliveries(&self) -> (u64, u64) {
        self.hub.deliveries()
    }

    fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the live streams had ended early");
        }
    }
}

fn feed(handle: Handle, hub: Arc<Hub>, groups: Groups, stop: watch::Receiver<bool>) {
    match tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
    {
        Ok(runtime) => runtime.block_on(Renderer::new(handle, hub).run(groups, stop)),
        Err(error) => tracing::error!(%error, "the live streams have no timer: they stay silent"),
    }
}

/// Their routes; they need the scope `read`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/stream", get(sse::get))
        .route("/api/v1/ws", get(ws::get))
}
