//! Turns of queries: off the asynchronous workers, a bounded number at once, given up when their time is over or the
//! client has gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use swarmpulse_promql::{Cancel, EvalError};
use swarmpulse_runtime::Latency;
use swarmpulse_runtime::clock::Stopwatch;
use tokio::sync::Semaphore;

use super::failure::{Failure, FailureKind};
use crate::app::App;

/// Queries that may wait for a turn, for each that may run.
const WAITING_PER_TURN: usize = 64;

/// Within which bounds queries are answered.
#[derive(Clone, Debug)]
pub struct QueryOptions {
    /// Queries evaluated at once; further ones wait.
    pub at_once_max: usize,
    /// A query may take so long, waiting included, in seconds.
    pub timeout_s: f64,
    /// Samples that one query may hold in memory.
    pub samples_max: u64,
    /// Series that one selector may match.
    pub series_max: usize,
    /// How long a sample holds while no newer one comes, in seconds.
    pub lookback_s: f64,
}

impl Default for QueryOptions {
    fn default() -> Self {
        Self {
            at_once_max: 20,
            timeout_s: 120.0,
            samples_max: 50_000_000,
            series_max: 500_000,
            lookback_s: 300.0,
        }
    }
}

/// Turns of queries, and what became of them.
#[derive(Debug)]
pub(crate) struct Queries {
    running: Arc<Semaphore>,
    waiting: Semaphore,
    /// From a query's arrival to its answer.
    pub(crate) latency: Latency,
    samples_read: AtomicU64,
    failed: AtomicU64,
    open: Arc<AtomicU64>,
}

/// Tells the evaluation to stop when nobody waits for it any more.
struct Waiting(Cancel);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// One of the queries that run, for as long as it does.
struct Open(Arc<AtomicU64>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Queries {
    pub(crate) fn new(options: &QueryOptions) -> Self {
        let at_once = options.at_once_max.max(1);
        Self {
            running: Arc::new(Semaphore::new(at_once)),
            waiting: Semaphore::new(at_once * (1 + WAITING_PER_TURN)),
            latency: Latency::default(),
            samples_read: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            open: Arc::default(),
        }
    }

    /// Samples read, and queries that failed, since the start.
    pub(crate) fn totals(&self) -> (u64, u64) {
        (
            self.samples_read.load(Ordering::Relaxed),
            self.failed.load(Ordering::Relaxed),
        )
    }

    /// Queries that run now.
    pub(crate) fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// Notes what a query read.
    pub(crate) fn count_samples(&self, samples: u64) {
        self.samples_read.fetch_add(samples, Ordering::Relaxed);
    }
}

/// What a query is told when its turn has come.
pub(super) struct Turn {
    /// Tells when to stop.
    pub(super) cancel: Cancel,
    /// How long it waited, in seconds.
    pub(super) waited_s: f64,
}

/// Does the work of one query in a turn of its own.
pub(super) async fn take<T: Send + 'static>(
    app: &Arc<App>,
    timeout_s: f64,
    work: impl FnOnce(&App, &Turn) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let watch = Stopwatch::start();
    let result = in_time(app, timeout_s, work).await;
    let queries = app.queries();
    queries.latency.observe(watch.seconds());
    if result.is_err() {
        queries.failed.fetch_add(1, Ordering::Relaxed);
    }
    result
}

async fn in_time<T: Send + 'static>(
    app: &Arc<App>,
    timeout_s: f64,
    work: impl FnOnce(&App, &Turn) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let watch = Stopwatch::start();
    let timeout_s = timeout_s.clamp(0.0, app.options().query.timeout_s);
    let queries = app.queries();
    let Ok(_place) = queries.waiting.try_acquire() else {
        app.runtime().counters().drop_for("queries_without_a_turn", 1);
        return Err(Failure::new(
            FailureKind::Unavailable,
            "too many queries wait for a turn; send this one again, or raise query.at_once_max",
        ));
    };
    let turn = tokio::time::timeout(
        Duration::from_secs_f64(timeout_s),
        Arc::clone(&queries.running).acquire_owned(),
    );
    let Ok(Ok(permit)) = turn.await else {
        return Err(Failure::new(
            FailureKind::Timeout,
            "query timed out in query queue",
        ));
    };
    let waited_s = watch.seconds();
    let cancel = Cancel::default();
    let waiting = Waiting(cancel.clone());
    let (told, app) = (cancel.clone(), Arc::clone(app));
    queries.open.fetch_add(1, Ordering::Relaxed);
    let open = Open(Arc::clone(&queries.open));
    let run = tokio::task::spawn_blocking(move || {
        // Both last as long as the work does, even if nobody waits for it.
        let (_permit, _open) = (permit, open);
        work(&app, &Turn { cancel, waited_s })
    });
    let left_s = (timeout_s - waited_s).max(0.0);
    let Ok(finished) = tokio::time::timeout(Duration::from_secs_f64(left_s), run).await else {
        // Told last, so that this is the reason that stays.
        drop(waiting);
        told.time_out();
        return Err(EvalError::Timeout.into());
    };
    finished.unwrap_or_else(|_| {
        Err(Failure::new(
            FailureKind::Internal,
            "the query ended early: a fault of this server",
        ))
    })
}
