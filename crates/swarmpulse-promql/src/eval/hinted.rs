//! Histograms that say whether their counter was reset since the one before, for expressions that look at counts and sums
//! alone.
//!
//! Method: Prometheus does not read buckets where only count and sum are used, and looks for resets while it reads. Its
//! warnings of resets that contradict each other depend on that.

use std::sync::Arc;

use swarmpulse_model::Labels;
use swarmpulse_model::series::{CounterReset, NativeHistogram, is_stale};
use swarmpulse_store::metrics::{Bucket, MetricError, Points, RollupRow, Selected};

use crate::Span;
use crate::histogram;
use crate::syntax::Expr;

/// Where the selectors are of which nothing but counts and sums of histograms is used.
pub(super) fn selectors(expr: &Expr) -> Vec<Span> {
    let mut found = Vec::new();
    collect(expr, false, &mut found);
    found
}

/// `wanted` tells whether only count and sum are used of what this comes to.
fn collect(expr: &Expr, wanted: bool, found: &mut Vec<Span>) {
    let mut inner = wanted;
    match expr {
        Expr::Selector(selector) if wanted => found.push(selector.span),
        Expr::Range(range) if wanted => found.push(range.selector.span),
        // Resets between steps, and whatever depends on buckets, cannot do without these.
        Expr::Subquery(_) => return,
        Expr::Binary(binary) if binary.op.is_trim() => return,
        Expr::Call(call) => match call.function.name {
            "histogram_count" | "histogram_sum" | "histogram_avg" => inner = true,
            "histogram_quantile" | "histogram_quantiles" | "histogram_fraction" => return,
            _ => {}
        },
        _ => {}
    }
    for child in expr.children() {
        collect(child, inner, found);
    }
}

/// Selected series whose histograms say whether their counter was reset.
pub(super) struct Hinted(Box<dyn Selected>);

/// The same series; with native histograms, these say more.
pub(super) fn completed(inner: Box<dyn Selected>) -> Box<dyn Selected> {
    if inner.has_histograms() {
        Box::new(Hinted(inner))
    } else {
        inner
    }
}

impl Selected for Hinted {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn labels(&self, series: usize) -> &Labels {
        self.0.labels(series)
    }

    fn read(&self, series: usize, into: &mut Points) -> Result<(), MetricError> {
        self.0.read(series, into)?;
        let mut before: Option<Arc<NativeHistogram>> = None;
        for (_, current) in &mut into.histograms {
            if is_stale(current.sum) {
                continue;
            }
            let said = current.counter_reset;
            let original = current.clone();
            if let Some(before) = before.filter(|_| said == CounterReset::Unknown) {
                Arc::make_mut(current).counter_reset = if histogram::is_reset(&original, &before) {
                    CounterReset::Reset
                } else {
                    CounterReset::NotReset
                };
            }
            before = Some(original);
        }
        Ok(())
    }

    fn last(&self, series: usize, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError> {
        self.0.last(series, after_ms, at_ms)
    }

    fn has_histograms(&self) -> bool {
        true
    }

    fn raw_from_ms(&self) -> i64 {
        self.0.raw_from_ms()
    }

    fn rollups(&self, series: usize, bucket: Bucket, into: &mut Vec<RollupRow>) -> Result<bool, MetricError> {
        self.0.rollups(series, bucket, into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn selectors_under_counts_and_sums_are_found() {
        let found = |text: &str| {
            let spans = selectors(&parse(text).expect("valid"));
            let shown = spans
                .iter()
                .map(|span| text[span.start..span.end].trim().to_owned());
            shown.collect::<Vec<_>>()
        };
        assert_eq!(found("histogram_count(sum(rate(a[5m])) + b)"), ["a", "b"]);
        assert_eq!(found("histogram_sum(a unless histogram_quantile(0.5, b))"), ["a"]);
        assert!(found("histogram_count(rate(a[5m:1m]))").is_empty());
        assert!(found("histogram_count(a </ 2)").is_empty());
        assert!(found("histogram_quantile(0.5, histogram_count(a))").is_empty());
        assert!(found("sum(a)").is_empty());
    }
}
