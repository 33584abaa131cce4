//! `swarmpulse detect queues`: runs the detector of queues and tasks over task records in a file, and shows what it said when.

mod told;

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use swarmpulse_detect::QueueWatch;
use swarmpulse_model::record::Task;
use swarmpulse_model::{Record, Timestamp, Value};
use swarmpulse_wire::time::{parse_rfc3339, parse_unix};
use swarmpulse_wire::{Format, Kind, Limits, Privacy, decode_as};

use super::lines;
use super::rounds::Rounds;
use crate::exit::Outcome;
use crate::output;

/// A gap is looked at for so long, in seconds; nothing changes after that but ages.
const GAP_MAX_S: f64 = 31.0 * 86_400.0;

const ABOUT: &str = "Lines of the file are task records as `POST /api/v1/tasks` takes them, in order of receipt:
  {\"task\": \"t1\", \"type\": \"index\", \"queue\": \"jobs\", \"status\": \"pending\", \"at\": \"2026-01-31T09:30:00Z\"}
`at` is when the record was received, as RFC 3339 or Unix seconds; without it the latest of the record's own times is
taken, and without these the time of the line before.";

/// Finds queues that back up, tasks that are stuck and what takes everyone's time.
#[derive(Args, Debug)]
#[command(after_help = ABOUT)]
pub struct QueuesArgs {
    /// The file: one task record a line, as JSON.
    #[arg(long, value_name = "FILE")]
    ndjson: PathBuf,
    /// Look on until this time, as RFC 3339 or Unix seconds: tasks that are open at the end of the file go on waiting.
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// Print what was found when, and all figures at the end, as JSON.
    #[arg(long)]
    json: bool,
}

/// A time on the command line or in a file.
fn time(text: &str) -> Result<Timestamp, String> {
    parse_rfc3339(text).or_else(|_| parse_unix(text)).map_err(|_| {
        format!("`{text}` is no time: write `2026-01-31T09:30:00Z` or Unix seconds between 1970 and 2199")
    })
}

/// Runs it.
///
/// # Errors
/// If the file cannot be read, or a line is no task record: the error names the line.
pub fn run(args: &QueuesArgs) -> anyhow::Result<Outcome> {
    let mut run = rounds();
    let name = lines::each(&args.ndjson, |line| take(&mut run, line))?;
    let mut now = run
        .now
        .with_context(|| format!("there is no task record in {name}"))?;
    if let Some(until) = args.until {
        ensure!(
            until >= now,
            "--until is {until}, before the last record of {name}, {now}"
        );
        run.pass(until)?;
        now = until;
    }
    run.look(now);
    let figures = run.detector.figures(now);
    if args.json {
        let changes = serde_json::to_value(&run.changes)?;
        let mut all = serde_json::to_value(&figures)?;
        all["at"] = now.to_string().into();
        all["changes"] = changes;
        output::json(&all)?;
    } else {
        output::print(&told::text(&run.changes, &figures))?;
    }
    Ok(Outcome::Done)
}

/// When a record was received: what its `at` says, else the latest of its own times.
fn received(task: &Task) -> anyhow::Result<Option<Timestamp>> {
    let at = match task.attributes.get("at") {
        None => None,
        Some(Value::Text(text)) => Some(time(text)),
        Some(Value::Integer(seconds)) => Some(time(&seconds.to_string())),
        Some(Value::Number(seconds)) => Some(time(&seconds.to_string())),
        Some(_) => bail!("`at` is no time: write `2026-01-31T09:30:00Z` or Unix seconds"),
    };
    let at = at.transpose().map_err(|error| anyhow::anyhow!("`at`: {error}"))?;
    let told = [
        task.queued_at,
        task.assigned_at,
        task.started_at,
        task.finished_at,
    ];
    Ok(at.or(told.into_iter().flatten().max()))
}

fn rounds() -> Rounds<QueueWatch> {
    Rounds::new(QueueWatch::new(), GAP_MAX_S)
}

fn take(run: &mut Rounds<QueueWatch>, line: &[u8]) -> anyhow::Result<()> {
    let decoded = decode_as(
        Kind::Tasks,
        Format::Auto,
        line,
        &Limits::default(),
        &Privacy::default(),
    )?;
    if let Some(rejection) = decoded.rejected.first() {
        bail!("{}", rejection.error);
    }
    for record in decoded.records {
        let Record::Task(task) = &record else { continue };
        match received(task)? {
            Some(at) => run.pass(at)?,
            None if run.now.is_some() => {}
            None => bail!("the first record tells no time: give it `at`, when it was received"),
        }
        run.observe(&record);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(task: &str, status: &str, at: u32) -> String {
        format!(
            "{{\"task\": \"{task}\", \"type\": \"index\", \"queue\": \"jobs\", \"status\": \"{status}\", \"at\": {}}}",
            1_790_000_000 + at
        )
    }

    #[test]
    fn tasks_that_wait_at_the_end_count_and_are_told() {
        let mut run = rounds();
        for n in 0..40_u32 {
            let name = format!("t{n}");
            for (status, after) in [("pending", 0), ("running", 1), ("completed", 3)] {
                take(&mut run, line(&name, status, 30 * n + after).as_bytes()).unwrap();
            }
        }
        for n in 0..50_u32 {
            take(
                &mut run,
                line(&format!("left{n}"), "pending", 1200 + n).as_bytes(),
            )
            .unwrap();
        }
        let end = Timestamp::from_unix_s(1_790_004_800.0);
        run.pass(end).unwrap();
        run.look(end);
        let found: Vec<_> = run
            .changes
            .iter()
            .map(|change| (change.what, change.condition))
            .collect();
        assert_eq!(found, [("began", "queue_backlog")]);
        let figures = run.detector.figures(end);
        assert_eq!(figures.queues[0].depth, 50);
        let p95 = figures.queues[0].wait.p95.unwrap();
        assert!(p95.more_than && p95.seconds > 3500.0, "{p95:?}");
        let text = told::text(&run.changes, &figures);
        for wanted in [
            "began  queue_backlog (warning)  50 tasks wait in queue jobs, the longest for 10 min",
            "throughput_low (critical)  50 tasks wait in queue jobs, the longest for 1 h",
        ] {
            assert!(text.contains(wanted), "{text}");
        }
        assert!(text.contains("> 1.0 h"), "{text}");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told() {
        let mut run = rounds();
        let error =
            |run: &mut Rounds<QueueWatch>, line: &str| take(run, line.as_bytes()).unwrap_err().to_string();
        let untimed = "{\"task\": \"t\", \"status\": \"pending\"}";
        assert!(error(&mut run, untimed).contains("give it `at`"));
        assert!(error(&mut run, "{\"task\": \"t\"}").contains("status"));
        let wrong = "{\"task\": \"t\", \"status\": \"pending\", \"at\": \"noon\"}";
        assert!(error(&mut run, wrong).contains("`at`: `noon` is no time"));
        take(&mut run, line("t", "pending", 100).as_bytes()).unwrap();
        take(&mut run, untimed.as_bytes()).unwrap();
        assert!(error(&mut run, &line("t", "running", 0)).contains("sort the records"));
    }
}
