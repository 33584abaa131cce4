//! `swarmpulse detect anomaly`: how anomalous each value of a file is, as compared with those before it.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use swarmpulse_detect::AnomalyScorer;
use swarmpulse_model::time::SECOND_NS;

use super::table::{Row, Table};
use crate::exit::Outcome;

/// Series of one file; each takes 2 KiB.
const SERIES_MAX: usize = 100_000;

/// Scores every value of a file, 0 to 1, by itself and the values before it.
#[derive(Args, Debug)]
pub struct AnomalyArgs {
    /// The file: columns `timestamp` and `value`, and if there are several series `series`; `restart` is 1 in the first
    /// row of a new life.
    #[arg(long, value_name = "FILE")]
    csv: PathBuf,
    /// Write a JSON object a row instead of CSV.
    #[arg(long)]
    json: bool,
}

/// Writes `[series,]timestamp,value,anomaly_score`, a row for each row that was read.
///
/// # Errors
/// If the file cannot be read or holds too many series.
pub fn run(args: &AnomalyArgs) -> anyhow::Result<Outcome> {
    let mut table = Table::open(&args.csv)?;
    let mut scorers = Scorers::default();
    let out = io::BufWriter::new(io::stdout().lock());
    if args.json {
        as_json(&mut table, &mut scorers, out)
    } else {
        as_csv(&mut table, &mut scorers, out)
    }
    .context("write the scores")?;
    Ok(Outcome::Done)
}

fn as_csv(table: &mut Table, scorers: &mut Scorers, out: impl io::Write) -> anyhow::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    let has_series = table.has_series();
    let first = has_series.then_some("series");
    out.write_record(first.into_iter().chain(["timestamp", "value", "anomaly_score"]))?;
    while let Some(row) = table.next_row()? {
        let score = scorers.score(&row)?.to_string();
        let first = has_series.then_some(row.series);
        let cells = [row.written, row.value_written, score];
        out.write_record(first.into_iter().chain(cells))?;
    }
    out.flush()?;
    Ok(())
}

fn as_json(table: &mut Table, scorers: &mut Scorers, mut out: impl io::Write) -> anyhow::Result<()> {
    let has_series = table.has_series();
    while let Some(row) = table.next_row()? {
        let mut object = serde_json::Map::new();
        let score = scorers.score(&row)?;
        if has_series {
            object.insert("series".to_owned(), row.series.into());
        }
        object.insert("timestamp".to_owned(), row.written.into());
        object.insert("value".to_owned(), row.value.into());
        object.insert("anomaly_score".to_owned(), score.into());
        serde_json::to_writer(&mut out, &object)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// A scorer for each series.
#[derive(Default)]
struct Scorers(BTreeMap<String, Box<AnomalyScorer>>);

impl Scorers {
    fn score(&mut self, row: &Row) -> anyhow::Result<f32> {
        if !self.0.contains_key(&row.series) {
            if self.0.len() >= SERIES_MAX {
                bail!("more than {SERIES_MAX} series: split the file by its column `series`");
            }
            self.0.insert(row.series.clone(), Box::default());
        }
        let Some(scorer) = self.0.get_mut(&row.series) else {
            return Ok(0.0);
        };
        if row.restart {
            scorer.restart();
        }
        Ok(scorer.push(row.at.0.div_euclid(SECOND_NS), row.value))
    }
}
