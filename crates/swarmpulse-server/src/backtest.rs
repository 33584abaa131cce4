//! `POST /api/v1/backtest`: rules and routes over the past of this server, one run at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::{Json, Router};
use swarmpulse_api::{Backtest, NewBacktest};
use swarmpulse_backtest::{
    BacktestError, BacktestOptions, TellingOptions, backtest, did, routing, rule_files,
};
use swarmpulse_model::Timestamp;
use swarmpulse_rules::{RuleFile, RuleGroup};
use tokio::sync::Semaphore;

use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;
use crate::read::time::parse_time;

/// The most that files may have, together.
const BODY_MAX_BYTES: usize = 4 << 20;
/// The longest span, in seconds: 400 days.
const SPAN_MAX_S: f64 = 400.0 * 86_400.0;
/// The longest that a condition may have to hold, in seconds.
const FOR_MAX_S: f64 = 86_400.0;
/// Seconds between evaluations of groups that name none.
const INTERVAL_S: f64 = 15.0;
/// A run takes all of a processor for as much as minutes.
static TURN: Semaphore = Semaphore::const_new(1);

/// Tells the run to stop when nobody waits for it any more.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Its route; it needs the scope `admin`: it may take all of a processor for minutes.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/backtest", axum::routing::post(post))
}

/// Runs rules over the past and compares.
async fn post(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Json<Backtest>, ApiError> {
    if access.namespace.is_some() {
        return Err(ApiError::forbidden(
            "a backtest reads the samples of all namespaces; use a token without one",
        ));
    }
    let body = axum::body::to_bytes(request.into_body(), BODY_MAX_BYTES).await;
    let body =
        body.map_err(|_| ApiError::too_large(format!("the files have more than {BODY_MAX_BYTES} bytes")))?;
    let wanted: NewBacktest = serde_json::from_slice(&body)
        .map_err(|error| ApiError::bad_request(format!("expected `{{\"from\": TIME}}`: {error}")))?;
    let (from, to) = span(&app, &wanted)?;
    let files = files(&app, &wanted)?;
    let telling = telling(&app, &wanted)?;
    let Ok(turn) = TURN.try_acquire() else {
        return Err(ApiError::too_many(
            30,
            "another backtest runs; one is run at a time",
        ));
    };
    let gone = Arc::new(AtomicBool::new(false));
    let _waiting = Waiting(Arc::clone(&gone));
    let runtime = app.runtime().clone();
    let work = move || {
        let _turn = turn;
        let did = did(&**runtime.history(), from, to)?.of_files(&files);
        let options = BacktestOptions {
            from,
            to,
            default_interval_s: wanted.interval_s.unwrap_or(INTERVAL_S),
            external_url: String::new(),
            telling,
        };
        backtest(Arc::clone(runtime.metrics()), &files, did, &options, &mut |_| {
            !gone.load(Ordering::Relaxed)
        })
    };
    let report = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| ApiError::internal("the run ended early: a fault of this server"))?;
    match report {
        Ok(report) => Ok(Json(report.shape())),
        Err(
            error @ (BacktestError::EmptySpan | BacktestError::Rule { .. } | BacktestError::TooMuch { .. }),
        ) => Err(ApiError::unprocessable(error.to_string())),
        Err(error) => Err(ApiError::unavailable(5, error.to_string())),
    }
}

fn span(app: &App, wanted: &NewBacktest) -> Result<(Timestamp, Timestamp), ApiError> {
    let now = app.runtime().now();
    let time = |field: &str, text: &str| {
        parse_time(text, now).ok_or_else(|| {
            ApiError::unprocessable(format!(
                "`{field}`: `{text}` is no time: write RFC 3339 or Unix seconds"
            ))
        })
    };
    let from = time("from", &wanted.from)?;
    let to = wanted
        .to
        .as_deref()
        .map_or(Ok(now), |to| time("to", to))?
        .min(now);
    if wanted
        .interval_s
        .is_some_and(|interval_s| !(1.0..=86_400.0).contains(&interval_s))
    {
        return Err(ApiError::unprocessable(
            "`interval_s`: expected 1 to 86400 seconds",
        ));
    }
    if from >= to {
        return Err(ApiError::unprocessable(
            "`from` must lie before `to`, and in the past",
        ));
    }
    if to.seconds_since(from) > SPAN_MAX_S {
        return Err(ApiError::unprocessable(
            "the span is longer than 400 days; ask for less",
        ));
    }
    Ok((from, to))
}

/// The routes that were sent, or those in force.
fn telling(app: &App, wanted: &NewBacktest) -> Result<TellingOptions, ApiError> {
    let mut desk = app.options().desk.clone();
    for (name, for_s) in &wanted.for_s {
        if !(0.0..=FOR_MAX_S).contains(for_s) {
            return Err(ApiError::unprocessable(format!(
                "`for_s.{name}`: expected 0 to {FOR_MAX_S} seconds"
            )));
        }
        desk.for_s.insert(name.as_str().into(), *for_s);
    }
    let board = app.runtime().alerting();
    let (name, text) = match &wanted.routes {
        Some(file) => (file.name.as_str(), file.text.as_str()),
        None => ("the routes in force", &*board.routing_text),
    };
    if text.is_empty() {
        return Ok(TellingOptions {
            desk,
            receivers: board.receivers.clone(),
            ..TellingOptions::default()
        });
    }
    let (routing, receivers) =
        routing(name, text).map_err(|faults| ApiError::unprocessable(faults.join("\n")))?;
    Ok(TellingOptions {
        desk,
        routing,
        receivers: match &wanted.routes {
            Some(_) => receivers,
            None => board.receivers.clone(),
        },
    })
}

/// The files that were sent, or the rules in force.
fn files(app: &App, wanted: &NewBacktest) -> Result<Vec<RuleFile>, ApiError> {
    if !wanted.rules.is_empty() || !wanted.objectives.is_empty() {
        return rule_files(&wanted.rules, &wanted.objectives)
            .map_err(|faults| ApiError::unprocessable(faults.join("\n")));
    }
    let board = app.runtime().rules();
    let groups = board.groups.iter().map(|status| RuleGroup {
        rules: status.rules.iter().map(|rule| rule.rule.clone()).collect(),
        interval_s: Some(status.interval_s),
        ..status.group.clone()
    });
    Ok(vec![RuleFile {
        name: "in force".to_owned(),
        groups: groups.collect(),
    }])
}
