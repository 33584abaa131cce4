//! `swarmpulse detect services`: runs the detector of services over calls in a file, and shows what it said when.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use swarmpulse_detect::{ServiceBook, ServiceFigures};
use swarmpulse_model::{Record, Text, entity};
use swarmpulse_wire::{Format, Kind, Limits, Privacy, decode_as};

use super::lines;
use super::rounds::{Change, Rounds, SLOW_AFTER_S, write_changes};
use crate::exit::Outcome;
use crate::output;

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

/// Runs it.
///
/// # Errors
/// If the file cannot be read, or a line is no call with a time: the error names the line.
pub fn run(args: &ServicesArgs) -> anyhow::Result<Outcome> {
    let mut run = rounds();
    let name = lines::each(&args.ndjson, |line| take(&mut run, line))?;
    let now = run.now.with_context(|| format!("there is no call in {name}"))?;
    run.look(now);
    let figures: Vec<ServiceFigures> = run.detector.figures(now).collect();
    if args.json {
        let changes = serde_json::to_value(&run.changes)?;
        let services = serde_json::to_value(&figures)?;
        output::json(&serde_json::json!({ "changes": changes, "services": services }))?;
    } else {
        show(&run.changes, &figures)?;
    }
    Ok(Outcome::Done)
}

/// Whether a line declares a service.
fn kind_of(line: &[u8]) -> Kind {
    #[derive(serde::Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        record: Option<std::borrow::Cow<'a, str>>,
    }
    let named = serde_json::from_slice::<Named<'_>>(line).ok();
    match named.and_then(|named| named.record).as_deref() {
        Some("service") => Kind::Services,
        _ => Kind::Calls,
    }
}

/// After a gap everything has ended that was found of services: the rest of it is passed over.
fn rounds() -> Rounds<ServiceBook> {
    Rounds::new(ServiceBook::new(), SLOW_AFTER_S)
}

fn take(run: &mut Rounds<ServiceBook>, line: &[u8]) -> anyhow::Result<()> {
    let decoded = decode_as(
        kind_of(line),
        Format::Auto,
        line,
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
            run.pass(at)?;
        }
        if let Record::Service(service) = &record {
            let key = (namespace.clone(), service.service.clone());
            run.graph.depends_on.insert(key, service.depends_on.clone());
        }
        run.observe(&record);
    }
    Ok(())
}

fn show(changes: &[Change], figures: &[ServiceFigures]) -> std::io::Result<()> {
    let mut text = String::new();
    write_changes(&mut text, changes);
    output::print(&text)?;
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

    #[test]
    fn a_service_that_becomes_slow_is_told_with_its_beginning_and_end() {
        let mut run = rounds();
        for n in 0..2000_u32 {
            let slow = (1200..1400).contains(&n);
            let latency_ms = if slow { 900 } else { 100 + n % 7 };
            let at = 1_790_000_000 + u64::from(n) * 5;
            let line = format!(
                "{{\"service\": \"db\", \"latency_ms\": {latency_ms}, \"status_code\": 200, \"at\": {at}}}"
            );
            take(&mut run, line.as_bytes()).unwrap();
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
        let figures = run.detector.figures(run.now.unwrap()).next().unwrap();
        assert_eq!((figures.calls, figures.calls_per_minute), (2000, 12.0));
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told() {
        let mut run = rounds();
        let error =
            |run: &mut Rounds<ServiceBook>, line: &str| take(run, line.as_bytes()).unwrap_err().to_string();
        assert!(error(&mut run, "{\"service\": \"db\"}").contains("`at`"));
        assert!(error(&mut run, "{\"latency_ms\": 5}").contains("service"));
        take(
            &mut run,
            "{\"record\": \"service\", \"service\": \"db\", \"latency_limit_ms\": 50}".as_bytes(),
        )
        .unwrap();
        take(&mut run, "{\"service\": \"db\", \"at\": 1790000000}".as_bytes()).unwrap();
        assert!(error(&mut run, "{\"service\": \"db\", \"at\": 1780000000}").contains("sort the records"));
    }
}
