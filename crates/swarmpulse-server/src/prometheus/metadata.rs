//! `metadata`: what metrics are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;
use swarmpulse_model::series::{METRIC_NAME, MetricMetadata};
use swarmpulse_store::metrics::Selection;

use super::answer::{self, Answer};
use super::failure::Failure;
use super::form::Form;
use super::parameter::{FIRST_MS, LAST_MS};
use super::{namespace, turn};
use crate::access::Access;
use crate::app::App;

/// What the names of a family's samples may end with.
const PARTS: [&str; 6] = ["", "_total", "_bucket", "_sum", "_count", "_info"];

#[derive(Serialize)]
struct Shown {
    #[serde(rename = "type")]
    kind: &'static str,
    help: String,
    unit: String,
}

/// `GET /prometheus/api/v1/metadata`.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Response, Failure> {
    let form = Form::read(&app, request).await?;
    let limit = count(&form, "limit")?;
    let per_metric = count(&form, "limit_per_metric")?;
    let metric = Some(form.get("metric").to_owned()).filter(|metric| !metric.is_empty());
    let timeout_s = app.options().query.timeout_s;
    let body = turn::take(&app, timeout_s, move |app, _| {
        let mut found = app.runtime().metrics().metadata(metric.as_deref());
        if access.namespace.is_some() {
            let seen = names_seen(app, &access)?;
            found.retain(|metadata| is_among(metadata, &seen));
        }
        let mut shown: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
        for metadata in found {
            if shown.len() >= limit && !shown.contains_key(metadata.metric.as_str()) {
                break;
            }
            let of_metric = shown.entry(metadata.metric.to_string()).or_default();
            if of_metric.len() < per_metric {
                of_metric.push(Shown {
                    kind: metadata.kind.as_str(),
                    help: metadata.help,
                    unit: metadata.unit.to_string(),
                });
            }
        }
        Ok(Answer::of(&shown)?.end_of_list(false))
    })
    .await?;
    Ok(answer::respond(body))
}

/// Anything below one counts as no limit, but for 0 metrics.
fn count(form: &Form, name: &str) -> Result<usize, Failure> {
    let text = form.get(name);
    if text.is_empty() {
        return Ok(usize::MAX);
    }
    let count: i64 = text
        .parse()
        .map_err(|_| Failure::bad_data(format!("{name} must be a number")))?;
    let unlimited = count < 0 || count == 0 && name != "limit";
    Ok(if unlimited {
        usize::MAX
    } else {
        usize::try_from(count).unwrap_or(usize::MAX)
    })
}

/// The metrics of which a token sees series.
fn names_seen(app: &App, access: &Access) -> Result<BTreeSet<String>, Failure> {
    let selection = Selection {
        matchers: namespace::matchers(access),
        from_ms: FIRST_MS,
        to_ms: LAST_MS,
        series_max: usize::MAX,
    };
    let names = app
        .runtime()
        .metrics()
        .label_values(METRIC_NAME, &[selection], usize::MAX)?;
    Ok(names.into_iter().collect())
}

fn is_among(metadata: &MetricMetadata, names: &BTreeSet<String>) -> bool {
    PARTS
        .iter()
        .any(|part| names.contains(&format!("{}{part}", metadata.metric)))
}
