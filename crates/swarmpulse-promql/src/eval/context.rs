//! What an evaluation knows and counts.

use std::sync::atomic::{AtomicU64, Ordering};

use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::{Selected, Selection};

use super::{aged, hinted};
use crate::syntax::{Expr, VectorSelector};
use crate::{EvalError, Options, Span};

/// What an evaluation knows and counts.
pub(super) struct Context<'a> {
    store: &'a dyn MetricStore,
    /// The limits.
    pub options: &'a Options,
    /// From where to where the query goes.
    pub start_ms: i64,
    pub end_ms: i64,
    /// The step of the query; 0 of an instant query.
    pub step_ms: i64,
    /// Where the selectors are whose histograms say whether their counter was reset.
    hinted: Vec<Span>,
    held: AtomicU64,
    samples_read: AtomicU64,
}

impl<'a> Context<'a> {
    pub fn new(
        store: &'a dyn MetricStore,
        expr: &Expr,
        options: &'a Options,
        (start_ms, end_ms): (i64, i64),
        step_ms: i64,
    ) -> Self {
        Self {
            store,
            options,
            start_ms,
            end_ms,
            step_ms,
            hinted: hinted::selectors(expr),
            held: AtomicU64::new(0),
            samples_read: AtomicU64::new(0),
        }
    }

    /// Whether to go on.
    pub fn check(&self) -> Result<(), EvalError> {
        self.options.cancel.check()
    }

    /// The series of a selector with samples in a span, both ends included.
    pub fn select(
        &self,
        selector: &VectorSelector,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Box<dyn Selected>, EvalError> {
        let mut matchers = selector.matchers.clone();
        matchers.extend(self.options.matchers.iter().cloned());
        let selection = Selection {
            matchers,
            from_ms,
            to_ms,
            series_max: self.options.series_max,
        };
        let found = aged::completed(self.store.select(&selection)?, from_ms);
        if self.hinted.contains(&selector.span) {
            return Ok(hinted::completed(found));
        }
        Ok(found)
    }

    /// Counts samples that were read.
    pub fn read(&self, samples: usize) {
        self.samples_read.fetch_add(samples as u64, Ordering::Relaxed);
    }

    pub fn samples_read(&self) -> u64 {
        self.samples_read.load(Ordering::Relaxed)
    }

    /// Takes room for so many series of so many values, before they are made.
    pub fn hold(&self, series: usize, values: usize) -> Result<(), EvalError> {
        let cells = (series as u64).saturating_mul(values as u64);
        let held = self
            .held
            .fetch_add(cells, Ordering::Relaxed)
            .saturating_add(cells);
        if held > self.options.samples_max {
            return Err(EvalError::TooManySamples);
        }
        Ok(())
    }

    /// How much is held, to come back to with [`Context::release_to`].
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// Gives back what was taken since, but for so many series of so many values.
    pub fn release_to(&self, before: u64, series: usize, values: usize) {
        let kept = (series as u64).saturating_mul(values as u64);
        self.held.store(before.saturating_add(kept), Ordering::Relaxed);
    }
}
