//! Everything now, in one answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_api::Metrics;
use swarmpulse_fleet::{Fleet, ServiceEntry};
use swarmpulse_model::TaskStatus;

use super::board::{self, Wanted};
use super::desk::{Desk, answer};
use super::query::Query;
use super::tally::Tally;
use super::{summary, sweep};
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// Services and alerts shown; their own routes list all.
const SHOWN: usize = 100;

/// `GET /api/observability/metrics`.
pub(super) async fn get(State(app): State<Arc<App>>, access: Access, uri: Uri) -> Result<Response, ApiError> {
    Query::of(&uri, &[])?;
    answer(app, Desk::Fleet, move |app| metrics(app, &access)).await
}

fn metrics(app: &App, access: &Access) -> Result<Metrics, ApiError> {
    let handle = app.runtime();
    let tally = Tally::count(handle, access);
    let sees = |fleet: &Fleet, service: &ServiceEntry| access.sees(fleet.namespace_of_service(service));
    let (services, _) = sweep::page(handle, None, SHOWN, sees, convert::service)?;
    let board = handle.alerting();
    let (alerts, _) = board::chosen(&board, access, &Wanted::firing(), SHOWN);
    let processes = tally.processes;
    let processes = [
        ("count", processes.count as f64),
        ("rss_bytes", processes.rss_bytes as f64),
        ("cpu_ratio", processes.cpu_ratio),
        ("open_fds", processes.open_fds as f64),
        ("threads", processes.threads as f64),
        ("zombie_children", processes.zombie_children as f64),
    ];
    let of_status = |status: TaskStatus| tally.tasks.get(&status).copied().unwrap_or(0);
    Ok(Metrics {
        timestamp: handle.now().to_string(),
        fleet: summary::of_tally(handle, access, &tally),
        processes: processes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        tasks: TaskStatus::ALL
            .map(|status| (status.as_str().to_owned(), of_status(status)))
            .into(),
        sandboxes: tally
            .sandboxes
            .iter()
            .map(|(state, count)| ((*state).to_owned(), *count))
            .collect(),
        services,
        alerts: alerts.into_iter().map(convert::alert_view).collect(),
        series: if access.namespace.is_none() {
            own_series(app)
        } else {
            BTreeMap::new()
        },
    })
}

/// The monitor's own figures, and the machine's.
fn own_series(app: &App) -> BTreeMap<String, f64> {
    let handle = app.runtime();
    let counted = handle.counters().done().into_iter();
    let mut series: BTreeMap<String, f64> = counted
        .map(|(name, count)| (format!("swarmpulse_{name}"), count as f64))
        .collect();
    let status = handle.status();
    let dropped: u64 = handle.counters().drops().values().sum();
    let host = handle.host();
    let (sse, websocket) = app.live().clients();
    for (name, value) in [
        ("swarmpulse_dropped_total", dropped as f64),
        ("swarmpulse_journal_entries", status.journal_next() as f64),
        (
            "swarmpulse_history_lag_seconds",
            status.history_lag_s(handle.now()),
        ),
        ("swarmpulse_history_disk_bytes", handle.history().bytes() as f64),
        ("swarmpulse_stream_clients", (sse + websocket) as f64),
        (
            "swarmpulse_process_resident_memory_bytes",
            host.own.rss_bytes as f64,
        ),
        ("swarmpulse_process_cpu_seconds_total", host.own.cpu_seconds),
        ("host_memory_available_bytes", host.memory_available_bytes as f64),
    ] {
        series.insert(name.to_owned(), value);
    }
    if let Some(ratio) = host.cpu_ratio {
        series.insert("host_cpu_ratio".to_owned(), ratio);
    }
    if let Some(disk) = host.disk {
        series.insert("swarmpulse_disk_free_bytes".to_owned(), disk.free_bytes as f64);
    }
    series
}
