//! Samples as text, for other programs: series after series, whatever store they are in.

mod csv;
mod ndjson;
mod number;
mod openmetrics;

use std::io::{self, Write};

use swarmpulse_model::Labels;
use swarmpulse_model::series::is_stale;
use swarmpulse_store::metrics::{MetricError, MetricStore, Points, Selected, Selection};

/// In which form samples are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// OpenMetrics text with times: what `promtool tsdb create-blocks-from openmetrics` reads.
    OpenMetrics,
    /// A line per sample: metric, labels, time, value.
    Csv,
    /// A line per series: `{"metric":{..},"values":[..],"timestamps":[..]}`, as VictoriaMetrics imports it.
    Ndjson,
}

impl ExportFormat {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::OpenMetrics, Self::Csv, Self::Ndjson];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenMetrics => "openmetrics",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// The form of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }
}

/// How far an export has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Series to be written.
    pub series: u64,
    /// Series written.
    pub series_done: u64,
    /// Samples written.
    pub samples: u64,
    /// Markers of series that were gone, which OpenMetrics and CSV have no way to say and so were left out.
    pub markers_left_out: u64,
}

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store did not give what was asked.
    #[error("{0}")]
    Store(#[from] MetricError),
    /// What was read could not be written.
    #[error("write the export: {0}")]
    Write(#[from] io::Error),
}

/// Writes the samples of a selection. `progress` is told after every series.
///
/// # Errors
/// If the store cannot be read or `into` not be written; what was written is a part of the whole.
pub fn export_store(
    store: &dyn MetricStore,
    selection: &Selection,
    format: ExportFormat,
    into: &mut dyn Write,
    progress: &mut dyn FnMut(&ExportProgress),
) -> Result<ExportProgress, ExportError> {
    let selected = store.select(selection)?;
    let mut order: Vec<usize> = (0..selected.len()).collect();
    // Labels that sort before `__name__` would tear metrics apart.
    order.sort_by(|a, b| {
        selected
            .labels(*a)
            .metric_name()
            .cmp(selected.labels(*b).metric_name())
    });
    let mut done = ExportProgress {
        series: order.len() as u64,
        ..ExportProgress::default()
    };
    let (mut points, mut text, mut metric) = (Points::default(), Vec::new(), None);
    if format == ExportFormat::Csv {
        into.write_all(csv::HEADER)?;
    }
    for series in order {
        read(&*selected, series, format, &mut points, &mut done)?;
        let labels = selected.labels(series);
        text.clear();
        if !points.times_ms.is_empty() {
            if format == ExportFormat::OpenMetrics && metric.as_deref() != Some(labels.metric_name()) {
                openmetrics::push_type(store, labels.metric_name(), &mut text);
                metric = Some(labels.metric_name().to_owned());
            }
            push_series(format, labels, &points, &mut text);
            into.write_all(&text)?;
        }
        done.series_done += 1;
        done.samples += points.times_ms.len() as u64;
        progress(&done);
    }
    if format == ExportFormat::OpenMetrics {
        into.write_all(openmetrics::END)?;
    }
    into.flush()?;
    Ok(done)
}

/// Reads a series, without markers if the form cannot say them.
fn read(
    selected: &dyn Selected,
    series: usize,
    format: ExportFormat,
    points: &mut Points,
    done: &mut ExportProgress,
) -> Result<(), MetricError> {
    selected.read(series, points)?;
    if format != ExportFormat::Ndjson && points.values.iter().any(|value| is_stale(*value)) {
        let mut keep = points.values.iter().map(|value| !is_stale(*value));
        points.times_ms.retain(|_| keep.next().unwrap_or(true));
        let before = points.values.len();
        points.values.retain(|value| !is_stale(*value));
        done.markers_left_out += (before - points.values.len()) as u64;
    }
    Ok(())
}

fn push_series(format: ExportFormat, labels: &Labels, points: &Points, into: &mut Vec<u8>) {
    match format {
        ExportFormat::OpenMetrics => openmetrics::push_series(labels, points, into),
        ExportFormat::Csv => csv::push_series(labels, points, into),
        ExportFormat::Ndjson => ndjson::push_series(labels, points, into),
    }
}
