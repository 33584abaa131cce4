//! What every request works on.

use std::sync::Arc;

use parking_lot::Mutex;
use swarmpulse_alert::DeskOptions;
use swarmpulse_notify::ship::Destination;
use swarmpulse_runtime::Handle;
use swarmpulse_telemetry::Telemetry;
use swarmpulse_wire::remote_write::RemoteWriteLimits;
use swarmpulse_wire::{Limits, Privacy};
use tokio::sync::watch;

use crate::budget::Budget;
use crate::ingest::{Room, Workbenches};
use crate::live::Live;
use crate::own::Traffic;
use crate::prometheus::{Queries, QueryOptions};
use crate::read::{Desks, ObjectiveBook};
use crate::tokens::Tokens;

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Bounds of what is taken in.
    pub limits: Limits,
    /// Bounds of a request of remote write.
    pub remote_write: RemoteWriteLimits,
    /// What is kept of payloads.
    pub privacy: Privacy,
    /// Names besides the loopback ones that requests may carry as `Host`, and their pages as `Origin`.
    pub allowed_hosts: Vec<String>,
    /// Need tokens on loopback too.
    pub require_tokens: bool,
    /// Need no tokens anywhere.
    pub insecure: bool,
    /// Connections open at once; further ones are told to come again.
    pub connections_max: usize,
    /// Bytes of request bodies held at once; beyond, senders are told to come again.
    pub bodies_max_bytes: usize,
    /// A body that makes no progress for so long is given up, in seconds.
    pub body_idle_s: f64,
    /// A connection that sends no complete request head for so long is closed, in seconds; idle ones too.
    pub head_limit_s: f64,
    /// Requests under way at shutdown are given so long, in seconds.
    pub shutdown_limit_s: f64,
    /// Subscribers of the live streams at once.
    pub stream_clients_max: usize,
    /// Messages kept for subscribers that fell behind or come back.
    pub stream_messages_max: usize,
    /// Bytes kept for them.
    pub stream_bytes_max: usize,
    /// Within which bounds queries are answered.
    pub query: QueryOptions,
    /// Objectives that are shown; whoever loads them puts them here.
    pub objectives: Arc<ObjectiveBook>,
    /// How alerts are made, held and told, for running the desk over the past.
    pub desk: DeskOptions,
    /// Where our own log is shipped to.
    pub shipping: Vec<Destination>,
    /// How telemetry over OTLP is taken in.
    pub telemetry: swarmpulse_telemetry::Options,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            remote_write: RemoteWriteLimits::default(),
            privacy: Privacy::default(),
            allowed_hosts: Vec::new(),
            require_tokens: false,
            insecure: false,
            connections_max: 10_000,
            bodies_max_bytes: 256 << 20,
            body_idle_s: 30.0,
            head_limit_s: 75.0,
            shutdown_limit_s: 10.0,
            stream_clients_max: 1_000,
            stream_messages_max: 65_536,
            stream_bytes_max: 64 << 20,
            query: QueryOptions::default(),
            objectives: Arc::default(),
            desk: DeskOptions::default(),
            shipping: Vec::new(),
            telemetry: swarmpulse_telemetry::Options::default(),
        }
    }
}

/// What every request works on; shared as `Arc<App>`.
pub struct App {
    runtime: Handle,
    options: ServerOptions,
    tokens: Tokens,
    bodies: Budget,
    room: Room,
    workbenches: Workbenches,
    traffic: Traffic,
    live: Live,
    desks: Desks,
    queries: Queries,
    telemetry: Mutex<Telemetry>,
    stopping: watch::Sender<bool>,
}

impl App {
    /// An application over a running runtime.
    #[must_use]
    pub fn new(runtime: Handle, options: ServerOptions) -> Arc<Self> {
        let live = Live::new(&runtime, &options);
        Arc::new(Self {
            tokens: Tokens::new(Arc::clone(runtime.state())),
            bodies: Budget::new(options.bodies_max_bytes),
            room: Room::default(),
            workbenches: Workbenches::default(),
            traffic: Traffic::default(),
            live,
            desks: Desks::default(),
            queries: Queries::new(&options.query),
            telemetry: Mutex::new(Telemetry::new(options.telemetry.clone(), runtime.now())),
            stopping: watch::Sender::new(false),
            runtime,
            options,
        })
    }

    /// The runtime.
    #[must_use]
    pub fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// How the server behaves.
    #[must_use]
    pub fn options(&self) -> &ServerOptions {
        &self.options
    }

    /// Becomes true when the server stops: long-lived answers must end then.
    #[must_use]
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Tells long-lived answers to end.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Bearer tokens.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Memory for request bodies.
    pub(crate) fn bodies(&self) -> &Budget {
        &self.bodies
    }

    /// Room for new entities.
    pub(crate) fn room(&self) -> &Room {
        &self.room
    }

    /// Buffers for samples.
    pub(crate) fn workbenches(&self) -> &Workbenches {
        &self.workbenches
    }

    /// Requests and connections, counted.
    pub(crate) fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Turns for reads.
    pub(crate) fn desks(&self) -> &Desks {
        &self.desks
    }

    /// Turns of queries.
    pub(crate) fn queries(&self) -> &Queries {
        &self.queries
    }

    /// What is known of telemetry between requests.
    pub(crate) fn telemetry(&self) -> &Mutex<Telemetry> {
        &self.telemetry
    }

    /// The live streams.
    pub(crate) fn live(&self) -> &Live {
        &self.live
    }
}
