//! The metric store's opening: its folder, its journal, and what was found there.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use swarmpulse_journal::{Housekeeper, SegmentJournal};
use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions, RecoveryReport};
use swarmpulse_model::Timestamp;
use swarmpulse_runtime::clock::Clock;

/// A segment of the journal is closed at this size; one that the store no longer needs is deleted whole.
const JOURNAL_SEGMENT_BYTES: u64 = 32 << 20;
/// And at this age.
const JOURNAL_SEGMENT_AGE: Duration = Duration::from_secs(30 * 60);

/// An open store, and who looks after its journal's files.
pub struct Opened {
    /// The store.
    pub store: Arc<EmbeddedMetrics>,
    /// Prepares the journal's next segment.
    pub housekeeper: Housekeeper,
}

/// Opens the store of that data directory, or makes a new one.
///
/// # Errors
/// If its folder or journal cannot be read.
pub fn open(data: &Path, options: MetricOptions) -> anyhow::Result<Opened> {
    let folder = data.join("metrics");
    super::make_private_dir(&folder)?;
    let (journal, found) = SegmentJournal::open(&folder.join("journal"), journal_options())?;
    if let Some(truncation) = &found.truncated {
        tracing::warn!(
            ?truncation,
            "the torn end of the journal of metrics was cut off: nothing in it was acknowledged"
        );
    }
    for damage in &found.damage {
        tracing::error!(?damage, "a damaged journal segment of metrics was set aside");
    }
    let housekeeper = journal.housekeeper();
    let now = Clock::new(Timestamp::default()).now();
    let (store, report) = EmbeddedMetrics::open(&folder, Box::new(journal), options, now)
        .with_context(|| format!("open the metric store in {}", folder.display()))?;
    tell(&report);
    let store = Arc::new(store);
    Ok(Opened { store, housekeeper })
}

/// The journal of a metric store. What it holds is soon in segments, so that compressing it is not worth the while.
#[must_use]
pub fn journal_options() -> swarmpulse_journal::Options {
    swarmpulse_journal::Options {
        segment_bytes: JOURNAL_SEGMENT_BYTES,
        segment_age: JOURNAL_SEGMENT_AGE,
        compress: false,
        ..swarmpulse_journal::Options::default()
    }
}

fn tell(report: &RecoveryReport) {
    tracing::info!(
        clean = report.clean,
        series = report.series,
        segments = report.segments,
        entries = report.replayed_entries,
        samples = report.replayed_samples,
        "metrics recovered"
    );
    if report.lost_samples > 0 {
        tracing::error!(
            samples = report.lost_samples,
            "samples whose series are described only in damaged parts of the journal are lost"
        );
    }
    for aside in &report.set_aside {
        tracing::error!(path = %aside.path, detail = %aside.detail, "damaged metrics were set aside; the rest is served");
    }
}
