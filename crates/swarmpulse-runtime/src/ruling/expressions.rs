//! The expressions of rules, evaluated over the metric store.

use std::sync::Arc;

use swarmpulse_model::Timestamp;
use swarmpulse_promql::syntax::{Duration, Expr, ValueType, VectorSelector};
use swarmpulse_promql::{Options, PointValue, Value, When};
use swarmpulse_rules::{ExpressionError, Expressions, Query, QueryError, QuerySample};
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::Selection;

/// Within which bounds the expressions of rules are evaluated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueryLimits {
    /// How long a sample holds while no newer one of its series comes, in seconds.
    pub lookback_s: f64,
    /// Samples that one expression may hold in memory.
    pub samples_max: u64,
    /// Series that one selector may match.
    pub series_max: usize,
}

impl Default for QueryLimits {
    fn default() -> Self {
        let options = Options::default();
        Self {
            lookback_s: options.lookback_ms as f64 / 1000.0,
            samples_max: options.samples_max,
            series_max: options.series_max,
        }
    }
}

/// Expressions over a metric store.
#[derive(Clone)]
pub struct StoreExpressions {
    store: Arc<dyn MetricStore>,
    options: Options,
}

impl StoreExpressions {
    /// Expressions over this store, evaluated within these bounds.
    #[must_use]
    pub fn new(store: Arc<dyn MetricStore>, limits: QueryLimits) -> Self {
        let options = Options {
            lookback_ms: (limits.lookback_s * 1000.0) as i64,
            samples_max: limits.samples_max,
            series_max: limits.series_max,
            ..Options::default()
        };
        Self { store, options }
    }

    /// Nothing more is evaluated by these, their clones, and what they prepared: whatever is under way breaks off.
    pub(crate) fn cancel(&self) {
        self.options.cancel.cancel();
    }
}

impl Expressions for StoreExpressions {
    fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError> {
        let expression = swarmpulse_promql::parse(text).map_err(|error| ExpressionError {
            message: error.to_string(),
            offset: Some(error.span.start),
        })?;
        let kind = expression.value_type();
        if !matches!(kind, ValueType::Vector | ValueType::Scalar) {
            return Err(ExpressionError {
                message: format!("the expression gives a {kind}; a rule needs a vector or a scalar"),
                offset: Some(expression.span().start),
            });
        }
        Ok(Box::new(Prepared {
            store: Arc::clone(&self.store),
            options: self.options.clone(),
            text: text.to_owned(),
            expression,
        }))
    }
}

/// An expression, parsed.
struct Prepared {
    store: Arc<dyn MetricStore>,
    options: Options,
    text: String,
    expression: Expr,
}

impl Query for Prepared {
    fn at(&self, at: Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        let when = When::Instant { at_ms: at.unix_ms() };
        let answer =
            swarmpulse_promql::evaluate(&*self.store, &self.text, &self.expression, when, &self.options)
                .map_err(|error| QueryError(error.to_string()))?;
        match answer.value {
            Value::Scalar { value, .. } => Ok(vec![QuerySample {
                labels: swarmpulse_model::Labels::empty(),
                value,
            }]),
            Value::Vector(samples) => samples
                .into_iter()
                .map(|sample| match sample.value {
                    PointValue::Float(value) => Ok(QuerySample {
                        labels: sample.labels,
                        value,
                    }),
                    PointValue::Histogram(_) => Err(QueryError(format!(
                        "{} is a native histogram: take histogram_count, histogram_sum or histogram_quantile of it",
                        sample.labels
                    ))),
                })
                .collect(),
            Value::String { .. } | Value::Matrix(_) => {
                Err(QueryError("the expression gives no vector and no scalar".to_owned()))
            }
        }
    }

    fn has_data(&self, at: Timestamp) -> bool {
        let mut reads = Vec::new();
        let mut constant = true;
        collect(&self.expression, Past::default(), &mut reads, &mut constant);
        // What reads no series has all that it needs; what cannot be looked at is no lack of data.
        constant
            || reads
                .iter()
                .any(|(selector, past)| self.finds(selector, *past, at).unwrap_or(true))
    }
}

/// How far back of its time an expression looks, in milliseconds.
#[derive(Clone, Copy, Default)]
struct Past {
    offset_ms: i64,
    range_ms: i64,
}

impl Prepared {
    fn finds(&self, selector: &VectorSelector, past: Past, at: Timestamp) -> Option<bool> {
        if selector.at.is_some() {
            return None;
        }
        let to_ms = at.unix_ms().saturating_sub(past.offset_ms);
        let back_ms = past.range_ms.max(self.options.lookback_ms);
        let selection = Selection {
            matchers: selector.matchers.clone(),
            from_ms: to_ms.saturating_sub(back_ms).saturating_add(1),
            to_ms,
            series_max: self.options.series_max,
        };
        let found = self.store.select(&selection).ok()?;
        // A series may be listed whose samples lie elsewhere: its last sample tells.
        let seen = |series| {
            let last = found.last(series, selection.from_ms - 1, to_ms);
            !matches!(last, Ok(None))
        };
        Some(found.has_histograms() || (0..found.len()).any(seen))
    }
}

/// The selectors of an expression, with how far back each looks.
fn collect<'a>(
    expression: &'a Expr,
    past: Past,
    reads: &mut Vec<(&'a VectorSelector, Past)>,
    constant: &mut bool,
) {
    let fixed = |duration: Option<&Duration>| match duration {
        Some(Duration::Fixed(ms)) => *ms,
        Some(Duration::Computed(_)) | None => 0,
    };
    match expression {
        Expr::Selector(selector) => {
            *constant = false;
            let offset_ms = past.offset_ms + fixed(selector.offset.as_ref());
            reads.push((selector, Past { offset_ms, ..past }));
        }
        Expr::Range(range) => {
            *constant = false;
            let offset_ms = past.offset_ms + fixed(range.selector.offset.as_ref());
            let range_ms = past.range_ms + fixed(Some(&range.range));
            reads.push((&range.selector, Past { offset_ms, range_ms }));
        }
        Expr::Subquery(subquery) => {
            let inner = Past {
                offset_ms: past.offset_ms + fixed(subquery.offset.as_ref()),
                range_ms: past.range_ms + fixed(Some(&subquery.range)),
            };
            collect(&subquery.inner, inner, reads, constant);
        }
        other => {
            for child in other.children() {
                collect(child, past, reads, constant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Labels;
    use swarmpulse_model::series::{Sample, SampleBatch};
    use swarmpulse_store::memory::MemoryMetrics;

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000_000_000);

    fn expressions(series: &[(&str, f64, f64)]) -> StoreExpressions {
        let store = MemoryMetrics::default();
        let mut batch = SampleBatch::default();
        for (agent, ago_s, value) in series {
            let labels = Labels::from_pairs([("__name__", "load"), ("agent", *agent)]);
            let at_ms = NOW.plus_s(-ago_s).unix_ms();
            batch.push(&labels, &[Sample { at_ms, value: *value }]);
        }
        store.append_durably("default", NOW, &batch).unwrap();
        StoreExpressions::new(Arc::new(store), QueryLimits::default())
    }

    fn prepared(expressions: &StoreExpressions, text: &str) -> Box<dyn Query> {
        expressions.prepare(text).ok().unwrap()
    }

    #[test]
    fn vectors_and_scalars_are_answers() {
        let expressions = expressions(&[("a1", 10.0, 5.0), ("a2", 10.0, 1.0)]);
        let found = prepared(&expressions, "load > 2").at(NOW).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].labels.get("agent"), found[0].value), (Some("a1"), 5.0));
        let scalar = prepared(&expressions, "1 + 1").at(NOW).unwrap();
        assert_eq!((scalar[0].labels.len(), scalar[0].value), (0, 2.0));
    }

    #[test]
    fn what_a_rule_cannot_use_is_refused_with_its_place() {
        let expressions = expressions(&[]);
        let refused = |text: &str| expressions.prepare(text).err().unwrap();
        assert!(refused("load[5m]").message.contains("gives a range vector"));
        assert!(refused("\"text\"").message.contains("gives a string"));
        let place = refused("sum(load").offset;
        assert!(place.is_some());
    }

    #[test]
    fn quiet_is_told_from_blind() {
        let expressions = expressions(&[("a1", 10.0, 5.0), ("a2", 1200.0, 1.0)]);
        let seen = |text: &str| prepared(&expressions, text).has_data(NOW);
        assert!(seen("load > 100"), "quiet");
        assert!(!seen("nothing > 100"), "blind");
        assert!(
            seen("nothing > 1 or load > 100"),
            "one that finds something is enough"
        );
        assert!(!seen("load{agent=\"a2\"} > 0"), "too long ago");
        assert!(seen("rate(load{agent=\"a2\"}[1h]) > 0"));
        assert!(seen("load{agent=\"a2\"} offset 19m > 100"));
        assert!(seen("max_over_time(load{agent=\"a2\"}[30m:1m]) > 100"));
        assert!(seen("vector(1) > 2"), "it reads nothing");
        assert!(!seen("load{agent=\"a9\"} > 0"));
    }
}
