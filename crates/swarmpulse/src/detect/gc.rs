//! `swarmpulse detect gc`: how much of its time a program spends collecting garbage.

use std::io;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use swarmpulse_detect::Signal;

use super::alone::{self, Each};
use super::table::Table;
use crate::exit::Outcome;

/// Finds pressure of garbage collection, row by row.
#[derive(Args, Debug)]
pub struct GcArgs {
    /// The file: columns `timestamp` and `value`, which is the time in collection in seconds since the program's start,
    /// and if there are several series `series`; `restart` is 1 in the first row of a new life.
    #[arg(long, value_name = "FILE")]
    csv: PathBuf,
}

/// Writes `[series,]timestamp,value,verdict,gc_time_ratio,confidence`.
///
/// # Errors
/// If the file cannot be read.
pub fn run(args: &GcArgs) -> anyhow::Result<Outcome> {
    let mut table = Table::open(&args.csv)?;
    let mut out = csv::Writer::from_writer(io::BufWriter::new(io::stdout().lock()));
    let first = table.has_series().then_some("series");
    let names = ["timestamp", "value", "verdict", "gc_time_ratio", "confidence"];
    out.write_record(first.into_iter().chain(names))?;
    let mut each = Each::of("gc");
    while let Some(row) = table.next_row()? {
        let it = each.series(&row.series)?;
        if row.restart {
            it.restart();
        }
        it.feed(Signal::GcSecondsTotal, row.at, row.value);
        let report = it.ask(row.at);
        let cells = [
            row.written,
            row.value_written,
            alone::verdict(report).to_owned(),
            alone::cell(&report.published, "swarmpulse_gc_time_ratio"),
            alone::confidence(report),
        ];
        let first = table.has_series().then_some(row.series);
        out.write_record(first.into_iter().chain(cells))?;
    }
    out.flush().context("write the verdicts")?;
    Ok(Outcome::Done)
}
