//! Expressions that are evaluated for many moments at once, and answer for one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use hashbrown::HashSet;
use parking_lot::Mutex;
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_promql::syntax::Expr;
use swarmpulse_promql::{Cancel, MatrixSeries, Options, PointValue, Value, When, evaluate, parse};
use swarmpulse_rules::{ExpressionError, Expressions, Query, QueryError, QuerySample};
use swarmpulse_store::MetricStore;

use crate::overlay::Overlay;
use crate::schedule::Schedule;

/// What all expressions of a run share.
pub(crate) struct Past {
    pub store: Arc<Overlay>,
    pub cancel: Cancel,
    /// The last millisecond that may be evaluated ahead.
    pub known_to_ms: AtomicI64,
    pub samples_read: AtomicU64,
}

impl Past {
    /// An expression over a range.
    pub fn range(
        &self,
        text: &str,
        expr: &Expr,
        start_ms: i64,
        end_ms: i64,
        step_ms: i64,
    ) -> Result<Vec<MatrixSeries>, QueryError> {
        let when = When::Range {
            start_ms,
            end_ms,
            step_ms,
        };
        match self.evaluate(text, expr, when)? {
            Value::Matrix(series) => Ok(series),
            _ => Err(QueryError("gives no series".to_owned())),
        }
    }

    fn evaluate(&self, text: &str, expr: &Expr, when: When) -> Result<Value, QueryError> {
        let options = Options {
            cancel: self.cancel.clone(),
            ..Options::default()
        };
        let store: &dyn MetricStore = &*self.store;
        let answer =
            evaluate(store, text, expr, when, &options).map_err(|error| QueryError(error.to_string()))?;
        self.samples_read
            .fetch_add(answer.samples_read, Ordering::Relaxed);
        Ok(answer.value)
    }

    fn instant(&self, text: &str, expr: &Expr, at_ms: i64) -> Result<Vec<QuerySample>, QueryError> {
        let sample = |labels: Labels, value: f64| QuerySample { labels, value };
        Ok(match self.evaluate(text, expr, When::Instant { at_ms })? {
            Value::Scalar { value, .. } => vec![sample(Labels::empty(), value)],
            Value::Vector(series) => series
                .into_iter()
                .filter_map(|series| match series.value {
                    PointValue::Float(value) => Some(sample(series.labels, value)),
                    PointValue::Histogram(_) => None,
                })
                .collect(),
            Value::String { .. } | Value::Matrix(_) => {
                return Err(QueryError("gives neither a vector nor a scalar".to_owned()));
            }
        })
    }
}

/// The expressions of one group: those of its rules are evaluated ahead, others (of templates) when they are asked.
pub(crate) struct GroupExpressions {
    past: Arc<Past>,
    schedule: Schedule,
    of_rules: HashSet<String>,
    ahead: Mutex<Vec<Arc<Ahead>>>,
}

impl GroupExpressions {
    pub fn new(past: Arc<Past>, schedule: Schedule, of_rules: impl IntoIterator<Item = String>) -> Self {
        Self {
            past,
            schedule,
            of_rules: of_rules.into_iter().collect(),
            ahead: Mutex::default(),
        }
    }

    /// Evaluates every rule's expression from that step to the end of what is known.
    pub fn look_ahead(&self, start_ms: i64) {
        for ahead in self.ahead.lock().iter() {
            ahead.load(&self.past, start_ms, &self.schedule);
        }
    }

    /// Whether any rule's expression has an answer, or an error, at that step.
    pub fn says_anything(&self, at_ms: i64) -> bool {
        let at_ms = at_ms - self.schedule.offset_ms;
        self.ahead.lock().iter().any(|ahead| ahead.says_anything(at_ms))
    }
}

impl Expressions for GroupExpressions {
    fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError> {
        let expr = parse(text).map_err(|error| ExpressionError {
            message: error.to_string(),
            offset: Some(error.span.start),
        })?;
        let is_rule = self.of_rules.contains(text);
        let ahead = Arc::new(Ahead {
            text: text.to_owned(),
            expr,
            loaded: Mutex::default(),
        });
        if is_rule {
            self.ahead.lock().push(Arc::clone(&ahead));
        }
        Ok(Box::new(Stepped {
            past: Arc::clone(&self.past),
            ahead,
            is_rule,
        }))
    }
}

/// The answers of one expression over a stretch of steps.
struct Ahead {
    text: String,
    expr: Expr,
    loaded: Mutex<Loaded>,
}

#[derive(Default)]
struct Loaded {
    start_ms: i64,
    end_ms: i64,
    step_ms: i64,
    /// For each step the series that have a value there, in the evaluator's order.
    steps: Vec<Vec<(u32, f64)>>,
    labels: Vec<Labels>,
    error: Option<QueryError>,
}

impl Ahead {
    fn load(&self, past: &Past, start_ms: i64, schedule: &Schedule) {
        let step_ms = schedule.step_ms;
        let start_ms = start_ms - schedule.offset_ms;
        let end_ms = past.known_to_ms.load(Ordering::Relaxed) - schedule.offset_ms;
        let mut loaded = Loaded {
            start_ms,
            end_ms,
            step_ms,
            ..Loaded::default()
        };
        match past.range(&self.text, &self.expr, start_ms, end_ms, step_ms) {
            Ok(series) => {
                let count = usize::try_from((end_ms - start_ms) / step_ms + 1).unwrap_or(0);
                loaded.steps.resize(count, Vec::new());
                for (number, series) in (0_u32..).zip(series) {
                    for (at_ms, value) in series.points.times_ms.iter().zip(&series.points.values) {
                        let step = usize::try_from((at_ms - start_ms) / step_ms).unwrap_or(usize::MAX);
                        if let Some(there) = loaded.steps.get_mut(step) {
                            there.push((number, *value));
                        }
                    }
                    loaded.labels.push(series.labels);
                }
            }
            Err(error) => loaded.error = Some(error),
        }
        *self.loaded.lock() = loaded;
    }

    fn says_anything(&self, at_ms: i64) -> bool {
        let loaded = self.loaded.lock();
        loaded.error.is_some() || loaded.at(at_ms).is_none_or(|there| !there.is_empty())
    }
}

impl Loaded {
    /// The answers at a step, if it is one of these.
    fn at(&self, at_ms: i64) -> Option<&[(u32, f64)]> {
        if at_ms < self.start_ms || at_ms > self.end_ms || (at_ms - self.start_ms) % self.step_ms != 0 {
            return None;
        }
        let step = usize::try_from((at_ms - self.start_ms) / self.step_ms).ok()?;
        self.steps.get(step).map(Vec::as_slice)
    }
}

/// An expression as a group asks it.
struct Stepped {
    past: Arc<Past>,
    ahead: Arc<Ahead>,
    is_rule: bool,
}

impl Query for Stepped {
    fn at(&self, at: Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        if self.is_rule {
            let loaded = self.ahead.loaded.lock();
            if let Some(error) = &loaded.error {
                return Err(error.clone());
            }
            if let Some(there) = loaded.at(at.unix_ms()) {
                return Ok(there
                    .iter()
                    .map(|(series, value)| QuerySample {
                        labels: loaded.labels[*series as usize].clone(),
                        value: *value,
                    })
                    .collect());
            }
        }
        self.past
            .instant(&self.ahead.text, &self.ahead.expr, at.unix_ms())
    }
}
