//! `targets`: what is scraped, and how that went.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};
use swarmpulse_runtime::ScrapeTargetStatus;

use super::answer::{self, Answer};
use super::failure::Failure;
use super::form::Form;
use crate::app::App;

/// `GET /prometheus/api/v1/targets?state=active|dropped|any&scrapePool=JOB`. No target is ever dropped here.
pub(super) async fn get(State(app): State<Arc<App>>, request: Request) -> Result<Response, Failure> {
    let form = Form::read(&app, request).await?;
    let (state, job) = (form.get("state"), form.get("scrapePool"));
    let targets = app.runtime().scrape_targets();
    let active: Vec<Value> = targets
        .iter()
        .filter(|target| state != "dropped" && (job.is_empty() || target.job == job))
        .map(shown)
        .collect();
    let mut none_dropped: BTreeMap<&str, u64> = BTreeMap::new();
    for target in &targets {
        none_dropped.insert(&target.job, 0);
    }
    let data = json!({
        "activeTargets": active,
        "droppedTargets": [],
        "droppedTargetCounts": none_dropped,
    });
    Ok(answer::respond(Answer::of(&data)?.end_of_list(false)))
}

fn shown(target: &ScrapeTargetStatus) -> Value {
    let labels: BTreeMap<&str, &str> = target
        .labels
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let url = target.url.as_str();
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    json!({
        "discoveredLabels": {
            "__address__": target.instance,
            "__metrics_path__": format!("/{}", path.split('?').next().unwrap_or_default()),
            "__scheme__": target.scheme,
            "__scrape_interval__": format!("{}s", target.interval_s),
            "__scrape_timeout__": format!("{}s", target.timeout_s),
            "job": target.job,
        },
        "labels": labels,
        "scrapePool": target.job,
        "scrapeUrl": url,
        "globalUrl": url,
        "lastError": target.last_error,
        "lastScrape": target.last_at.to_string(),
        "lastScrapeDuration": target.last_duration_s,
        "health": target.health.as_str(),
        "scrapeInterval": format!("{}s", target.interval_s),
        "scrapeTimeout": format!("{}s", target.timeout_s),
    })
}
