//! One API over all of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Alert, Service, Summary};

/// `GET /api/observability/metrics`: everything now.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Metrics {
    /// When this was answered.
    pub timestamp: String,
    /// The fleet.
    pub fleet: Summary,
    /// Processes under watch: count, memory, processor share, descriptors.
    pub processes: BTreeMap<String, f64>,
    /// Tasks by status.
    pub tasks: BTreeMap<String, u64>,
    /// Sandboxes by state.
    pub sandboxes: BTreeMap<String, u64>,
    /// Services called.
    pub services: Vec<Service>,
    /// Alerts that hold.
    pub alerts: Vec<Alert>,
    /// Further figures by series name.
    pub series: BTreeMap<String, f64>,
}

/// `GET /api/observability/history/{metric_type}`: series over time.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct MetricsHistory {
    /// What was asked for.
    pub metric_type: String,
    /// The range's beginning.
    pub from: String,
    /// The range's end.
    pub to: String,
    /// The distance of points, in seconds.
    pub step_s: f64,
    /// The series.
    pub series: Vec<SeriesHistory>,
    /// Points in all.
    pub count: u64,
    /// Series left out by `limit`.
    pub left_out: u64,
}

/// One series over time.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct SeriesHistory {
    /// Its name, with the unit last.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its points; gaps are gaps.
    pub points: Vec<Point>,
}

/// One point of a series.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// When.
    pub at: String,
    /// How much.
    pub value: f64,
}
