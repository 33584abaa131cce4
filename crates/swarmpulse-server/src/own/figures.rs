//! `/metrics`: everything of the registry as text.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

use super::exposition::{Exposition, Format};
use super::fleet::{FleetFigures, Told};
use super::registry::metric_names;
use super::traffic::BOUNDS_S;
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;

/// `GET /metrics`. A token of a namespace sees the figures of that alone.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    access: Access,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let accept = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let format = Format::accepted(accept);
    // The pass over the fleet and the size of history take milliseconds, which others would wait for.
    let text = tokio::task::spawn_blocking(move || collect(&app, &access).render(format)).await;
    let text =
        text.map_err(|_| ApiError::internal("the figures could not be collected: a fault of this server"))?;
    let mut response = text.into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    Ok(response)
}

pub(super) fn collect(app: &App, access: &Access) -> Exposition {
    let mut out = Exposition::new();
    of_fleet(app, access, Told::AllOrNone, &mut out);
    super::detection::write(app, access, &mut out);
    super::alerting::write(app, access, &mut out);
    if access.namespace.is_none() {
        of_machine(app, &mut out);
        of_monitor(app, &mut out);
    }
    out
}

/// The fleet: agents, tasks, services.
pub(super) fn of_fleet(app: &App, access: &Access, told: Told, out: &mut Exposition) {
    let now = app.runtime().now();
    let memory_bytes = app.runtime().host().memory_total_bytes;
    let fleet = app
        .runtime()
        .fleet(|fleet| FleetFigures::count(fleet, access, now, told, memory_bytes));
    fleet.write(out);
}

/// The machine. What nobody has looked at yet is left out.
pub(super) fn of_machine(app: &App, out: &mut Exposition) {
    let host = app.runtime().host();
    let name = app.runtime().fleet(|fleet| fleet.settings().local_host.clone());
    let labels = [("host", name.as_str())];
    if let Some(disk) = host.disk {
        out.add("swarmpulse_disk_free_bytes", &labels, disk.free_bytes as f64);
        out.add("swarmpulse_disk_size_bytes", &labels, disk.total_bytes as f64);
    }
    if let Some(cpu_ratio) = host.cpu_ratio {
        out.add("swarmpulse_host_cpu_ratio", &labels, cpu_ratio);
    }
    // Who has no memory was not looked at; who has none available may well be.
    if host.memory_total_bytes > 0 {
        let (all, available) = (host.memory_total_bytes, host.memory_available_bytes);
        out.add("swarmpulse_host_memory_bytes", &labels, all as f64);
        out.add(
            "swarmpulse_host_memory_available_bytes",
            &labels,
            available as f64,
        );
    }
    if let Some(pressure) = host.memory_pressure {
        let ratio = pressure.some_ratio;
        out.add("swarmpulse_host_memory_pressure_ratio", &labels, ratio);
    }
}

/// The monitor itself.
pub(super) fn of_monitor(app: &App, out: &mut Exposition) {
    work(app, out);
    super::throughput::write(app, out);
    super::intake::write(app, out);
    super::series_store::write(app, out);
    super::shipping::write(&app.options().shipping, out);
    stores(app, out);
    http(app, out);
    process(app, out);
}

fn flag(set: bool) -> f64 {
    f64::from(u8::from(set))
}

/// What goes through.
fn work(app: &App, out: &mut Exposition) {
    let runtime = app.runtime();
    for (name, count) in runtime.counters().done() {
        let series = metric_names()
            .iter()
            .find(|series| series.name.strip_prefix("swarmpulse_") == Some(name));
        if let Some(series) = series {
            out.add(series.name, &[], count as f64);
        }
    }
    for (reason, count) in runtime.counters().drops() {
        out.add("swarmpulse_dropped_total", &[("reason", reason)], count as f64);
    }
    for (reason, count) in runtime.fleet(|fleet| fleet.refusals()).named() {
        out.add("swarmpulse_dropped_total", &[("reason", reason)], count as f64);
    }
    let (payloads, secrets) = app.traffic().redacted();
    out.add(
        "swarmpulse_redacted_total",
        &[("what", "payload")],
        payloads as f64,
    );
    out.add("swarmpulse_redacted_total", &[("what", "secret")], secrets as f64);
}

fn stores(app: &App, out: &mut Exposition) {
    let runtime = app.runtime();
    let status = runtime.status();
    let segments = runtime.journal().segments();
    let faults = status.faults();
    for store in ["journal", "history", "state", "logs", "metrics", "metric_files"] {
        let refuses = faults.iter().any(|fault| fault.store == store);
        out.add("swarmpulse_store_fault", &[("store", store)], flag(refuses));
    }
    let journal_bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
    for (name, value) in [
        ("swarmpulse_ready", flag(status.is_ready())),
        ("swarmpulse_journal_entries", status.journal_next() as f64),
        ("swarmpulse_journal_segments", segments.len() as f64),
        ("swarmpulse_journal_disk_bytes", journal_bytes as f64),
        ("swarmpulse_history_entries", status.history_next() as f64),
        (
            "swarmpulse_history_lag_seconds",
            status.history_lag_s(runtime.now()),
        ),
        ("swarmpulse_history_disk_bytes", runtime.history().bytes() as f64),
        ("swarmpulse_disk_low", flag(status.is_low_on_space())),
    ] {
        out.add(name, &[], value);
    }
}

fn http(app: &App, out: &mut Exposition) {
    let traffic = app.traffic();
    for route in traffic.routes() {
        let name = ("route", route.route.as_str());
        for (method, status, count) in &route.answers {
            let status = status.to_string();
            let labels = [name, ("method", *method), ("status", status.as_str())];
            out.add("swarmpulse_http_requests_total", &labels, *count as f64);
        }
        out.add_histogram(
            "swarmpulse_http_request_seconds",
            &[name],
            &BOUNDS_S,
            &route.buckets,
            route.sum_s,
        );
    }
    let (open, ever) = traffic.connections();
    let (sse, websocket) = app.live().clients();
    out.add("swarmpulse_http_requests_open", &[], traffic.requests() as f64);
    out.add("swarmpulse_http_connections", &[], open as f64);
    out.add("swarmpulse_http_connections_total", &[], ever as f64);
    out.add("swarmpulse_http_body_bytes", &[], app.bodies().held() as f64);
    out.add("swarmpulse_stream_clients", &[("transport", "sse")], sse as f64);
    out.add(
        "swarmpulse_stream_clients",
        &[("transport", "websocket")],
        websocket as f64,
    );
}

/// This process. What nobody has looked at yet is left out.
fn process(app: &App, out: &mut Exposition) {
    out.add(
        "swarmpulse_build_info",
        &[("version", env!("CARGO_PKG_VERSION"))],
        1.0,
    );
    out.add(
        "swarmpulse_start_time_seconds",
        &[],
        app.runtime().began().unix_s(),
    );
    let own = app.runtime().host().own;
    if own.rss_bytes == 0 {
        return;
    }
    out.add(
        "swarmpulse_process_resident_memory_bytes",
        &[],
        own.rss_bytes as f64,
    );
    out.add("swarmpulse_process_cpu_seconds_total", &[], own.cpu_seconds);
    out.add("swarmpulse_process_threads", &[], own.threads as f64);
    if let Some(open) = own.open_fds {
        out.add("swarmpulse_process_open_fds", &[], open as f64);
    }
    if let Some(limit) = own.fd_limit {
        out.add("swarmpulse_process_max_fds", &[], limit as f64);
    }
}
