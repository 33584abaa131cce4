//! StatsD: one thread that listens for packets and stores what they add up to.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_wire::statsd::{Aggregator, StatsdLimits};

use crate::clock::Stopwatch;
use crate::handle::Handle;
use crate::intake::Protocol;

/// The largest packet that UDP carries.
const PACKET_BYTES_MAX: usize = 65_535;
/// So often it is looked whether it is time to stop.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Where to listen, and how much is kept.
#[derive(Clone, Debug)]
pub struct StatsdOptions {
    /// The socket, bound already, so that a port in use is told at once.
    pub socket: Arc<UdpSocket>,
    /// Seconds between the samples of a series.
    pub flush_s: f64,
    /// How much is kept.
    pub limits: StatsdLimits,
}

pub(crate) struct StatsdListener {
    pub handle: Handle,
    pub options: StatsdOptions,
    pub stop: Receiver<()>,
}

impl StatsdListener {
    /// Runs until told to stop.
    pub fn run(self) {
        if let Err(error) = self.options.socket.set_read_timeout(Some(LOOK_EVERY)) {
            tracing::error!(%error, "StatsD is not listened to");
            return;
        }
        let mut aggregator = Aggregator::new(self.options.limits);
        let mut batch = SampleBatch::default();
        let mut packet = vec![0; PACKET_BYTES_MAX];
        let mut due = self.handle.now().plus_s(self.options.flush_s);
        while self.stop.is_empty() {
            match self.options.socket.recv(&mut packet) {
                Ok(length) => {
                    let watch = Stopwatch::start();
                    aggregator.packet(&packet[..length]);
                    self.handle
                        .intake()
                        .read(Protocol::Statsd, length, watch.seconds());
                }
                Err(error) if is_idle(error.kind()) => {}
                Err(error) => {
                    self.handle.intake().reject(Protocol::Statsd, "socket", 1);
                    tracing::debug!(%error, "a StatsD packet was not received");
                }
            }
            let now = self.handle.now();
            if now >= due {
                // A flush that was late is not made up for.
                due = now.plus_s(self.options.flush_s);
                aggregator.flush(now.unix_ms(), &mut batch);
                self.store(&mut aggregator, &batch);
            }
        }
        // What came since the last flush is kept, then everything is marked as gone.
        let now_ms = self.handle.now().unix_ms();
        aggregator.flush(now_ms, &mut batch);
        self.store(&mut aggregator, &batch);
        aggregator.end(now_ms + 1, &mut batch);
        self.store(&mut aggregator, &batch);
    }

    fn store(&self, aggregator: &mut Aggregator, batch: &SampleBatch) {
        let intake = self.handle.intake();
        for (reason, count) in aggregator.take_counts().refused {
            intake.reject(Protocol::Statsd, reason, count);
        }
        if batch.series.is_empty() {
            return;
        }
        let samples = batch.samples.len() as u64;
        let handle = self.handle.clone();
        let acknowledge = Box::new(move |result: Result<(), _>| {
            if result.is_err() {
                handle.intake().reject(Protocol::Statsd, "not_durable", samples);
            }
        });
        let now = self.handle.now();
        match self
            .handle
            .metrics()
            .append(DEFAULT_NAMESPACE, now, batch, acknowledge)
        {
            Ok(appended) => {
                intake.took(Protocol::Statsd, appended.samples);
                intake.reject(Protocol::Statsd, "refused_by_store", appended.rejected_samples);
            }
            Err(error) => {
                intake.reject(Protocol::Statsd, "store_unavailable", samples);
                tracing::warn!(%error, "samples of StatsD are not stored");
            }
        }
    }
}

fn is_idle(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::ConnectionRefused
    )
}
