//! `status/...`: what clients ask to learn whom they talk to.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};
use swarmpulse_store::metrics::Counted;

use super::answer::{self, Answer};
use super::failure::Failure;
use super::form::Form;
use super::{namespace, turn};
use crate::access::Access;
use crate::app::App;

/// The release of Prometheus whose query API and PromQL these are; clients choose what they may ask by it.
const COMPATIBLE_WITH: &str = "3.5.0";
/// Entries of each list of `status/tsdb`, unless told otherwise.
const ENTRIES: usize = 10;

/// `GET /prometheus/api/v1/status/buildinfo`.
pub(super) async fn build() -> Result<Response, Failure> {
    success(&json!({
        "version": COMPATIBLE_WITH,
        "revision": concat!("swarmpulse-", env!("CARGO_PKG_VERSION")),
        "branch": "",
        "buildUser": "swarmpulse",
        "buildDate": "",
        "goVersion": "",
    }))
}

/// `GET /prometheus/api/v1/status/runtimeinfo`.
pub(super) async fn runtime(State(app): State<Arc<App>>, access: Access) -> Result<Response, Failure> {
    namespace::sees_all(&access)?;
    let runtime = app.runtime();
    let host = runtime.host();
    let statistics = runtime.metrics().statistics();
    let rules = runtime.rules();
    success(&json!({
        "startTime": runtime.began().to_string(),
        "serverTime": runtime.now().to_string(),
        "CWD": "",
        "hostname": "",
        "reloadConfigSuccess": rules.error.is_none(),
        "lastConfigTime": rules.loaded_at.max(runtime.began()).to_string(),
        "corruptionCount": statistics.damaged_files,
        "goroutineCount": host.own.threads,
        "GOMAXPROCS": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        "GOMEMLIMIT": 0,
        "GOGC": "",
        "GODEBUG": "",
        "storageRetention": "",
    }))
}

/// `GET /prometheus/api/v1/status/config`: `swarmpulse config show` tells the configuration, which is no YAML.
pub(super) async fn config() -> Result<Response, Failure> {
    success(&json!({"yaml": ""}))
}

/// `GET /prometheus/api/v1/status/flags`.
pub(super) async fn flags(State(app): State<Arc<App>>) -> Result<Response, Failure> {
    let query = &app.options().query;
    success(&json!({
        "query.lookback-delta": format!("{}s", query.lookback_s),
        "query.max-concurrency": query.at_once_max.to_string(),
        "query.max-samples": query.samples_max.to_string(),
        "query.timeout": format!("{}s", query.timeout_s),
    }))
}

/// `GET /prometheus/api/v1/status/tsdb`.
pub(super) async fn tsdb(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Response, Failure> {
    namespace::sees_all(&access)?;
    let form = Form::read(&app, request).await?;
    let limit = match form.get("limit") {
        "" => ENTRIES,
        text => text
            .parse()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| Failure::bad_data("limit must be a positive number"))?,
    };
    let timeout_s = app.options().query.timeout_s;
    let body = turn::take(&app, timeout_s, move |app, _| {
        Ok(Answer::of(&database(app, limit))?.end_of_list(false))
    })
    .await?;
    Ok(answer::respond(body))
}

fn database(app: &App, limit: usize) -> Value {
    let metrics = app.runtime().metrics();
    let statistics = metrics.statistics();
    let largest = metrics.largest(limit);
    let list = |of: Counted| -> Value {
        let found = largest.iter().filter(|entry| entry.of == of);
        found
            .map(|entry| json!({"name": entry.name, "value": entry.count}))
            .collect()
    };
    let (oldest_ms, newest_ms) = metrics.span_ms().unwrap_or((0, 0));
    json!({
        "headStats": {
            "numSeries": statistics.series,
            "numLabelPairs": statistics.label_pairs,
            "chunkCount": statistics.head_chunks,
            "minTime": oldest_ms,
            "maxTime": newest_ms,
        },
        "seriesCountByMetricName": list(Counted::SeriesOfMetric),
        "labelValueCountByLabelName": list(Counted::ValuesOfLabel),
        "memoryInBytesByLabelName": list(Counted::BytesOfLabel),
        "seriesCountByLabelValuePair": list(Counted::SeriesOfPair),
    })
}

/// `GET` and `POST /prometheus/api/v1/query_exemplars`: none are kept.
pub(super) async fn exemplars(State(app): State<Arc<App>>, request: Request) -> Result<Response, Failure> {
    let form = Form::read(&app, request).await?;
    swarmpulse_promql::parse(form.get("query")).map_err(|error| Failure::bad_data(error.to_string()))?;
    success(&json!([]))
}

/// `GET /prometheus/api/v1/alertmanagers`: those that alerts are forwarded to; dropped are those of receivers that no route
/// leads to.
pub(super) async fn alertmanagers(State(app): State<Arc<App>>, access: Access) -> Result<Response, Failure> {
    namespace::sees_all(&access)?;
    let (outbox, desk) = (app.runtime().outbox(), app.runtime().alerting());
    let listed = |routed: bool| -> Value {
        let channels = outbox.channels.iter();
        let channels = channels.filter(|channel| desk.routed.contains(&channel.receiver) == routed);
        // One that several receivers name is one.
        let urls: BTreeSet<&String> = channels.flat_map(|channel| &channel.alertmanagers).collect();
        urls.into_iter().map(|url| json!({"url": url})).collect()
    };
    success(&json!({"activeAlertmanagers": listed(true), "droppedAlertmanagers": listed(false)}))
}

/// `GET /prometheus/-/healthy` and `/prometheus/-/ready`, as `promtool check` asks.
pub(super) async fn healthy(State(app): State<Arc<App>>) -> (http::StatusCode, &'static str) {
    if app.runtime().status().is_ready() {
        (http::StatusCode::OK, "Swarmpulse is ready.\n")
    } else {
        (
            http::StatusCode::SERVICE_UNAVAILABLE,
            "Swarmpulse is not ready.\n",
        )
    }
}

fn success(data: &Value) -> Result<Response, Failure> {
    Ok(answer::respond(Answer::of(data)?.end_of_list(false)))
}
