//! `query` and `query_range`: an expression at one time, or at steps of a range.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use swarmpulse_promql::syntax::{Expr, ValueType};
use swarmpulse_promql::{Options, When};
use swarmpulse_runtime::clock::Stopwatch;

use super::answer::{self, Answer, TRUNCATED};
use super::failure::Failure;
use super::form::Form;
use super::json::push_value;
use super::turn::{self, Turn};
use super::{namespace, parameter};
use crate::access::Access;
use crate::app::App;

/// The most points of one series, as in Prometheus.
const POINTS_MAX: i64 = 11_000;

/// What a request asks.
struct Question {
    query: String,
    when: When,
    limit: Option<usize>,
    lookback_ms: i64,
    timeout_s: f64,
    with_statistics: bool,
    access: Access,
}

/// `GET` and `POST /prometheus/api/v1/query`.
pub(super) async fn instant(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Response, Failure> {
    let form = Form::read(&app, request).await?;
    let limit = parameter::limit(&form)?;
    let now_ms = app.runtime().now().unix_ms();
    let at_ms = parameter::time_ms_or(&form, "time", now_ms)?;
    let question = Question::of(&app, &form, access, When::Instant { at_ms }, limit)?;
    question.answer(&app).await
}

/// `GET` and `POST /prometheus/api/v1/query_range`.
pub(super) async fn range(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Response, Failure> {
    let form = Form::read(&app, request).await?;
    let limit = parameter::limit(&form)?;
    let when = steps(&form)?;
    let question = Question::of(&app, &form, access, when, limit)?;
    question.answer(&app).await
}

fn steps(form: &Form) -> Result<When, Failure> {
    let start_ms = parameter::time_ms(form, "start")?;
    let end_ms = parameter::time_ms(form, "end")?;
    if end_ms < start_ms {
        return Err(Failure::parameter(
            "end",
            "end timestamp must not be before start time",
        ));
    }
    let step_ms = parameter::span_ms(form, "step")?;
    if step_ms <= 0 {
        return Err(Failure::parameter(
            "step",
            "zero or negative query resolution step widths are not accepted. Try a positive integer",
        ));
    }
    if (end_ms - start_ms) / step_ms > POINTS_MAX {
        return Err(Failure::bad_data(
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution \
             (?step=XX)",
        ));
    }
    Ok(When::Range {
        start_ms,
        end_ms,
        step_ms,
    })
}

impl Question {
    fn of(app: &App, form: &Form, access: Access, when: When, limit: Option<usize>) -> Result<Self, Failure> {
        let options = &app.options().query;
        let timeout_s = match form.get("timeout") {
            "" => options.timeout_s,
            _ => parameter::span_ms(form, "timeout")? as f64 / 1000.0,
        };
        let lookback_ms = match form.get("lookback_delta") {
            "" => 0,
            text => parameter::parse_span_ms(text).map_err(|reason| {
                Failure::bad_data(format!("error parsing lookback delta duration: {reason}"))
            })?,
        };
        Ok(Self {
            query: form.get("query").to_owned(),
            when,
            limit,
            lookback_ms: if lookback_ms > 0 {
                lookback_ms
            } else {
                (options.lookback_s * 1000.0) as i64
            },
            timeout_s,
            with_statistics: !form.get("stats").is_empty(),
            access,
        })
    }

    async fn answer(self, app: &Arc<App>) -> Result<Response, Failure> {
        let timeout_s = self.timeout_s;
        let body = turn::take(app, timeout_s, move |app, turn| self.work(app, turn)).await?;
        Ok(answer::respond(body))
    }

    fn work(&self, app: &App, turn: &Turn) -> Result<Vec<u8>, Failure> {
        let watch = Stopwatch::start();
        let expression = self.parse()?;
        let limits = &app.options().query;
        let options = Options {
            lookback_ms: self.lookback_ms,
            samples_max: limits.samples_max,
            series_max: limits.series_max,
            matchers: namespace::matchers(&self.access),
            cancel: turn.cancel.clone(),
            ..Options::default()
        };
        let prepared_s = watch.seconds();
        let metrics = app.runtime().metrics();
        let found = swarmpulse_promql::evaluate(&**metrics, &self.query, &expression, self.when, &options)?;
        let evaluated_s = watch.seconds();
        app.queries().count_samples(found.samples_read);
        let mut answer = Answer::begin();
        let data = answer.data();
        data.push(b'{');
        let truncated = push_value(data, &found.value, self.limit.unwrap_or(usize::MAX));
        if self.with_statistics {
            let timings = Timings {
                prepared_s,
                evaluated_s,
                waited_s: turn.waited_s,
                samples: found.samples_read,
            };
            timings.push(data);
        }
        data.push(b'}');
        let mut annotations = found.annotations;
        if truncated {
            annotations.warnings.insert(TRUNCATED.to_owned());
        }
        Ok(answer.end(&annotations))
    }

    fn parse(&self) -> Result<Expr, Failure> {
        let expression =
            swarmpulse_promql::parse(&self.query).map_err(|error| Failure::parameter("query", error))?;
        let kind = expression.value_type();
        let is_range = matches!(self.when, When::Range { .. });
        if is_range && matches!(kind, ValueType::Matrix | ValueType::String) {
            let reason = format!(
                "invalid expression type \"{kind}\" for range query, must be Scalar or instant Vector"
            );
            return Err(Failure::parameter("query", reason));
        }
        Ok(expression)
    }
}

struct Timings {
    prepared_s: f64,
    evaluated_s: f64,
    waited_s: f64,
    samples: u64,
}

impl Timings {
    fn push(&self, into: &mut Vec<u8>) {
        let evaluation_s = self.evaluated_s - self.prepared_s;
        let statistics = serde_json::json!({
            "timings": {
                "evalTotalTime": self.evaluated_s,
                "resultSortTime": 0.0,
                "queryPreparationTime": self.prepared_s,
                "innerEvalTime": evaluation_s,
                "execQueueTime": self.waited_s,
                "execTotalTime": self.evaluated_s + self.waited_s,
            },
            "samples": {"totalQueryableSamples": self.samples, "peakSamples": self.samples},
        });
        into.extend_from_slice(b",\"stats\":");
        into.extend_from_slice(statistics.to_string().as_bytes());
    }
}
