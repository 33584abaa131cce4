//! `swarmpulse detect failures`: runs the detector of failures over records in a file, and shows what it said when.

mod line;
mod told;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use swarmpulse_detect::{FailureFigures, FailureWatch};
use swarmpulse_model::{Timestamp, entity};

use super::lines;
use super::rounds::{Rounds, SLOW_AFTER_S};
use crate::exit::Outcome;
use crate::output;

const ABOUT: &str = "Lines of the file are records as the API takes them, in the order of time:
  {\"record\": \"task\", \"task\": \"t1\", \"type\": \"render\", \"agent\": \"bot-1\", \"status\": \"completed\", \"at\": \"2026-01-31T09:30:00Z\"}
  {\"record\": \"failure\", \"task\": \"t2\", \"type\": \"render\", \"agent\": \"bot-1\", \"error\": \"TimeoutError: after 30s\", \"at\": 1769851801}
  {\"record\": \"call\", \"service\": \"db\", \"status_code\": 503, \"at\": 1769851802}
`record` is task, failure, call, event or heartbeat; without it a line with `service` is a call, one with `status` a task,
one with `event_type` an event, any other a failure. `at` is when it was received, as RFC 3339 or Unix seconds; without it
the latest of the record's own times counts.";

/// Finds what fails more than usual, more and more, at which times, with what, and with which errors.
#[derive(Args, Debug)]
#[command(after_help = ABOUT)]
pub struct FailuresArgs {
    /// The file: one record a line, as JSON.
    #[arg(long, value_name = "FILE")]
    ndjson: PathBuf,
    /// Print what was found when, and all figures at the end, as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// If the file cannot be read, or a line is no record with a time: the error names the line.
pub fn run(args: &FailuresArgs) -> anyhow::Result<Outcome> {
    let mut run = rounds();
    let name = lines::each(&args.ndjson, |line| take(&mut run, line))?;
    let now = run.now.with_context(|| format!("there is no record in {name}"))?;
    run.look(now);
    let figures = figures(&run, now);
    if args.json {
        let changes = serde_json::to_value(&run.changes)?;
        let figures = serde_json::to_value(&figures)?;
        output::json(&serde_json::json!({
            "at": now.to_string(), "changes": changes, "missing": run.missing, "figures": figures,
        }))?;
    } else {
        output::print(&told::text(&run.changes, &run.missing, figures.as_ref()))?;
    }
    Ok(Outcome::Done)
}

/// After a gap everything has ended that was found of failures: the rest of it is passed over.
fn rounds() -> Rounds<FailureWatch> {
    Rounds::new(FailureWatch::new(), SLOW_AFTER_S)
}

fn take(run: &mut Rounds<FailureWatch>, line: &[u8]) -> anyhow::Result<()> {
    let (at, record) = line::read(line)?;
    run.pass(at)?;
    run.observe(&record);
    Ok(())
}

/// Everything that is known; `None` if nothing ended.
fn figures(run: &Rounds<FailureWatch>, now: Timestamp) -> Option<FailureFigures> {
    run.detector.figures(entity::DEFAULT_NAMESPACE, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_begins_to_fail_is_told_with_its_figures() {
        let mut run = rounds();
        for n in 0..4000_u32 {
            let at = 1_790_000_000 + u64::from(n) * 5;
            let (kind, bad) = (n % 2, n >= 2000 && n % 4 == 1);
            let status = if bad { "failed" } else { "completed" };
            let error = if bad {
                ",\"error\":\"TimeoutError: after 30s\""
            } else {
                ""
            };
            let line = format!(
                "{{\"record\":\"task\",\"task\":\"t{n}\",\"type\":\"k{kind}\",\"status\":\"{status}\",\"at\":{at}{error}}}"
            );
            take(&mut run, line.as_bytes()).unwrap();
        }
        let now = run.now.unwrap();
        run.look(now);
        let high = run
            .changes
            .iter()
            .find(|change| change.condition == "failure_rate_high")
            .unwrap();
        assert_eq!((high.what, high.subject.as_str()), ("began", "k1"));
        let figures = figures(&run, now).unwrap();
        assert_eq!((figures.tasks.ended, figures.tasks.failed), (4000, 500));
        assert_eq!(figures.groups[0].template, "TimeoutError: after <n>s");
        let text = told::text(&run.changes, &run.missing, Some(&figures));
        for part in [
            "4000 tasks",
            "k1",
            "TimeoutError: after <n>s",
            "began",
            "failure_rate_high",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        let json = serde_json::to_value(&figures).unwrap();
        assert_eq!(json["at"], now.to_string());
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told() {
        let mut run = rounds();
        let error = |run: &mut Rounds<FailureWatch>, line: &str| {
            format!("{:#}", take(run, line.as_bytes()).unwrap_err())
        };
        assert!(
            error(
                &mut run,
                "{\"record\":\"task\",\"task\":\"a\",\"status\":\"completed\"}"
            )
            .contains("no time")
        );
        assert!(error(&mut run, "{\"record\":\"song\",\"at\":5}").contains("`song`"));
        assert!(error(&mut run, "{\"record\":\"task\",\"at\":1790000000}").contains("`task`"));
        assert!(error(&mut run, "nonsense").contains("JSON"));
        take(&mut run, "{\"error\":\"x\",\"at\":1790000000}".as_bytes()).unwrap();
        assert!(error(&mut run, "{\"error\":\"x\",\"at\":1780000000}").contains("sort the records"));
        assert_eq!(figures(&run, run.now.unwrap()).unwrap().tasks.failed, 1);
    }
}
