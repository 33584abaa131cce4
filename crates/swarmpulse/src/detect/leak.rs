//! `swarmpulse detect leak`: whether the memory that a file tells of leaks.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use swarmpulse_detect::{LeakTracker, LeakVerdict};

use super::alone::rounded;
use super::table::{Row, Table};
use crate::exit::Outcome;

/// A mebibyte.
const MIB: f64 = 1_048_576.0;

/// Tells a leak from a warm-up, a fill, a saw-tooth, a step, a daily curve and a restart, row by row.
#[derive(Args, Debug)]
pub struct LeakArgs {
    /// The file: columns `timestamp` and `value` (bytes), and if there are several series `series`; `restart` is 1 in the
    /// first row of a new life.
    #[arg(long, value_name = "FILE")]
    csv: PathBuf,
    /// The most memory there may be, in bytes: adds the time until it is reached.
    #[arg(long, value_name = "BYTES")]
    limit_bytes: Option<f64>,
    /// Write a JSON object a line instead of CSV.
    #[arg(long)]
    json: bool,
}

/// A row with what is held to be true at it.
#[derive(Serialize)]
struct Judged<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<&'a str>,
    timestamp: &'a str,
    value: Option<f64>,
    verdict: &'static str,
    rate_mb_per_hour: Option<f64>,
    interval_mb_per_hour: Option<(f64, f64)>,
    since: Option<String>,
    time_to_limit_s: Option<f64>,
    confidence: Option<f64>,
}

/// Writes `[series,]timestamp,value,verdict,rate_mb_per_hour,confidence[,time_to_limit_s]`, or JSON.
///
/// # Errors
/// If the file cannot be read or the limit is none.
pub fn run(args: &LeakArgs) -> anyhow::Result<Outcome> {
    if let Some(limit) = args.limit_bytes {
        ensure!(
            limit.is_finite() && limit > 0.0,
            "`--limit-bytes {limit}` is no limit: give a number of bytes above 0"
        );
    }
    let mut table = Table::open(&args.csv)?;
    let several = table.has_series();
    let out = io::BufWriter::new(io::stdout().lock());
    let mut out = if args.json {
        Out::Json(out)
    } else {
        Out::Csv(Box::new(csv::Writer::from_writer(out)))
    };
    out.header(several, args.limit_bytes.is_some())?;
    let mut trackers: BTreeMap<String, LeakTracker> = BTreeMap::new();
    while let Some(row) = table.next_row()? {
        if !trackers.contains_key(&row.series) {
            trackers.insert(row.series.clone(), LeakTracker::default());
        }
        let tracker = trackers.get_mut(&row.series).context("it was put there")?;
        if row.restart {
            tracker.restart();
        }
        tracker.sample(row.at, row.value);
        out.row(&row, several, &tracker.verdict(), args.limit_bytes)?;
    }
    out.flush().context("write the verdicts")?;
    Ok(Outcome::Done)
}

/// Where rows go.
enum Out<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Json(W),
}

impl<W: Write> Out<W> {
    fn header(&mut self, several: bool, limited: bool) -> anyhow::Result<()> {
        if let Self::Csv(out) = self {
            let names = ["timestamp", "value", "verdict", "rate_mb_per_hour", "confidence"];
            let first = several.then_some("series");
            let last = limited.then_some("time_to_limit_s");
            out.write_record(first.into_iter().chain(names).chain(last))?;
        }
        Ok(())
    }

    fn row(
        &mut self,
        row: &Row,
        several: bool,
        verdict: &LeakVerdict,
        limit: Option<f64>,
    ) -> anyhow::Result<()> {
        let rate = verdict.rate_bytes_per_hour.map(|rate| rate / MIB);
        let left = limit.and_then(|limit| seconds_left(verdict, limit));
        let cell = |value: Option<f64>| value.map_or_else(String::new, rounded);
        match self {
            Self::Csv(out) => {
                let (rate, confidence) = (cell(rate), cell(verdict.confidence));
                let first = several.then_some(row.series.as_str());
                let cells = [
                    &row.written,
                    &row.value_written,
                    verdict.state.as_str(),
                    &rate,
                    &confidence,
                ];
                let last = limit.map(|_| cell(left));
                out.write_record(first.into_iter().chain(cells).chain(last.as_deref()))?;
            }
            Self::Json(out) => {
                let judged = Judged {
                    series: several.then_some(row.series.as_str()),
                    timestamp: &row.written,
                    value: row.value.is_finite().then_some(row.value),
                    verdict: verdict.state.as_str(),
                    rate_mb_per_hour: rate,
                    interval_mb_per_hour: verdict.interval.map(|(low, high)| (low / MIB, high / MIB)),
                    since: verdict.from.map(|from| from.to_string()),
                    time_to_limit_s: left,
                    confidence: verdict.confidence,
                };
                serde_json::to_writer(&mut *out, &judged)?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Csv(out) => out.flush(),
            Self::Json(out) => out.flush(),
        }
    }
}

/// Seconds until the limit, if it leaks.
fn seconds_left(verdict: &LeakVerdict, limit: f64) -> Option<f64> {
    let (rate, level) = (verdict.rate_bytes_per_hour?, verdict.level_bytes?);
    (verdict.confidence.is_some() && rate > 0.0).then(|| ((limit - level) / rate * 3600.0).max(0.0))
}
