//! The hub: what was rendered last, who listens, and who no longer can.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};
use swarmpulse_model::{EffectId, Text};
use swarmpulse_runtime::Handle;
use swarmpulse_runtime::clock::Stopwatch;
use tokio::sync::{Notify, watch};

use super::client::Client;
use super::message::{Filter, Frame, Message};
use super::ring::{Found, Missed, Ring};
use crate::app::ServerOptions;

/// When the last client has been gone for so long, nothing is rendered until the next one comes, in seconds.
const LINGER_S: f64 = 60.0;

/// How a client is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// Server-sent events.
    Sse,
    /// A WebSocket.
    WebSocket,
}

/// A client's place.
#[derive(Debug)]
pub(super) struct Seat {
    number: u64,
    transport: Transport,
    /// The number of the message that it needs next.
    next: AtomicU64,
    /// It fell behind and lost its place.
    gone: watch::Sender<bool>,
}

impl Seat {
    /// Becomes true when the client lost its place.
    pub(super) fn gone(&self) -> watch::Receiver<bool> {
        self.gone.subscribe()
    }
}

/// Where a new client begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// With what comes next; up to here everything counts as known.
    Now(EffectId),
    /// Behind the last message it saw.
    GoOn,
    /// With what comes next, and with the word that something was missed.
    Reset(EffectId, Missed),
}

/// Summaries by the namespace they are of.
type Summaries = BTreeMap<Option<Text>, watch::Sender<Option<Frame>>>;

/// The hub of the live streams.
#[derive(Debug)]
pub(super) struct Hub {
    ring: RwLock<Ring>,
    head: watch::Sender<u64>,
    seats: Mutex<Seats>,
    seats_max: usize,
    summaries: Mutex<Summaries>,
    /// Someone waits for a first summary.
    pub(super) summary_wanted: Notify,
    /// Messages handed to clients.
    delivered: AtomicU64,
    /// Clients that were let go because they read too slowly.
    let_go: AtomicU64,
}

#[derive(Debug, Default)]
struct Seats {
    taken: HashMap<u64, Arc<Seat>>,
    next: u64,
    /// Since when nobody is there; `None` while someone is, or nobody ever was.
    empty: Option<Stopwatch>,
}

impl Hub {
    /// A hub without clients; what is up to `floor` was told by nobody here.
    pub(super) fn new(options: &ServerOptions, floor: EffectId) -> Self {
        Self {
            ring: RwLock::new(Ring::new(
                options.stream_messages_max,
                options.stream_bytes_max,
                floor,
            )),
            head: watch::Sender::new(0),
            seats: Mutex::default(),
            seats_max: options.stream_clients_max,
            summaries: Mutex::default(),
            summary_wanted: Notify::new(),
            delivered: AtomicU64::new(0),
            let_go: AtomicU64::new(0),
        }
    }

    /// Clients by transport: server-sent events, WebSockets.
    pub(super) fn clients(&self) -> (u64, u64) {
        let seats = self.seats.lock();
        let sse = seats
            .taken
            .values()
            .filter(|seat| seat.transport == Transport::Sse)
            .count();
        (sse as u64, (seats.taken.len() - sse) as u64)
    }

    /// Messages handed to clients, and clients that were let go because they read too slowly.
    pub(super) fn deliveries(&self) -> (u64, u64) {
        (
            self.delivered.load(Ordering::Relaxed),
            self.let_go.load(Ordering::Relaxed),
        )
    }

    /// A place for a client that goes on after that id; `None` if there is none left.
    pub(super) fn join(
        self: &Arc<Self>,
        handle: &Handle,
        transport: Transport,
        filter: Filter,
        last: Option<EffectId>,
    ) -> Option<(Client, Begin)> {
        let mut seats = self.seats.lock();
        if seats.taken.len() >= self.seats_max {
            return None;
        }
        // Under the lock of the seats nothing is passed over, so nothing is missed from here on.
        let ring = self.ring.read();
        let (next, begin) = match last.map(|last| ring.after(last)) {
            None => (ring.next(), Begin::Now(ring.head())),
            Some(Ok(next)) => (next, Begin::GoOn),
            Some(Err(missed)) => (ring.next(), Begin::Reset(ring.head(), missed)),
        };
        drop(ring);
        let number = seats.next;
        let seat = Seat {
            number,
            transport,
            next: AtomicU64::new(next),
            gone: watch::Sender::new(false),
        };
        let seat = Arc::new(seat);
        seats.next += 1;
        seats.taken.insert(number, Arc::clone(&seat));
        seats.empty = None;
        drop(seats);
        Some((
            Client::new(
                Arc::clone(self),
                handle.clone(),
                seat,
                self.head.subscribe(),
                filter,
            ),
            begin,
        ))
    }

    /// A client leaves.
    pub(super) fn leave(&self, seat: &Seat) {
        let mut seats = self.seats.lock();
        if seats.taken.remove(&seat.number).is_some() && seats.taken.is_empty() {
            seats.empty = Some(Stopwatch::start());
        }
    }

    /// Takes the place of a client that fell behind, and counts it, once.
    pub(super) fn drop_slow(&self, handle: &Handle, seat: &Seat) {
        if !seat.gone.send_replace(true) {
            self.let_go.fetch_add(1, Ordering::Relaxed);
            handle.counters().drop_for("live_slow_clients", 1);
            self.leave(seat);
        }
    }

    /// What a client finds from its place on.
    pub(super) fn read(&self, seat: &Seat, filter: &Filter, bytes_max: usize) -> Found {
        let mut next = seat.next.load(Ordering::Acquire);
        let found = self.ring.read().read(&mut next, filter, bytes_max);
        seat.next.store(next, Ordering::Release);
        if let Found::Messages(found) = &found {
            self.delivered.fetch_add(found.len() as u64, Ordering::Relaxed);
        }
        found
    }

    /// Adds messages and wakes the clients. Those that need what had to make room lose their places, even if they
    /// never read again.
    pub(super) fn publish(&self, handle: &Handle, messages: impl IntoIterator<Item = Message>) {
        let (first_before, first, next) = {
            let mut ring = self.ring.write();
            let before = ring.first();
            for message in messages {
                ring.push(message);
            }
            (before, ring.first(), ring.next())
        };
        self.head.send_replace(next);
        if first == first_before {
            return;
        }
        let seats = self.seats.lock();
        let behind = seats
            .taken
            .values()
            .filter(|seat| seat.next.load(Ordering::Acquire) < first);
        let behind: Vec<Arc<Seat>> = behind.cloned().collect();
        drop(seats);
        for seat in behind {
            self.drop_slow(handle, &seat);
        }
    }

    /// Tells everyone that something was missed.
    pub(super) fn tell_gap(&self, through: EffectId, reason: &str) {
        let next = {
            let mut ring = self.ring.write();
            ring.tell_gap(through, reason);
            ring.next()
        };
        self.head.send_replace(next);
    }

    /// Whether messages are worth rendering; if not, they are passed over up to that id.
    pub(super) fn is_heard(&self, through: EffectId) -> bool {
        let seats = self.seats.lock();
        if !seats.taken.is_empty() || seats.empty.is_some_and(|empty| empty.seconds() < LINGER_S) {
            return true;
        }
        let mut ring = self.ring.write();
        ring.pass_over(through);
        self.head.send_replace(ring.next());
        false
    }

    /// The last id told or passed over.
    pub(super) fn head(&self) -> EffectId {
        self.ring.read().head()
    }

    /// Summaries of a namespace, or of all, from the last one on.
    pub(super) fn summaries_of(&self, namespace: Option<Text>) -> watch::Receiver<Option<Frame>> {
        let mut summaries = self.summaries.lock();
        let mut receiver = summaries
            .entry(namespace)
            .or_insert_with(|| watch::Sender::new(None))
            .subscribe();
        if receiver.borrow().is_some() {
            receiver.mark_changed();
        } else {
            self.summary_wanted.notify_one();
        }
        receiver
    }

    /// The namespaces whose summaries someone wants, and whether nobody has made one yet. Others are forgotten.
    pub(super) fn wanted_summaries(&self) -> Vec<(Option<Text>, bool)> {
        let mut summaries = self.summaries.lock();
        summaries.retain(|_, sender| sender.receiver_count() > 0);
        summaries
            .iter()
            .map(|(namespace, sender)| (namespace.clone(), sender.borrow().is_none()))
            .collect()
    }

    /// A new summary of a namespace, or of all.
    pub(super) fn publish_summary(&self, namespace: &Option<Text>, frame: Frame) {
        if let Some(sender) = self.summaries.lock().get(namespace) {
            sender.send_replace(Some(frame));
        }
    }
}
