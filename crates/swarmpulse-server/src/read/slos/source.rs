//! Queries of objectives: over what the asker may see, within the bounds of all queries.

use std::cell::RefCell;
use std::collections::HashMap;

use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_promql::{Cancel, Options, PointValue, Value, When};
use swarmpulse_rules::{QueryError, QuerySample};
use swarmpulse_slo::SloQueries;

use crate::access::Access;
use crate::app::App;
use crate::prometheus::namespace;

/// The metric store as one asker sees it.
pub(super) struct Source<'a> {
    app: &'a App,
    options: Options,
    /// What the monitor wrote of itself: asked once for all objectives of the same window.
    own: RefCell<HashMap<(String, Timestamp), Answer>>,
}

/// What a query came to.
type Answer = Result<Vec<QuerySample>, QueryError>;

impl<'a> Source<'a> {
    pub(super) fn new(app: &'a App, access: &Access, cancel: &Cancel) -> Self {
        let limits = &app.options().query;
        Self {
            app,
            options: Options {
                lookback_ms: (limits.lookback_s * 1000.0) as i64,
                samples_max: limits.samples_max,
                series_max: limits.series_max,
                matchers: namespace::matchers(access),
                cancel: cancel.clone(),
                ..Options::default()
            },
            own: RefCell::default(),
        }
    }

    fn ask(&self, expr: &str, at: Timestamp, options: &Options) -> Answer {
        let parsed = swarmpulse_promql::parse(expr).map_err(|error| QueryError(error.to_string()))?;
        let when = When::Instant { at_ms: at.unix_ms() };
        let metrics = self.app.runtime().metrics();
        let answer = swarmpulse_promql::evaluate(&**metrics, expr, &parsed, when, options)
            .map_err(|error| QueryError(error.to_string()))?;
        self.app.queries().count_samples(answer.samples_read);
        samples(answer.value)
    }
}

impl SloQueries for Source<'_> {
    fn instant(&self, expr: &str, at: Timestamp) -> Answer {
        self.ask(expr, at, &self.options)
    }

    /// That the monitor ran is no secret of any namespace.
    fn monitor(&self, expr: &str, at: Timestamp) -> Answer {
        let key = (expr.to_owned(), at);
        if let Some(answer) = self.own.borrow().get(&key) {
            return answer.clone();
        }
        let options = Options {
            matchers: Vec::new(),
            ..self.options.clone()
        };
        let answer = self.ask(expr, at, &options);
        self.own.borrow_mut().insert(key, answer.clone());
        answer
    }
}

fn samples(value: Value) -> Answer {
    match value {
        Value::Scalar { value, .. } => Ok(vec![QuerySample {
            labels: Labels::empty(),
            value,
        }]),
        Value::Vector(samples) => samples
            .into_iter()
            .map(|sample| match sample.value {
                PointValue::Float(value) => Ok(QuerySample {
                    labels: sample.labels,
                    value,
                }),
                PointValue::Histogram(_) => Err(QueryError("gives a histogram, not a number".to_owned())),
            })
            .collect(),
        Value::String { .. } | Value::Matrix(_) => Err(QueryError("gives no vector".to_owned())),
    }
}
