//! Every series that the monitor publishes: name, type, unit, labels, help. One place; nothing else may be published.
//!
//! What detectors publish stands in their own table and follows that of the server here.

use std::collections::HashMap;
use std::sync::LazyLock;

use swarmpulse_detect::SeriesInfo;

mod alerting;

/// What sort of figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesType {
    /// Only grows, from the start of the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by upper bound, with a sum.
    Histogram,
}

impl SeriesType {
    /// Its name in both text formats.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One series of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name, with the unit last.
    pub name: &'static str,
    /// What sort of figure.
    pub series_type: SeriesType,
    /// `seconds`, `bytes`, `ratio`; empty for counts.
    pub unit: &'static str,
    /// The labels that each of its samples has.
    pub labels: &'static [&'static str],
    /// One sentence, in one line.
    pub help: &'static str,
}

/// Every series that `/metrics` may hold, in its order.
#[must_use]
pub fn metric_names() -> &'static [Series] {
    &REGISTRY.all
}

/// The place of the series of that name in [`metric_names`].
pub(super) fn place_of(name: &str) -> Option<usize> {
    REGISTRY.places.get(name).copied()
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::new);

/// The server's series and the detectors' as one list.
struct Registry {
    all: Vec<Series>,
    places: HashMap<&'static str, usize>,
}

impl Registry {
    fn new() -> Self {
        let detected = swarmpulse_detect::series().map(of_detector);
        let all: Vec<Series> = own().copied().chain(detected).collect();
        let places = all.iter().enumerate().map(|(place, series)| (series.name, place));
        Self {
            places: places.collect(),
            all,
        }
    }
}

/// The server's own.
fn own() -> impl Iterator<Item = &'static Series> {
    SERIES.iter().chain(alerting::SERIES)
}

/// Detectors publish gauges alone.
fn of_detector(info: &SeriesInfo) -> Series {
    gauge(info.name, info.unit, info.labels, info.help)
}

const fn counter(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Series {
    Series {
        name,
        series_type: SeriesType::Counter,
        unit,
        labels,
        help,
    }
}

const fn gauge(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Series {
    Series {
        name,
        series_type: SeriesType::Gauge,
        unit,
        labels,
        help,
    }
}

const fn histogram(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Series {
    Series {
        name,
        series_type: SeriesType::Histogram,
        unit,
        labels,
        help,
    }
}

const AGENT: &[&str] = &["namespace", "agent", "kind", "host"];
const SERVICE: &[&str] = &["namespace", "service"];
const PROTOCOL: &[&str] = &["protocol"];

/// The server's own part of the registry.
#[rustfmt::skip]
const SERIES: &[Series] = &[
    // The fleet.
    gauge("swarmpulse_agents", "", &["namespace", "verdict"], "Agents by verdict."),
    gauge("swarmpulse_agents_expected", "", &["namespace"], "Agents that are not stopped: N of active X/N."),
    gauge("swarmpulse_agents_available", "", &["namespace"], "Agents that count as available."),
    gauge("swarmpulse_agents_active", "", &["namespace"], "Agents that count as active: X of active X/N."),
    gauge("swarmpulse_agents_flapping", "", &["namespace"], "Agents that change too often to be believed at once."),
    gauge("swarmpulse_agents_restarts", "", &["namespace"], "Restarts of the agents that are known now."),
    gauge("swarmpulse_agents_lost_reports", "", &["namespace"], "Reports that never came from the agents known now, by their sequence numbers."),
    gauge("swarmpulse_tasks", "", &["namespace", "status"], "Tasks known now by status."),
    gauge("swarmpulse_tasks_stuck", "", &["namespace"], "Open tasks that went without progress for longer than their limit."),
    gauge("swarmpulse_sandboxes", "", &["namespace", "state"], "Sandboxes known now by state."),
    gauge("swarmpulse_monitor_blind", "", &["namespace"], "1 while deaths by silence are frozen because the monitor may not see."),
    counter("swarmpulse_service_calls_total", "", SERVICE, "Calls of a service that ended; the first services alone where there are many."),
    counter("swarmpulse_service_errors_total", "", SERVICE, "Calls of a service that failed."),
    gauge("swarmpulse_service_open_calls", "", SERVICE, "Calls of a service under way."),
    gauge("swarmpulse_agent_up", "", AGENT, "1 for an available agent, 0 for any other; left out where there are many agents."),
    gauge("swarmpulse_agent_last_contact_timestamp_seconds", "seconds", AGENT, "When anything last came from an agent, in Unix seconds of receipt."),
    counter("swarmpulse_agent_restarts_total", "", AGENT, "Restarts of an agent."),
    counter("swarmpulse_agent_lost_reports_total", "", AGENT, "Reports of an agent that never came, by its sequence numbers."),
    gauge("swarmpulse_agent_resident_memory_bytes", "bytes", AGENT, "Resident memory of an agent's process."),
    counter("swarmpulse_agent_cpu_seconds_total", "seconds", AGENT, "Processor time of an agent's process since it started."),
    gauge("swarmpulse_agent_open_fds", "", AGENT, "Open file descriptors of an agent's process."),
    gauge("swarmpulse_agent_cpu_ratio", "ratio", AGENT, "Processor use of an agent's process, 1 being one processor."),
    gauge("swarmpulse_agent_memory_ratio", "ratio", AGENT, "Resident memory of an agent's process as a part of the machine's."),
    gauge("swarmpulse_agent_threads", "", AGENT, "Threads of an agent's process."),
    gauge("swarmpulse_agent_virtual_memory_bytes", "bytes", AGENT, "Virtual memory of an agent's process."),
    gauge("swarmpulse_agent_memory_limit_bytes", "bytes", AGENT, "The most memory that an agent's process may use: its control group's limit, or the machine's memory where that is less or there is no limit."),
    gauge("swarmpulse_agent_memory_pressure_ratio", "ratio", AGENT, "Share of time that some task of an agent's control group waited for memory, over 10 s."),
    counter("swarmpulse_agent_major_faults_total", "", AGENT, "Page faults of an agent's process that needed the disk, since it started."),
    gauge("swarmpulse_agent_fd_limit", "", AGENT, "The most file descriptors that an agent's process may open."),
    gauge("swarmpulse_agent_thread_limit", "", AGENT, "The most threads that an agent's process may have: the least of the user's, the control group's and the kernel's limits."),
    gauge("swarmpulse_agent_connections", "", AGENT, "Open TCP, UDP and Unix connections of an agent's process; looked at rarely."),
    gauge("swarmpulse_agent_start_time_seconds", "seconds", AGENT, "When an agent's process started, in Unix seconds."),
    gauge("swarmpulse_agent_success_ratio", "ratio", AGENT, "Calls and tasks of an agent that went well of late."),
    gauge("swarmpulse_agent_error_ratio", "ratio", AGENT, "Calls and tasks of an agent that failed of late."),
    gauge("swarmpulse_agent_response_time_seconds", "seconds", AGENT, "How long calls of an agent took of late."),
    gauge("swarmpulse_service_error_ratio", "ratio", SERVICE, "Calls of a service that failed of late."),
    gauge("swarmpulse_service_response_time_seconds", "seconds", SERVICE, "How long calls of a service took of late."),
    gauge("swarmpulse_series_omitted", "", &["family"], "Agents, services or figures of detectors too many to be shown one by one here."),
    // What goes through.
    counter("swarmpulse_envelopes_total", "", &[], "Batches made durable."),
    counter("swarmpulse_records_total", "", &[], "Records made durable."),
    counter("swarmpulse_effects_total", "", &[], "Effects of records."),
    counter("swarmpulse_events_total", "", &["namespace", "type"], "Events received, by type; types beyond the first few hundred count as `other`."),
    histogram("swarmpulse_event_size_bytes", "bytes", &[], "Sizes of events."),
    histogram("swarmpulse_ingest_seconds", "seconds", &[], "From records handed over to their being durable, applied and acknowledged."),
    histogram("swarmpulse_ingest_visible_seconds", "seconds", &[], "From a record's receipt to its being seen in every view."),
    histogram("swarmpulse_apply_seconds", "seconds", &[], "Applying a group of records to the fleet."),
    counter("swarmpulse_ticks_total", "", &[], "Times that time alone changed the fleet."),
    counter("swarmpulse_dropped_total", "", &["reason"], "Everything dropped or refused, by reason."),
    counter("swarmpulse_redacted_total", "", &["what"], "Texts redacted before they were stored: payloads and secrets."),
    counter("swarmpulse_probe_looks_total", "", &[], "Looks at processes."),
    counter("swarmpulse_log_lines_total", "", &[], "Lines written to the JSONL logs."),
    // Samples in.
    counter("swarmpulse_intake_requests_total", "", PROTOCOL, "Bodies, scrapes and packets with samples that were read."),
    counter("swarmpulse_intake_samples_total", "", PROTOCOL, "Samples that the metric store took."),
    counter("swarmpulse_intake_bytes_total", "bytes", PROTOCOL, "Bytes of them as they came."),
    counter("swarmpulse_intake_decode_seconds_total", "seconds", PROTOCOL, "Time spent on reading them."),
    counter("swarmpulse_intake_rejected_total", "", &["protocol", "reason"], "Samples, lines or whole bodies refused or left out."),
    // Stores.
    gauge("swarmpulse_ready", "", &[], "1 if records are taken."),
    gauge("swarmpulse_journal_entries", "", &[], "Entries of the journal so far, the retired ones included."),
    gauge("swarmpulse_journal_segments", "", &[], "Segments of the journal."),
    gauge("swarmpulse_journal_disk_bytes", "bytes", &[], "The journal's size on disk."),
    counter("swarmpulse_journal_bytes_total", "bytes", &[], "Bytes appended to the journal."),
    counter("swarmpulse_journal_syncs_total", "", &[], "Times that the journal was made durable."),
    gauge("swarmpulse_history_entries", "", &[], "Journal entries whose effects are in history."),
    gauge("swarmpulse_history_lag_seconds", "seconds", &[], "How far history is behind the journal."),
    gauge("swarmpulse_history_disk_bytes", "bytes", &[], "History's size on disk."),
    counter("swarmpulse_snapshots_total", "", &[], "Snapshots of the fleet that were kept."),
    gauge("swarmpulse_store_fault", "", &["store"], "1 while a store refuses."),
    gauge("swarmpulse_disk_low", "", &[], "1 while records are refused because the disk is nearly full."),
    gauge("swarmpulse_metrics_series", "", &[], "Series known to the metric store."),
    gauge("swarmpulse_metrics_series_active", "", &[], "Series with samples lately."),
    counter("swarmpulse_metrics_series_created_total", "", &[], "Series seen for the first time."),
    counter("swarmpulse_metrics_series_removed_total", "", &[], "Series forgotten."),
    counter("swarmpulse_metrics_samples_total", "", &[], "Samples taken by the metric store."),
    counter("swarmpulse_metrics_samples_late_total", "", &[], "Samples taken that came out of order."),
    counter("swarmpulse_metrics_rejected_total", "", &["reason"], "Samples refused by the metric store, by reason."),
    gauge("swarmpulse_metrics_head_bytes", "bytes", &[], "Samples held in memory."),
    gauge("swarmpulse_metrics_segments", "", &[], "Segment files of the metric store."),
    gauge("swarmpulse_metrics_segment_samples", "", &[], "Samples in them."),
    gauge("swarmpulse_metrics_disk_bytes", "bytes", &["part"], "The metric store's size on disk: segments, journal, aggregates."),
    gauge("swarmpulse_metrics_damaged_files", "", &[], "Files of the metric store that were set aside as damaged."),
    counter("swarmpulse_metrics_syncs_total", "", &[], "Times that the metric store's journal was made durable."),
    counter("swarmpulse_metrics_sync_seconds_total", "seconds", &[], "Time spent on that."),
    gauge("swarmpulse_metrics_last_flush_seconds", "seconds", &[], "How long the last segment file took to be written."),
    histogram("swarmpulse_metrics_append_seconds", "seconds", &[], "From a batch of samples handed over to its being durable."),
    histogram("swarmpulse_metrics_maintenance_seconds", "seconds", &[], "Rounds of chores of the metric store."),
    // Queries.
    histogram("swarmpulse_query_seconds", "seconds", &[], "From a query's arrival to its answer."),
    counter("swarmpulse_query_samples_total", "", &[], "Samples read by queries."),
    gauge("swarmpulse_queries_open", "", &[], "Queries under way."),
    counter("swarmpulse_queries_failed_total", "", &[], "Queries without an answer: wrong ones, and those that took too long."),
    // Detectors.
    gauge("swarmpulse_findings", "", &["namespace", "detector", "severity"], "Findings that hold."),
    gauge("swarmpulse_detect_waiting", "", &["detector"], "Entries in the list of what cannot be judged yet."),
    gauge("swarmpulse_detect_subjects", "", &[], "Subjects whose samples detectors look at."),
    gauge("swarmpulse_detect_round_seconds", "seconds", &[], "Processor time of the last round of all detectors."),
    // The machine.
    gauge("swarmpulse_host_cpu_ratio", "ratio", &["host"], "Processor use of the machine, 1 being all of it."),
    gauge("swarmpulse_host_memory_available_bytes", "bytes", &["host"], "Memory of the machine that is available."),
    gauge("swarmpulse_host_memory_bytes", "bytes", &["host"], "Memory of the machine."),
    gauge("swarmpulse_host_memory_pressure_ratio", "ratio", &["host"], "Share of time that some task of the machine waited for memory, over 10 s."),
    gauge("swarmpulse_disk_size_bytes", "bytes", &["host"], "Size of the file system where the data lies."),
    gauge("swarmpulse_disk_free_bytes", "bytes", &["host"], "Free space where the data lies."),
    // HTTP.
    counter("swarmpulse_http_requests_total", "", &["route", "method", "status"], "Requests answered."),
    histogram("swarmpulse_http_request_seconds", "seconds", &["route"], "From a request's head to its answer's head."),
    gauge("swarmpulse_http_requests_open", "", &[], "Requests under way."),
    gauge("swarmpulse_http_connections", "", &[], "Connections open."),
    counter("swarmpulse_http_connections_total", "", &[], "Connections ever opened."),
    gauge("swarmpulse_http_body_bytes", "bytes", &[], "Memory held by request bodies."),
    gauge("swarmpulse_stream_clients", "", &["transport"], "Subscribers of the live streams: sse, websocket."),
    counter("swarmpulse_stream_messages_total", "", &[], "Messages of the live streams handed to clients."),
    counter("swarmpulse_stream_failures_total", "", &[], "Clients of the live streams that were let go because they read too slowly."),
    // This process.
    gauge("swarmpulse_build_info", "", &["version"], "1, with the release."),
    gauge("swarmpulse_start_time_seconds", "seconds", &[], "When the monitor started, in Unix seconds."),
    gauge("swarmpulse_process_resident_memory_bytes", "bytes", &[], "Resident memory of the monitor."),
    counter("swarmpulse_process_cpu_seconds_total", "seconds", &[], "Processor time of the monitor."),
    gauge("swarmpulse_process_threads", "", &[], "Threads of the monitor."),
    gauge("swarmpulse_process_open_fds", "", &[], "Open file descriptors of the monitor."),
    gauge("swarmpulse_process_max_fds", "", &[], "The most file descriptors that the monitor may open."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules() {
        let mut seen = std::collections::BTreeSet::new();
        for series in metric_names() {
            let name = series.name;
            assert!(seen.insert(name), "{name} stands twice");
            assert!(name.starts_with("swarmpulse_"), "{name}");
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{name}"
            );
            let stem = name.strip_suffix("_total");
            assert_eq!(
                stem.is_some(),
                series.series_type == SeriesType::Counter,
                "{name}"
            );
            assert!(
                stem.unwrap_or(name).ends_with(series.unit),
                "{name} ends with its unit"
            );
            assert!(
                series.help.ends_with('.') && !series.help.contains(['\n', '\\']),
                "{name}"
            );
            assert!(!series.labels.contains(&"le"), "{name}");
        }
    }

    #[test]
    fn what_detectors_publish_follows_and_each_is_found_by_name() {
        let detected = swarmpulse_detect::series().count();
        assert_eq!(metric_names().len(), own().count() + detected);
        for (place, series) in metric_names().iter().enumerate() {
            assert_eq!(place_of(series.name), Some(place), "{}", series.name);
        }
        for info in swarmpulse_detect::series() {
            let place = place_of(info.name).unwrap();
            assert!(place >= own().count(), "{} is the detector's", info.name);
            assert_eq!(metric_names()[place].labels, info.labels);
        }
        assert_eq!(place_of("swarmpulse_nothing"), None);
    }
}
