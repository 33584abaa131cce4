//! Figures over time, from the ring of recent samples.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{MetricsHistory, Point, SeriesHistory};
use swarmpulse_model::Timestamp;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::time::{SECOND_NS, seconds};
use swarmpulse_runtime::SeriesPoints;

use super::desk::{Desk, answer};
use super::parameter::{FROM, Form, Parameter, TO, text};
use super::query::Query;
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;

/// The types of metrics.
const TYPES: [&str; 6] = ["process", "health", "fleet", "tasks", "services", "host"];
/// Without a range: the last hour, which is what the ring holds.
const RANGE_S: f64 = 3600.0;
/// Without a step: the distance at which samples are taken.
const STEP_S: f64 = 5.0;
/// Points of one series at most.
const POINTS_MAX: i64 = 11_000;

/// Its parameters.
pub(crate) const PARAMETERS: &[Parameter] = &[
    FROM,
    TO,
    Parameter {
        name: "hours",
        what: "The last so many hours, in place of `from`.",
        form: Form::Count {
            default: 1,
            max: 87_600,
        },
        example: "1",
    },
    Parameter {
        name: "step",
        what: "The distance of points; samples between two are averaged.",
        form: Form::Span,
        example: "1m",
    },
    Parameter {
        name: "limit",
        what: "Series shown; the others are counted in `left_out`.",
        form: Form::Count {
            default: 100,
            max: 1000,
        },
        example: "100",
    },
    text("agent", "Series of this agent alone.", "bot-1"),
    text("name", "Series of this name alone.", "rss_bytes"),
];

/// `GET /api/observability/history/{metric_type}`.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    access: Access,
    Path(metric_type): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let metric_type = TYPES
        .into_iter()
        .find(|known| *known == metric_type)
        .ok_or_else(|| {
            let shown: String = metric_type.chars().take(60).collect();
            ApiError::not_found(format!(
                "no metrics of the type `{shown}`; there are {}",
                TYPES.join(", ")
            ))
        })?;
    let query = Query::of(&uri, PARAMETERS)?;
    if access.namespace.is_some() && metric_type != "process" {
        return Err(ApiError::forbidden(format!(
            "figures of the type `{metric_type}` are of all namespaces together, and this token sees one; `process` has \
             the figures of its agents"
        )));
    }
    let range = Range::of(&query, app.runtime().now())?;
    answer(app, Desk::Fleet, move |app| {
        Ok(history(app, &access, metric_type, &query, range))
    })
    .await
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Range {
    from: Timestamp,
    to: Timestamp,
    step_s: f64,
}

impl Range {
    fn of(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        if query.text("from").is_some() && query.text("hours").is_some() {
            return Err(ApiError::unprocessable(
                "`hours`: stands beside `from`; give one of them",
            ));
        }
        let to = query.time("to", now).unwrap_or(now);
        let hours = query.text("hours").map(|_| query.count("hours") as f64 * 3600.0);
        let from = query
            .time("from", now)
            .unwrap_or_else(|| to.plus_s(-hours.unwrap_or(RANGE_S)));
        if from > to {
            return Err(ApiError::unprocessable(format!(
                "`from`: {from} lies after `to`, {to}"
            )));
        }
        let step_s = query.span_s("step");
        if let Some(step_s) = step_s
            && to.since(from) / seconds(step_s).max(1) > POINTS_MAX
        {
            return Err(ApiError::unprocessable(format!(
                "`step`: would give more than {POINTS_MAX} points for each series; choose a longer one, or a shorter range"
            )));
        }
        Ok(Self {
            from,
            to,
            step_s: step_s.unwrap_or(STEP_S),
        })
    }
}

fn history(app: &App, access: &Access, metric_type: &str, query: &Query, range: Range) -> MetricsHistory {
    let agent = query.text("agent");
    let wanted = |label: &str| agent.is_none_or(|agent| agent == label);
    let mut found = app
        .runtime()
        .samples()
        .of_type(metric_type, wanted, range.from, range.to);
    found.retain(|series| {
        query.is("name", Some(series.name))
            && (agent.is_none() || series.label.0 == "agent")
            && sees(app, access, series)
    });
    let limit = query.limit();
    let left_out = found.len().saturating_sub(limit) as u64;
    let series: Vec<SeriesHistory> = found
        .into_iter()
        .take(limit)
        .map(|series| shown(series, range.step_s))
        .collect();
    MetricsHistory {
        metric_type: metric_type.to_owned(),
        from: range.from.to_string(),
        to: range.to.to_string(),
        step_s: range.step_s,
        count: series.iter().map(|series| series.points.len() as u64).sum(),
        series,
        left_out,
    }
}

/// A token of a namespace sees the series of its agents.
fn sees(app: &App, access: &Access, series: &SeriesPoints) -> bool {
    let Some(namespace) = access.namespace.as_deref() else {
        return true;
    };
    series.label.0 == "agent"
        && app.runtime().fleet(|fleet| {
            // Series carry no namespace: an agent of that name in the default one is whose they are.
            let known = |namespace: &str| fleet.agent_named(namespace, &series.label.1).is_some();
            known(namespace) && (namespace == DEFAULT_NAMESPACE || !known(DEFAULT_NAMESPACE))
        })
}

fn shown(series: SeriesPoints, step_s: f64) -> SeriesHistory {
    let (label, value) = series.label;
    let labels = if label.is_empty() {
        BTreeMap::new()
    } else {
        BTreeMap::from([(label.to_owned(), value.to_string())])
    };
    let points = averaged(&series.points, step_s);
    let points = points
        .into_iter()
        .map(|(at, value)| Point {
            at: at.to_string(),
            value,
        })
        .collect();
    SeriesHistory {
        name: series.name.to_owned(),
        labels,
        points,
    }
}

/// The mean of each step, told at its beginning; steps begin at whole multiples since 1970. Gaps stay gaps.
fn averaged(points: &[(Timestamp, f64)], step_s: f64) -> Vec<(Timestamp, f64)> {
    let step_ns = seconds(step_s).max(SECOND_NS / 1000);
    let mut steps: Vec<(Timestamp, f64, u32)> = Vec::new();
    for (at, value) in points {
        let begin = Timestamp(at.0 - at.0.rem_euclid(step_ns));
        match steps.last_mut().filter(|(step, ..)| *step == begin) {
            Some((_, sum, count)) => {
                *sum += value;
                *count += 1;
            }
            None => steps.push((begin, *value, 1)),
        }
    }
    steps
        .into_iter()
        .map(|(at, sum, count)| (at, sum / f64::from(count)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: f64) -> Timestamp {
        Timestamp::from_unix_s(second)
    }

    #[test]
    fn steps_are_means_and_gaps_stay_gaps() {
        let points = [
            (at(60.0), 1.0),
            (at(65.0), 3.0),
            (at(119.0), 5.0),
            (at(240.0), 7.0),
        ];
        assert_eq!(averaged(&points, 60.0), [(at(60.0), 3.0), (at(240.0), 7.0)]);
        assert_eq!(
            averaged(&points, 5.0),
            [
                (at(60.0), 1.0),
                (at(65.0), 3.0),
                (at(115.0), 5.0),
                (at(240.0), 7.0)
            ]
        );
        assert_eq!(averaged(&[], 5.0), []);
    }

    fn range(query: &str) -> Result<Range, String> {
        let uri: Uri = format!("/x?{query}").parse().unwrap();
        let query = Query::of(&uri, PARAMETERS).map_err(|error| error.detail)?;
        Range::of(&query, at(1_000_000.0)).map_err(|error| error.detail)
    }

    #[test]
    fn ranges_have_defaults_and_bounds() {
        let expected = |from, to, step_s| {
            Ok(Range {
                from: at(from),
                to: at(to),
                step_s,
            })
        };
        assert_eq!(range(""), expected(996_400.0, 1_000_000.0, 5.0));
        assert_eq!(range("hours=2&step=1m"), expected(992_800.0, 1_000_000.0, 60.0));
        assert_eq!(range("from=-10m&to=-5m"), expected(999_400.0, 999_700.0, 5.0));
        for (query, needle) in [
            ("from=-5m&to=-10m", "`from`"),
            ("from=-5m&hours=1", "`hours`"),
            ("hours=1000&step=1s", "`step`"),
            ("limit=-1", "`limit`"),
            ("step=0", "`step`"),
        ] {
            assert!(range(query).unwrap_err().contains(needle), "{query}");
        }
    }
}
