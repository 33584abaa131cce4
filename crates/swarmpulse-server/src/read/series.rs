//! Figures over time, from the metric store.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{MetricsHistory, Point, SeriesHistory};
use swarmpulse_model::series::{METRIC_NAME, is_stale};
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_store::metrics::{Bucket, MatchOp, Matcher, MetricError, Points, Selected, Selection};

use super::desk::{Desk, answer};
use super::figure_table::{Figures, TYPES};
use super::parameter::{FROM, Form, Parameter, TO, text};
use super::query::Query;
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;
use crate::prometheus::namespace;

/// Without a range: the last hour.
const RANGE_S: f64 = 3600.0;
/// Without a step: the distance at which samples are taken, or a multiple of it where that is too fine for the range.
const STEP_S: f64 = 5.0;
/// Points of one series at most.
const POINTS_MAX: i64 = 11_000;
/// Series looked through at most.
const SERIES_MAX: usize = 100_000;

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
    let figures = Figures::of(&metric_type).ok_or_else(|| {
        let shown: String = metric_type.chars().take(60).collect();
        ApiError::not_found(format!(
            "no metrics of the type `{shown}`; there are {}",
            TYPES.join(", ")
        ))
    })?;
    let query = Query::of(&uri, PARAMETERS)?;
    if access.namespace.is_some() && figures.metric_type != "process" {
        return Err(ApiError::forbidden(format!(
            "figures of the type `{}` are of all namespaces together, and this token sees one; `process` has the \
             figures of its agents",
            figures.metric_type
        )));
    }
    let range = Range::of(&query, app.runtime().now())?;
    answer(app, Desk::History, move |app| {
        history(app, &access, &figures, &query, range)
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
            step_s: step_s.unwrap_or_else(|| {
                let steps = to.seconds_since(from) / STEP_S;
                STEP_S * (steps / POINTS_MAX as f64).ceil().max(1.0)
            }),
        })
    }
}

fn history(
    app: &App,
    access: &Access,
    figures: &Figures,
    query: &Query,
    range: Range,
) -> Result<MetricsHistory, ApiError> {
    let found = find(app, access, figures, query, range)?;
    let limit = query.limit();
    let mut series = Vec::new();
    let mut left_out = 0;
    for ((name, subject), sources) in &found.by_name {
        if series.len() >= limit {
            left_out += 1;
            continue;
        }
        let points = found.points(sources, range)?;
        if points.is_empty() {
            continue;
        }
        let labels = figures.subject.map(|label| (label.to_owned(), subject.clone()));
        series.push(SeriesHistory {
            name: (*name).to_owned(),
            labels: labels.into_iter().collect(),
            points: points
                .into_iter()
                .map(|(at, value)| Point {
                    at: at.to_string(),
                    value,
                })
                .collect(),
        });
    }
    Ok(MetricsHistory {
        metric_type: figures.metric_type.to_owned(),
        from: range.from.to_string(),
        to: range.to.to_string(),
        step_s: range.step_s,
        count: series.iter().map(|series| series.points.len() as u64).sum(),
        series,
        left_out,
    })
}

/// The series found, by the name of the figure and whose it is.
struct Found {
    selected: Box<dyn Selected>,
    by_name: BTreeMap<(&'static str, String), Vec<usize>>,
    /// Series of one figure are added up, moment by moment, rather than put one behind the other.
    adds_up: bool,
}

fn find(
    app: &App,
    access: &Access,
    figures: &Figures,
    query: &Query,
    range: Range,
) -> Result<Found, ApiError> {
    let names: Vec<&str> = figures.rows.iter().map(|row| row.series).collect();
    let mut matchers = namespace::matchers(access);
    let by_name = Matcher::new(METRIC_NAME, MatchOp::Regex, &names.join("|"));
    matchers.push(by_name.map_err(|error| refused(&error))?);
    let selection = Selection {
        matchers,
        from_ms: range.from.unix_ms(),
        to_ms: range.to.unix_ms(),
        series_max: SERIES_MAX,
    };
    let selected = app
        .runtime()
        .metrics()
        .select(&selection)
        .map_err(|error| refused(&error))?;
    let agent = query.text("agent");
    let mut by_name: BTreeMap<(&'static str, String), Vec<usize>> = BTreeMap::new();
    for number in 0..selected.len() {
        let labels = selected.labels(number);
        let subject = subject(figures, access, labels);
        if agent.is_some_and(|agent| figures.subject != Some("agent") || agent != subject) {
            continue;
        }
        let rows = figures.rows.iter().filter(|row| {
            row.series == labels.metric_name()
                && row
                    .only
                    .is_none_or(|(label, value)| labels.get(label) == Some(value))
                && query.is("name", Some(row.name))
        });
        for row in rows {
            by_name
                .entry((row.name, subject.clone()))
                .or_default()
                .push(number);
        }
    }
    Ok(Found {
        selected,
        by_name,
        adds_up: figures.subject.is_none(),
    })
}

/// Whose a series is; of another namespace than one's own or the default one `NAMESPACE/NAME`.
fn subject(figures: &Figures, access: &Access, labels: &Labels) -> String {
    let Some(label) = figures.subject else {
        return String::new();
    };
    let name = labels.get(label).unwrap_or_default();
    match labels.get("namespace") {
        Some(namespace) if access.namespace.is_none() => format!("{namespace}/{name}"),
        _ => name.to_owned(),
    }
}

fn refused(error: &MetricError) -> ApiError {
    match error {
        MetricError::TooManySeries { .. } => ApiError::unprocessable(error.to_string()),
        _ => {
            tracing::warn!(%error, "figures cannot be read");
            ApiError::unavailable(5, "the figures cannot be read just now")
        }
    }
}

/// A time, a sum and how many values it is of.
type Sum = (i64, f64, u64);

impl Found {
    /// The means of each step.
    fn points(&self, sources: &[usize], range: Range) -> Result<Vec<(Timestamp, f64)>, ApiError> {
        let mut sums: Vec<Sum> = Vec::new();
        for source in sources {
            self.read(*source, range, &mut sums)?;
        }
        if sources.len() > 1 {
            sums.sort_by_key(|(at_ms, ..)| *at_ms);
            if self.adds_up {
                sums = added_up(&sums);
            }
        }
        Ok(averaged(&sums, range.step_s))
    }

    /// Adds the values of one series: of whole hours where that is fine enough, else samples.
    fn read(&self, source: usize, range: Range, into: &mut Vec<Sum>) -> Result<(), ApiError> {
        let hours = range.step_s >= 3600.0 && range.step_s % 3600.0 == 0.0;
        if hours || self.selected.raw_from_ms() > range.from.unix_ms() {
            let mut rows = Vec::new();
            let kept = self.selected.rollups(source, Bucket::Hour, &mut rows);
            if kept.map_err(|error| refused(&error))? {
                // A bucket is told by its end, which is already the next one's hour.
                into.extend(rows.iter().map(|row| (row.end_ms - 1, row.sum, row.count)));
                return Ok(());
            }
        }
        let mut points = Points::default();
        self.selected
            .read(source, &mut points)
            .map_err(|error| refused(&error))?;
        let values = points.times_ms.iter().zip(&points.values);
        into.extend(
            values
                .filter(|(_, value)| !is_stale(**value))
                .map(|(at_ms, value)| (*at_ms, *value, 1)),
        );
        Ok(())
    }
}

/// Values of one moment become one.
fn added_up(sums: &[Sum]) -> Vec<Sum> {
    let mut moments: Vec<Sum> = Vec::with_capacity(sums.len());
    for (at_ms, sum, count) in sums {
        match moments.last_mut().filter(|(moment, ..)| moment == at_ms) {
            Some((_, all, times)) => {
                *all += sum;
                *times = (*times).max(*count);
            }
            None => moments.push((*at_ms, *sum, *count)),
        }
    }
    moments
}

/// The mean of each step, told at its beginning; steps begin at whole multiples since 1970. Gaps stay gaps.
fn averaged(sums: &[Sum], step_s: f64) -> Vec<(Timestamp, f64)> {
    let step_ms = ((step_s * 1000.0) as i64).max(1);
    let mut steps: Vec<Sum> = Vec::new();
    for (at_ms, sum, count) in sums {
        let begin = at_ms - at_ms.rem_euclid(step_ms);
        match steps.last_mut().filter(|(step, ..)| *step == begin) {
            Some((_, all, times)) => {
                *all += sum;
                *times += count;
            }
            None => steps.push((begin, *sum, *count)),
        }
    }
    let shown = steps.into_iter().filter(|(.., count)| *count > 0);
    shown
        .map(|(at_ms, sum, count)| (Timestamp(at_ms * 1_000_000), sum / count as f64))
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
            (60_000, 1.0, 1),
            (65_000, 3.0, 1),
            (119_000, 5.0, 1),
            (240_000, 7.0, 1),
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
        assert_eq!(
            averaged(&[(3_599_999, 30.0, 10), (7_199_999, 5.0, 10)], 7200.0),
            [(at(0.0), 1.75)]
        );
        assert_eq!(averaged(&[], 5.0), []);
    }

    #[test]
    fn values_of_one_moment_are_added_up() {
        let sums = [(1, 1.0, 1), (1, 2.0, 1), (2, 4.0, 1)];
        assert_eq!(added_up(&sums), [(1, 3.0, 1), (2, 4.0, 1)]);
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
        assert_eq!(range("hours=24"), expected(913_600.0, 1_000_000.0, 10.0));
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
