//! `swarmpulse detect exhaustion`: when the resource that a file tells of runs out.

use std::io;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Args;
use swarmpulse_detect::Signal;

use super::alone::{self, Each};
use super::table::Table;
use crate::exit::Outcome;

/// Foretells when a resource reaches its limit, row by row.
#[derive(Args, Debug)]
pub struct ExhaustionArgs {
    /// The file: columns `timestamp` and `value`, and if there are several series `series`; `restart` is 1 in the first
    /// row of a new life.
    #[arg(long, value_name = "FILE")]
    csv: PathBuf,
    /// The most there may be, in the unit of the values.
    #[arg(long, value_name = "AMOUNT")]
    limit: f64,
}

/// Writes `[series,]timestamp,value,verdict,used_ratio,time_to_limit_s,confidence`.
///
/// # Errors
/// If the file cannot be read or the limit is none.
pub fn run(args: &ExhaustionArgs) -> anyhow::Result<Outcome> {
    ensure!(
        Signal::limit(args.limit).is_some(),
        "`--limit {}` is no limit: give a number above 0",
        args.limit
    );
    let mut table = Table::open(&args.csv)?;
    let mut out = csv::Writer::from_writer(io::BufWriter::new(io::stdout().lock()));
    let first = table.has_series().then_some("series");
    let names = [
        "timestamp",
        "value",
        "verdict",
        "used_ratio",
        "time_to_limit_s",
        "confidence",
    ];
    out.write_record(first.into_iter().chain(names))?;
    let mut each = Each::of("exhaustion");
    while let Some(row) = table.next_row()? {
        let it = each.series(&row.series)?;
        if row.restart {
            it.restart();
        }
        it.feed(Signal::MemoryLimitBytes, row.at, args.limit);
        it.feed(Signal::MemoryBytes, row.at, row.value);
        let report = it.ask(row.at);
        let used = if row.value.is_finite() {
            alone::rounded(row.value / args.limit)
        } else {
            String::new()
        };
        let cells = [
            row.written,
            row.value_written,
            alone::verdict(report).to_owned(),
            used,
            alone::cell(&report.published, "swarmpulse_exhaustion_time_seconds"),
            alone::confidence(report),
        ];
        let first = table.has_series().then_some(row.series);
        out.write_record(first.into_iter().chain(cells))?;
    }
    out.flush().context("write the verdicts")?;
    Ok(Outcome::Done)
}
