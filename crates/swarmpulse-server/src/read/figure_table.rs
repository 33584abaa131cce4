//! Which series the figures of each type are, and by what name the history endpoint tells them.

use swarmpulse_model::{TaskStatus, Verdict};

/// One figure of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its name in the answer.
    pub(super) name: &'static str,
    /// The series that it is read from.
    pub(super) series: &'static str,
    /// Those of its series that count; all without.
    pub(super) only: Option<(&'static str, &'static str)>,
}

/// A type of figures.
pub(super) struct Figures {
    /// Its name.
    pub(super) metric_type: &'static str,
    /// Whose each figure is: a label. The others are of the whole: series are added up.
    pub(super) subject: Option<&'static str>,
    /// The figures.
    pub(super) rows: Vec<Row>,
}

/// The types.
pub(super) const TYPES: [&str; 6] = ["process", "health", "fleet", "tasks", "services", "host"];

impl Figures {
    /// The type of that name.
    pub(super) fn of(metric_type: &str) -> Option<Self> {
        let metric_type = TYPES.into_iter().find(|known| *known == metric_type)?;
        let (subject, rows) = match metric_type {
            "process" => (Some("agent"), plain(&PROCESS)),
            "health" => (Some("agent"), plain(&HEALTH)),
            "services" => (Some("service"), plain(&SERVICES)),
            "host" => (Some("host"), plain(&HOST)),
            "tasks" => (None, of_tasks()),
            _ => (None, of_fleet()),
        };
        Some(Self {
            metric_type,
            subject,
            rows,
        })
    }
}

const PROCESS: [(&str, &str); 5] = [
    ("cpu_ratio", "swarmpulse_agent_cpu_ratio"),
    ("memory_ratio", "swarmpulse_agent_memory_ratio"),
    ("open_fds", "swarmpulse_agent_open_fds"),
    ("rss_bytes", "swarmpulse_agent_resident_memory_bytes"),
    ("threads", "swarmpulse_agent_threads"),
];
const HEALTH: [(&str, &str); 3] = [
    ("error_ratio", "swarmpulse_agent_error_ratio"),
    ("response_time_seconds", "swarmpulse_agent_response_time_seconds"),
    ("success_ratio", "swarmpulse_agent_success_ratio"),
];
const SERVICES: [(&str, &str); 5] = [
    ("calls_total", "swarmpulse_service_calls_total"),
    ("error_ratio", "swarmpulse_service_error_ratio"),
    ("errors_total", "swarmpulse_service_errors_total"),
    ("open_calls", "swarmpulse_service_open_calls"),
    (
        "response_time_seconds",
        "swarmpulse_service_response_time_seconds",
    ),
];
const HOST: [(&str, &str); 3] = [
    ("cpu_ratio", "swarmpulse_host_cpu_ratio"),
    ("disk_free_bytes", "swarmpulse_disk_free_bytes"),
    ("memory_available_bytes", "swarmpulse_host_memory_available_bytes"),
];

fn plain(pairs: &[(&'static str, &'static str)]) -> Vec<Row> {
    let row = |(name, series): &(&'static str, &'static str)| Row {
        name,
        series,
        only: None,
    };
    pairs.iter().map(row).collect()
}

fn of_fleet() -> Vec<Row> {
    let mut rows = plain(&[
        ("agents", "swarmpulse_agents"),
        ("available", "swarmpulse_agents_available"),
        ("active", "swarmpulse_agents_active"),
        ("alerts", "swarmpulse_alerts"),
    ]);
    rows.extend(Verdict::ALL.map(|verdict| Row {
        name: verdict.as_str(),
        series: "swarmpulse_agents",
        only: Some(("verdict", verdict.as_str())),
    }));
    rows
}

fn of_tasks() -> Vec<Row> {
    let row = |status: TaskStatus| Row {
        name: status.as_str(),
        series: "swarmpulse_tasks",
        only: Some(("status", status.as_str())),
    };
    TaskStatus::ALL.map(row).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_a_series_of_the_registry() {
        for metric_type in TYPES {
            let figures = Figures::of(metric_type).unwrap();
            assert_eq!(figures.metric_type, metric_type);
            for row in &figures.rows {
                let series = crate::metric_names()
                    .iter()
                    .find(|series| series.name == row.series)
                    .unwrap_or_else(|| panic!("{} is not in the registry", row.series));
                let labels = figures
                    .subject
                    .into_iter()
                    .chain(row.only.map(|(label, _)| label));
                for label in labels {
                    assert!(series.labels.contains(&label), "{} by {label}", row.series);
                }
            }
        }
        assert!(Figures::of("weather").is_none());
    }
}
