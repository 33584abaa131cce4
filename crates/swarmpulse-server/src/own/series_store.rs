//! Figures of the metric store and of queries.

use super::exposition::Exposition;
use crate::app::App;

pub(super) fn write(app: &App, out: &mut Exposition) {
    let runtime = app.runtime();
    let statistics = runtime.metrics().statistics();
    for (name, value) in [
        ("swarmpulse_metrics_series", statistics.series),
        ("swarmpulse_metrics_series_active", statistics.series_active),
        (
            "swarmpulse_metrics_series_created_total",
            statistics.series_created_total,
        ),
        (
            "swarmpulse_metrics_series_removed_total",
            statistics.series_removed_total,
        ),
        ("swarmpulse_metrics_samples_total", statistics.samples_total),
        (
            "swarmpulse_metrics_samples_late_total",
            statistics.samples_late_total,
        ),
        ("swarmpulse_metrics_head_bytes", statistics.head_bytes),
        ("swarmpulse_metrics_segments", statistics.segments),
        ("swarmpulse_metrics_segment_samples", statistics.segment_samples),
        ("swarmpulse_metrics_damaged_files", statistics.damaged_files),
        ("swarmpulse_metrics_syncs_total", statistics.fsyncs_total),
    ] {
        out.add(name, &[], value as f64);
    }
    for (part, bytes) in [
        ("segments", statistics.segment_bytes),
        ("journal", statistics.journal_bytes),
        ("aggregates", statistics.rollup_bytes),
    ] {
        out.add("swarmpulse_metrics_disk_bytes", &[("part", part)], bytes as f64);
    }
    for (reason, count) in &statistics.rejected_total {
        let labels = [("reason", reason.as_str())];
        out.add("swarmpulse_metrics_rejected_total", &labels, *count as f64);
    }
    for (name, micros) in [
        ("swarmpulse_metrics_sync_seconds_total", statistics.fsync_us_total),
        ("swarmpulse_metrics_last_flush_seconds", statistics.last_flush_us),
    ] {
        out.add(name, &[], micros as f64 / 1e6);
    }
    out.add_latency("swarmpulse_metrics_append_seconds", runtime.metrics_latency());
    out.add_latency("swarmpulse_metrics_maintenance_seconds", runtime.maintenance());
    let queries = app.queries();
    let (samples, failed) = queries.totals();
    out.add("swarmpulse_queries_open", &[], queries.open() as f64);
    out.add("swarmpulse_queries_failed_total", &[], failed as f64);
    out.add("swarmpulse_query_samples_total", &[], samples as f64);
    out.add_latency("swarmpulse_query_seconds", &queries.latency);
}
