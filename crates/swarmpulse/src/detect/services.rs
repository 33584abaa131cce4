//! `swarmpulse detect services`: runs the detector of services over calls in a file, and shows what it said when.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use swarmpulse_detect::{
    Detector as _, Finding, Graph, Report, ServiceBook, ServiceFigures, Subjects, Surroundings,
};
use swarmpulse_model::{EntityKey, Record, Text, Timestamp, entity};
use swarmpulse_wire::{Format, Kind, Limits, Privacy, decode_as};

use crate::exit::Outcome;
use crate::output;

/// Seconds of the calls' own time between two looks, as in the server.
const ROUND_S: f64 = 15.0;
/// After so long without a call, in seconds, the rest of the gap is passed over: everything has ended by then.
const GAP_S: f64 = 7200.0;

/// Finds services that are slow, failing or down in calls of a file.
#[derive(Args, Debug)]
pub struct ServicesArgs {
    /// The file: one call a line, as JSON, as `POST /api/v1/calls` takes it, each with its time as `at`, in order. A line with
    /// `"record": "service"` declares a service and its limits.
    #[arg(long, value_name = "FILE")]
    ndjson: PathBuf,
    /// Print what was found when, and how services are at the end, as JSON.
    #[arg(long)]
    json: bool,
}

/// Something that began or ended.
#[derive(Debug, Serialize)]
struct Change {
    at: String,
    /// `began` or `ended`.
    what: &'static str,
    condition: &'static str,
    service: Text,
    severity: &'static str,
    confidence: f64,
    since: String,
    sentence: String,
}

struct Run {
    book: ServiceBook,
    graph: Graph,
    now: Option<Timestamp>,
    due: Timestamp,
    held: BTreeMap<(&'static str, EntityKey), Finding>,
    changes: Vec<Change>,
}

/// Runs it.
///
/// # Errors
/// If the file cannot be read, or a line is no call with a time: the error names the line.
pub fn run(args: &ServicesArgs) -> anyhow::Result<Outcome> {
    let mut run = Run {
        book: ServiceBook::new(),
        graph: Graph::default(),
        now: None,
        due: Timestamp::default(),
        held: BTreeMap::new(),
        changes: Vec::new(),
    };
    let name = args.ndjson.display().to_string();
    for (number, line) in open(&args.ndjson)?.lines().enumerate() {
        let line = line.with_context(|| format!("read {name}"))?;
        if !line.trim().is_empty() {
            run.take(&line)
                .with_context(|| format!("{name}, line {}", number + 1))?;
        }
    }
    let now = run.now.with_context(|| format!("there is no call in {name}"))?;
    run.look(now);
    let figures: Vec<ServiceFigures> = run.book.figures(now).collect();
    if args.json {
        let changes = serde_json::to_value(&run.changes)?;
        let services = serde_json::to_value(&figures)?;
        output::json(&serde_json::json!({ "changes": changes, "services": services }))?;
    } else {
        show(&run.changes, &figures)?;
    }
    Ok(Outcome::Done)
}

fn open(path: &Path) -> anyhow::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    Ok(Box::new(BufReader::new(file)))
}

/// Whether a line declares a service.
fn kind_of(line: &str) -> Kind {
    #[derive(serde::Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        record: Option<std::borrow::Cow<'a, str>>,
    }
    let named = serde_json::from_str::<Named<'_>>(line).ok();
    match named.and_then(|named| named.record).as_deref() {
        Some("service") => Kind::Services,
        _ => Kind::Calls,
    }
}

impl Run {
    fn take(&mut self, line: &str) -> anyhow::Result<()> {
        let decoded = decode_as(
            kind_of(line),
            Format::Auto,
            line.as_bytes(),
            &Limits::default(),
            &Privacy::default(),
        )?;
        if let Some(rejection) = decoded.rejected.first() {
            anyhow::bail!("{}", rejection.error);
        }
        let namespace = Text::const_new(entity::DEFAULT_NAMESPACE);
        for record in decoded.records {
            if let Record::Call(call) = &record {
                let at = call.at.context("the call has no `at`: say when it ended")?;
                self.pass(at)?;
            }
            if let Record::Service(service) = &record {
                let key = (namespace.clone(), service.service.clone());
                self.graph.depends_on.insert(key, service.depends_on.clone());
            }
            let now = self.now.unwrap_or_default();
            self.book.observe(&namespace, now, &record);
        }
        Ok(())
    }

    /// Lets time pass until then, looking as often as the server does.
    fn pass(&mut self, to: Timestamp) -> anyhow::Result<()> {
        let Some(now) = self.now else {
            self.now = Some(to);
            self.due = to.plus_s(ROUND_S);
            return Ok(());
        };
        ensure!(
            to >= now,
            "`at` is {to}, before that of an earlier line, {now}: sort the calls by time"
        );
        let last = now.plus_s(GAP_S);
        while self.due <= to && self.due <= last {
            self.look(self.due);
            self.due = self.due.plus_s(ROUND_S);
        }
        if self.due <= to {
            self.due = to.plus_s(ROUND_S);
        }
        self.now = Some(to);
        Ok(())
    }

    fn look(&mut self, now: Timestamp) {
        let (subjects, mut report) = (Subjects::default(), Report::default());
        let around = Surroundings {
            subjects: &subjects,
            graph: &self.graph,
        };
        self.book.evaluate(now, &around, &mut report);
        let mut held = BTreeMap::new();
        for finding in report.findings {
            let key = (finding.condition, finding.subject.clone());
            if self.held.remove(&key).is_none() {
                self.changes.push(change(now, "began", &finding));
            }
            held.insert(key, finding);
        }
        let ended = std::mem::replace(&mut self.held, held);
        self.changes
            .extend(ended.into_values().map(|finding| change(now, "ended", &finding)));
    }
}

fn change(now: Timestamp, what: &'static str, finding: &Finding) -> Change {
    Change {
        at: now.to_string(),
        what,
        condition: finding.condition,
        service: finding.subject.id.clone(),
        severity: finding.severity.as_str(),
        confidence: finding.confidence,
        since: finding.since.to_string(),
        sentence: finding.sentence.clone(),
    }
}

fn show(changes: &[Change], figures: &[ServiceFigures]) -> io::Result<()> {
    for change in changes {
        let Change {
            at,
            what,
            condition,
            severity,
            sentence,
            ..
        } = change;
        output::line(&format!("{at}  {what}  {condition} ({severity})  {sentence}"))?;
    }
    if !changes.is_empty() {
        output::line("")?;
    }
    let head = [
        "service",
        "status",
        "calls",
        "per minute",
        "failed %",
        "timed out %",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "usual p95 ms",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(figures.iter().map(row));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| width(column).unwrap_or_default())
        .collect();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Names to the left, numbers to the right.
            line += &if column < 2 {
                format!("{cell:<width$}  ")
            } else {
                format!("{cell:>width$}  ")
            };
        }
        output::line(line.trim_end())?;
    }
    Ok(())
}

fn row(it: &ServiceFigures) -> [String; 10] {
    let ms = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"));
    let status = serde_json::to_value(it.status).unwrap_or_default();
    [
        it.service.to_string(),
        status.as_str().unwrap_or_default().to_owned(),
        it.calls.to_string(),
        format!("{:.1}", it.calls_per_minute),
        format!("{:.2}", it.error_ratio * 100.0),
        format!("{:.2}", it.timeout_ratio * 100.0),
        ms(it.p50_ms),
        ms(it.p95_ms),
        ms(it.p99_ms),
        ms(it.usual_p95_ms),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> Run {
        Run {
            book: ServiceBook::new(),
            graph: Graph::default(),
            now: None,
            due: Timestamp::default(),
            held: BTreeMap::new(),
            changes: Vec::new(),
        }
    }

    #[test]
    fn a_service_that_becomes_slow_is_told_with_its_beginning_and_end() {
        let mut run = run();
        for n in 0..2000_u32 {
            let slow = (1200..1400).contains(&n);
            let latency_ms = if slow { 900 } else { 100 + n % 7 };
            let at = 1_790_000_000 + u64::from(n) * 5;
            let line = format!(
                "{{\"service\": \"db\", \"latency_ms\": {latency_ms}, \"status_code\": 200, \"at\": {at}}}"
            );
            run.take(&line).unwrap();
        }
        let told: Vec<_> = run
            .changes
            .iter()
            .map(|change| (change.what, change.condition))
            .collect();
        assert_eq!(
            told,
            [("began", "service_degraded"), ("ended", "service_degraded")]
        );
        assert!(
            run.changes[0].sentence.starts_with("db is slow since "),
            "{:?}",
            run.changes[0]
        );
        let figures = run.book.figures(run.now.unwrap()).next().unwrap();
        assert_eq!((figures.calls, figures.calls_per_minute), (2000, 12.0));
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told() {
        let mut run = run();
        let error = |run: &mut Run, line: &str| run.take(line).unwrap_err().to_string();
        assert!(error(&mut run, "{\"service\": \"db\"}").contains("`at`"));
        assert!(error(&mut run, "{\"latency_ms\": 5}").contains("service"));
        run.take("{\"record\": \"service\", \"service\": \"db\", \"latency_limit_ms\": 50}")
            .unwrap();
        run.take("{\"service\": \"db\", \"at\": 1790000000}").unwrap();
        assert!(error(&mut run, "{\"service\": \"db\", \"at\": 1780000000}").contains("sort the calls"));
    }
}
