//! Takes lines out of their queue and brings them to the provider: in batches, with back-off, until told to stop.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use swarmpulse_model::Timestamp;
use tokio::time::{sleep, timeout};

use super::intake::{Intake, ShipError};
use super::line::LogLine;
use super::origin::Origin;
use super::parcel::Parcel;
use super::queue::ShipQueue;
use super::settings::ShipSettings;
use super::tap::{Clock, Untapped};
use crate::SendError;
use crate::channel::sentry::limits::wait_s;
use crate::digest;
use crate::http::HttpClient;

/// The most lines of a batch.
const BATCH_LINES_MAX: usize = 500;
/// The most bytes of a batch: within every provider's limit, also when JSON makes more of them.
const BATCH_BYTES_MAX: usize = 700_000;
/// So long a batch waits for more lines.
const GATHER: Duration = Duration::from_secs(3);
/// So long after the first failure.
const BACK_OFF_MIN_S: f64 = 1.0;
/// So long after many.
const BACK_OFF_MAX_S: f64 = 300.0;
/// So long may be taken, once told to stop, to ship what waits.
const STOP: Duration = Duration::from_secs(5);

/// Brings lines to one provider.
pub struct Shipper {
    intake: Intake,
    client: HttpClient,
    queue: ShipQueue,
    clock: Clock,
    pending: VecDeque<Parcel>,
    failures: u32,
    rest_s: Option<f64>,
    /// Whether the first of what is pending was tried before.
    is_retry: bool,
    gather: Duration,
}

impl Shipper {
    /// One with a queue of its own. `clock` gives the time.
    ///
    /// # Errors
    /// If a setting is not what it must be.
    pub fn new(settings: &ShipSettings, clock: Clock) -> Result<Self, ShipError> {
        let run = format!("{}/{}/{}", clock().0, settings.host, settings.service);
        let origin = Origin {
            service: settings.service.clone(),
            host: settings.host.clone(),
            environment: settings.environment.clone(),
            run: digest::incident(&run)[..32].into(),
        };
        let (intake, client) = Intake::new(settings, origin)?;
        Ok(Self {
            intake,
            client,
            queue: ShipQueue::new(settings.level, settings.queue_lines, settings.queue_bytes),
            clock,
            pending: VecDeque::new(),
            failures: 0,
            rest_s: None,
            is_retry: false,
            gather: GATHER,
        })
    }

    /// The queue to feed. It goes on counting when the shipper has stopped.
    #[must_use]
    pub fn queue(&self) -> ShipQueue {
        self.queue.clone()
    }

    /// Ships until `stop` is ready, then for five seconds more at most; what is left is counted. Nothing that is logged
    /// meanwhile by it is shipped.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        Untapped::new(async move {
            let mut stop = pin!(stop);
            loop {
                tokio::select! {
                    biased;
                    () = &mut stop => break,
                    () = self.turn() => {}
                }
            }
            // Time over or not: what is left is counted below.
            let _ = timeout(STOP, self.flush()).await;
            let left = self.packed();
            self.queue
                .count_stopped(left + self.queue.take(usize::MAX, usize::MAX).len());
            self.queue.count_packed(0);
        })
        .await;
    }

    /// One batch, however long it takes. Can be dropped at any time: what is not shipped is still pending then.
    async fn turn(&mut self) {
        if self.pending.is_empty() {
            self.queue.filled().await;
            // More lines, or enough time.
            let _ = timeout(self.gather, self.queue.holds(BATCH_LINES_MAX)).await;
            self.fill();
        }
        while !self.pending.is_empty() {
            if let Some(rest_s) = self.rest_s {
                sleep(Duration::from_secs_f64(rest_s)).await;
                self.rest_s = None;
            }
            self.attempt().await;
        }
    }

    /// Everything that waits, until something fails.
    async fn flush(&mut self) {
        loop {
            if self.pending.is_empty() {
                self.fill();
            }
            if self.pending.is_empty() || !self.attempt().await {
                return;
            }
        }
    }

    fn fill(&mut self) {
        let lines = self.queue.take(BATCH_LINES_MAX, BATCH_BYTES_MAX);
        let lines: Vec<LogLine> = lines.into_iter().map(LogLine::cleaned).collect();
        self.pending.extend(self.intake.parcels(&lines, self.now()));
        self.queue.count_packed(self.packed());
    }

    /// Lines of what is pending.
    fn packed(&self) -> usize {
        self.pending.iter().map(|parcel| parcel.lines).sum()
    }

    /// The first of what is pending is settled; how many lines it told of.
    fn settle(&mut self) -> usize {
        let lines = self.pending.pop_front().map_or(0, |parcel| parcel.lines);
        self.is_retry = false;
        self.queue.count_packed(self.packed());
        lines
    }

    /// Ships the first of what is pending once; whether the provider will be asked on.
    async fn attempt(&mut self) -> bool {
        let Some(parcel) = self.pending.front() else {
            return true;
        };
        let (request, category) = (self.intake.request(parcel), parcel.category);
        if std::mem::replace(&mut self.is_retry, true) {
            self.queue.count_retry();
        }
        let mut answer = self.client.send(request, self.now()).await;
        let mut limits = None;
        if let Ok(answer) = &mut answer {
            limits = answer.header("x-sentry-rate-limits").map(str::to_owned);
            let exact = limits.as_deref().and_then(|limits| wait_s(limits, category));
            answer.retry_after_s = exact.or(answer.retry_after_s);
        }
        match answer.and_then(|answer| answer.accepted_by_service(|_| None)) {
            Ok(_) => {
                let lines = self.settle();
                // Sentry may say with its thanks that it wants no more for a while.
                let next = self.pending.front().map_or(category, |parcel| parcel.category);
                let rest_s = limits.and_then(|limits| wait_s(&limits, next));
                self.rest_s = rest_s.map(|rest_s| rest_s.min(BACK_OFF_MAX_S));
                self.queue.count_shipped(lines);
                if self.failures > 0 {
                    tracing::info!(
                        provider = self.intake.provider().as_str(),
                        "lines of the log are shipped again"
                    );
                }
                self.failures = 0;
                true
            }
            Err(error) => {
                self.fail(&error);
                false
            }
        }
    }

    fn fail(&mut self, error: &SendError) {
        self.queue.count_failure(&error.to_string());
        if self.failures == 0 {
            let provider = self.intake.provider().as_str();
            tracing::warn!(provider, %error, "lines of the log are not shipped; they are tried again");
        }
        let wanted_s = match error {
            SendError::Later { after_s, .. } => after_s.unwrap_or_default(),
            SendError::Refused { .. } => {
                let lines = self.settle();
                self.queue.count_refused(lines);
                0.0
            }
        };
        let backed_off_s = BACK_OFF_MIN_S * 2_f64.powi(self.failures.min(20).cast_signed());
        self.rest_s = Some(backed_off_s.max(wanted_s).min(BACK_OFF_MAX_S));
        self.failures = self.failures.saturating_add(1);
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

impl fmt::Debug for Shipper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shipper({:?})", self.intake)
    }
}

#[cfg(test)]
mod tests;
