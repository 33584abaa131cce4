//! Where lines of our own log are drawn off: a layer of `tracing` that hands copies to queues.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use parking_lot::RwLock;
use swarmpulse_model::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context as LayerContext;

use super::line::{FieldValue, LogLevel, LogLine};
use super::queue::ShipQueue;

/// Gives the time. Shipping reads no clock of its own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What ships tells nothing that would be shipped: neither this crate's part of it nor the crates that carry it.
const OWN_TARGETS: &[&str] = &[
    "swarmpulse_notify::ship",
    "h2",
    "hyper",
    "hyper_util",
    "reqwest",
    "rustls",
    "rustls_platform_verifier",
    "tokio_rustls",
];
/// No queue takes anything.
const NOTHING: u8 = LogLevel::ALL.len() as u8;

thread_local! {
    static SHIPPING: Cell<bool> = const { Cell::new(false) };
}

/// Draws lines off the log. Made and installed when logging begins; queues are attached once it is known where to.
#[derive(Clone)]
pub struct ShipTap(Arc<Inner>);

struct Inner {
    clock: Clock,
    queues: RwLock<Vec<ShipQueue>>,
    /// The least level that any queue takes, as its place in [`LogLevel::ALL`].
    least: AtomicU8,
}

/// The layer of a [`ShipTap`].
#[derive(Clone, Debug)]
pub struct ShipLayer(ShipTap);

impl ShipTap {
    /// A tap without queues: it takes nothing.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner {
            clock,
            queues: RwLock::default(),
            least: AtomicU8::new(NOTHING),
        }))
    }

    /// The layer to install.
    #[must_use]
    pub fn layer(&self) -> ShipLayer {
        ShipLayer(self.clone())
    }

    /// From now on these queues are fed, and no others.
    pub fn attach(&self, queues: Vec<ShipQueue>) {
        let least = queues.iter().map(|queue| queue.level() as u8).min();
        *self.0.queues.write() = queues;
        self.0.least.store(least.unwrap_or(NOTHING), Ordering::Release);
    }

    /// Hands a line that no log wrote to every queue: an agent's failure, an alert.
    pub fn push(&self, line: &LogLine) {
        for queue in self.0.queues.read().iter() {
            queue.push(line.clone());
        }
    }

    fn takes(&self, level: LogLevel) -> bool {
        level as u8 >= self.0.least.load(Ordering::Acquire)
    }
}

impl fmt::Debug for ShipTap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queues = self.0.queues.read();
        f.debug_struct("ShipTap").field("queues", &queues.len()).finish()
    }
}

impl<S: Subscriber> Layer<S> for ShipLayer {
    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        let metadata: &Metadata<'_> = event.metadata();
        let level = LogLevel::from(metadata.level());
        if !self.0.takes(level) || SHIPPING.get() || is_own(metadata.target()) {
            return;
        }
        let at = (self.0.0.clock)();
        let mut line = LogLine::new(at, level, metadata.target(), "");
        event.record(&mut Reader(&mut line));
        self.0.push(&line);
    }
}

fn is_own(target: &str) -> bool {
    OWN_TARGETS.iter().any(|own| {
        target
            .strip_prefix(own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    })
}

struct Reader<'l>(&'l mut LogLine);

impl Reader<'_> {
    fn take(&mut self, field: &Field, value: FieldValue) {
        match (field.name(), value) {
            ("message", FieldValue::Text(text)) => self.0.message = text,
            (name, value) => self.0.set(name, value),
        }
    }
}

impl Visit for Reader<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.take(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(
            field,
            FieldValue::Text(swarmpulse_model::Text::from(format!("{value:?}"))),
        );
    }
}

/// A future in which nothing is drawn off: what is logged while shipping is not shipped.
pub(super) struct Untapped<F>(Pin<Box<F>>);

impl<F: Future> Untapped<F> {
    pub(super) fn new(future: F) -> Self {
        Self(Box::pin(future))
    }
}

impl<F: Future> Future for Untapped<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        struct Restore(bool);
        impl Drop for Restore {
            fn drop(&mut self) {
                SHIPPING.set(self.0);
            }
        }
        let _restore = Restore(SHIPPING.replace(true));
        self.0.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    fn tapped(levels: &[LogLevel]) -> (ShipTap, Vec<ShipQueue>) {
        let tap = ShipTap::new(Arc::new(|| Timestamp(7)));
        let queues: Vec<_> = levels
            .iter()
            .map(|level| ShipQueue::new(*level, 100, 1 << 20))
            .collect();
        tap.attach(queues.clone());
        (tap, queues)
    }

    fn logging(tap: &ShipTap, log: impl FnOnce()) {
        let subscriber = tracing_subscriber::registry().with(tap.layer());
        tracing::subscriber::with_default(subscriber, log);
    }

    #[test]
    fn lines_keep_their_fields_and_go_to_queues_of_their_level() {
        let (tap, queues) = tapped(&[LogLevel::Info, LogLevel::Error]);
        logging(&tap, || {
            tracing::info!(target: "swarmpulse_runtime", lag_s = 1.5, partition = 3_u64, ok = true, "late");
            tracing::error!(target: "swarmpulse_runtime", error = %"disk full", "append to the journal failed");
        });
        let info = queues[0].take(10, 1 << 20);
        assert_eq!(info.len(), 2);
        let late = LogLine::new(Timestamp(7), LogLevel::Info, "swarmpulse_runtime", "late")
            .with("lag_s", 1.5)
            .with("partition", 3_u64)
            .with("ok", true);
        assert_eq!(info[0], late);
        let errors = queues[1].take(10, 1 << 20);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].text("error"), Some("disk full"));
    }

    #[test]
    fn what_ships_is_not_shipped() {
        let (tap, queues) = tapped(&[LogLevel::Trace]);
        logging(&tap, || {
            tracing::warn!(target: "swarmpulse_notify::ship::shipper", "cannot ship");
            tracing::warn!(target: "hyper_util::client", "closed");
            tracing::warn!(target: "hyperion", "another crate");
            let quiet = Untapped::new(async { tracing::error!(target: "anyone", "while shipping") });
            let mut quiet = std::pin::pin!(quiet);
            let mut context = Context::from_waker(std::task::Waker::noop());
            assert!(quiet.as_mut().poll(&mut context).is_ready());
            tracing::warn!(target: "anyone", "after");
        });
        let told: Vec<_> = queues[0]
            .take(10, 1 << 20)
            .into_iter()
            .map(|line| line.message)
            .collect();
        assert_eq!(told, ["another crate", "after"]);
    }

    #[test]
    fn without_queues_nothing_is_taken() {
        let (tap, queues) = tapped(&[LogLevel::Trace]);
        tap.attach(Vec::new());
        logging(&tap, || tracing::error!("nobody hears it"));
        assert_eq!(queues[0].counts().taken, 0);
    }
}
