//! When and within which limits an expression is evaluated.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// When an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At one time.
    Instant {
        /// Milliseconds since the Unix epoch.
        at_ms: i64,
    },
    /// At every step from start to end, both included.
    Range {
        /// The first step.
        start_ms: i64,
        /// No step after this.
        end_ms: i64,
        /// From step to step; more than 0.
        step_ms: i64,
    },
}

/// Within which limits.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a sample holds while no newer one comes.
    pub lookback_ms: i64,
    /// Samples that may be held in memory at once.
    pub samples_max: u64,
    /// Series that one selector may match.
    pub series_max: usize,
    /// The step of a subquery that names none.
    pub subquery_step_ms: i64,
    /// Conditions that every selector has besides its own, such as the namespace of whoever asks.
    pub matchers: Vec<swarmpulse_store::metrics::Matcher>,
    /// Tells when to stop.
    pub cancel: Cancel,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lookback_ms: 300_000,
            samples_max: 50_000_000,
            series_max: 500_000,
            subquery_step_ms: 60_000,
            matchers: Vec::new(),
            cancel: Cancel::default(),
        }
    }
}

/// Tells an evaluation that runs elsewhere to stop. Clones tell the same one.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicU8>);

impl Cancel {
    const CANCELED: u8 = 1;
    const TIMEOUT: u8 = 2;

    /// Nobody waits any more.
    pub fn cancel(&self) {
        self.0.store(Self::CANCELED, Ordering::Relaxed);
    }

    /// It took too long.
    pub fn time_out(&self) {
        self.0.store(Self::TIMEOUT, Ordering::Relaxed);
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// With the reason, if not.
    pub fn check(&self) -> Result<(), crate::EvalError> {
        match self.0.load(Ordering::Relaxed) {
            Self::CANCELED => Err(crate::EvalError::Canceled),
            Self::TIMEOUT => Err(crate::EvalError::Timeout),
            _ => Ok(()),
        }
    }
}
