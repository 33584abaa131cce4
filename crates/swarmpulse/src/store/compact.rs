//! `swarmpulse store compact`.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};
use swarmpulse_journal::SegmentJournal;
use swarmpulse_metrics::{CompactProgress, compact_store};
use swarmpulse_model::Timestamp;

use super::pace::telling;
use crate::config::{self, Environment, show_bytes};
use crate::exit::Outcome;
use crate::offline::{DataArgs, data_dir};
use crate::wiring::metric_journal_options;
use crate::{clock, output};

/// How often it is told how far packing is.
const TELL_EVERY: Duration = Duration::from_secs(3);

pub(super) fn run(as_json: bool, data: &DataArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let folder = data_dir(data, environment)?.join("metrics");
    anyhow::ensure!(
        folder.is_dir(),
        "there is no metric store in {}: name the data directory with --data",
        folder.display()
    );
    let options = config::load(data.config.as_deref(), environment, Vec::new())?
        .config
        .metrics
        .options();
    // Whoever holds the journal holds the store.
    let _held = SegmentJournal::open(&folder.join("journal"), metric_journal_options())
        .context("take the metric store; stop the server that runs on it first")?;
    let now = Timestamp(clock::now_ms().saturating_mul(1_000_000));
    let report = telling(TELL_EVERY, tell, |note| {
        compact_store(&folder, &options, now, &mut |progress| note(*progress))
    })
    .with_context(|| format!("compact {}", folder.display()))?;
    if as_json {
        let aside: Vec<Value> = report
            .set_aside
            .iter()
            .map(|aside| json!({"path": aside.path, "detail": aside.detail}))
            .collect();
        output::json(&json!({
            "before": as_value(&report.before), "after": as_value(&report.after), "set_aside": aside,
        }))?;
    } else {
        output::line(&format!("before: {}", sentence(&report.before)))?;
        output::line(&format!("after:  {}", sentence(&report.after)))?;
    }
    for aside in &report.set_aside {
        output::note(&format!(
            "{} was damaged and set aside: {}",
            aside.path, aside.detail
        ));
    }
    Ok(if report.set_aside.is_empty() {
        Outcome::Done
    } else {
        Outcome::Wrong
    })
}

fn tell(progress: Option<CompactProgress>, took: Duration) {
    let so_far = progress.map_or_else(|| "begun".to_owned(), |progress| sentence(&progress));
    output::note(&format!("  after {} s: {so_far}", took.as_secs()));
}

fn sentence(progress: &CompactProgress) -> String {
    let each = if progress.samples > 0 {
        format!(
            ", {:.2} bytes a sample",
            progress.bytes as f64 / progress.samples as f64
        )
    } else {
        String::new()
    };
    format!(
        "{} files, {} samples in {}{each}, {} of aggregates",
        progress.files,
        progress.samples,
        show_bytes(progress.bytes),
        show_bytes(progress.rollup_bytes)
    )
}

fn as_value(progress: &CompactProgress) -> Value {
    json!({
        "files": progress.files, "bytes": progress.bytes, "samples": progress.samples,
        "rollup_bytes": progress.rollup_bytes,
    })
}
