//! `swarmpulse store export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use anyhow::Context as _;
use swarmpulse_metrics::{ExportProgress, export_store};
use swarmpulse_store::MetricStore as _;
use swarmpulse_store::metrics::Selection;

use super::ExportArgs;
use crate::config::{self, Environment};
use crate::exit::Outcome;
use crate::offline::data_dir;
use crate::query::times;
use crate::wiring::open_metrics;
use crate::{clock, output};

/// Progress is told after so many series.
const TELL_EVERY: u64 = 10_000;

pub(super) fn run(args: &ExportArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let data = data_dir(&args.data, environment)?;
    anyhow::ensure!(
        data.join("metrics").is_dir(),
        "there is no metric store in {}: name the data directory with --data",
        data.display()
    );
    let options = config::load(args.data.config.as_deref(), environment, Vec::new())?
        .config
        .metrics
        .options();
    let selection = selection(args)?;
    let opened = open_metrics(&data, options).context(
        "take the metric store; stop the server that runs on it first, or ask it with `swarmpulse query`",
    )?;
    let mut told = |progress: &ExportProgress| {
        if progress.series_done.is_multiple_of(TELL_EVERY) {
            output::note(&format!(
                "  {} of {} series, {} samples",
                progress.series_done, progress.series, progress.samples
            ));
        }
    };
    let mut into: Box<dyn Write> = match &args.output {
        Some(path) => {
            let file = File::create(path).with_context(|| format!("write {}", path.display()))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(BufWriter::new(io::stdout().lock())),
    };
    let done = export_store(
        &*opened.store,
        &selection,
        args.format.into(),
        &mut into,
        &mut told,
    );
    let now = swarmpulse_model::Timestamp(clock::now_ms().saturating_mul(1_000_000));
    if let Err(error) = opened.store.close(now) {
        output::note(&format!(
            "swarmpulse: the store is not closed in good order: {error}"
        ));
    }
    let done = match done {
        Err(swarmpulse_metrics::ExportError::Write(error)) => return Err(error.into()),
        other => other?,
    };
    output::note(&format!(
        "{} series, {} samples written",
        done.series, done.samples
    ));
    if done.markers_left_out > 0 {
        output::note(&format!(
            "{} markers of series that were gone are left out: the format cannot say them",
            done.markers_left_out
        ));
    }
    Ok(Outcome::Done)
}

fn selection(args: &ExportArgs) -> anyhow::Result<Selection> {
    let matchers = match &args.selector {
        Some(selector) => swarmpulse_promql::parse_selector(selector)
            .map_err(|error| anyhow::anyhow!("--match: {error}; write a selector as up{{job=\"a\"}}"))?,
        None => Vec::new(),
    };
    let now_ms = clock::now_ms();
    let to_ms = match &args.end {
        Some(end) => times::time_ms("--end", end, now_ms)?,
        None => times::LAST_MS,
    };
    let from_ms = match (&args.start, &args.since) {
        (Some(start), _) => times::time_ms("--start", start, now_ms)?,
        (None, Some(since)) => now_ms - times::span_ms("--since", since)?,
        (None, None) => times::FIRST_MS,
    };
    anyhow::ensure!(from_ms <= to_ms, "--end lies before the beginning");
    Ok(Selection {
        matchers,
        from_ms,
        to_ms,
        series_max: usize::MAX,
    })
}
