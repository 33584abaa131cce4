//! Figures of what goes through: events by type and size, how long records take, what the live streams deliver.

use swarmpulse_runtime::SIZE_BOUNDS_BYTES;

use super::exposition::Exposition;
use crate::app::App;

pub(super) fn write(app: &App, out: &mut Exposition) {
    let figures = app.runtime().ingest();
    for (namespace, event_type, count) in figures.events() {
        let labels = [("namespace", namespace.as_str()), ("type", event_type.as_str())];
        out.add("swarmpulse_events_total", &labels, count as f64);
    }
    let (counts, sum) = figures.sizes();
    let bounds = SIZE_BOUNDS_BYTES.map(|bytes| bytes as f64);
    out.add_histogram("swarmpulse_event_size_bytes", &[], &bounds, &counts, sum as f64);
    out.add_latency("swarmpulse_ingest_seconds", &figures.acknowledged);
    out.add_latency("swarmpulse_ingest_visible_seconds", &figures.visible);
    out.add_latency("swarmpulse_apply_seconds", &figures.applied);
    let (messages, failures) = app.live().deliveries();
    out.add("swarmpulse_stream_messages_total", &[], messages as f64);
    out.add("swarmpulse_stream_failures_total", &[], failures as f64);
}
