//! `swarmpulse detect failures`: runs the detector of failures over records in a file, and shows what it said when.

mod line;
mod told;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;
use swarmpulse_detect::{
    Detector as _, FailureFigures, FailureWatch, Finding, Graph, Report, Subjects, Surroundings,
};
use swarmpulse_model::{EntityKey, Text, Timestamp, entity};

use crate::exit::Outcome;
use crate::output;
use told::Change;

/// Seconds of the records' own time between two looks, as in the server.
const ROUND_S: f64 = 15.0;
/// After so long without a record, in seconds, the rest of the gap is passed over: everything has ended by then.
const GAP_S: f64 = 7200.0;

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

struct Run {
    watch: FailureWatch,
    now: Option<Timestamp>,
    due: Timestamp,
    held: BTreeMap<(&'static str, EntityKey), Finding>,
    changes: Vec<Change>,
    missing: Vec<String>,
}

/// Runs it.
///
/// # Errors
/// If the file cannot be read, or a line is no record with a time: the error names the line.
pub fn run(args: &FailuresArgs) -> anyhow::Result<Outcome> {
    let mut run = Run::new();
    let name = args.ndjson.display().to_string();
    for (number, line) in open(&args.ndjson)?.lines().enumerate() {
        let line = line.with_context(|| format!("read {name}"))?;
        if !line.trim().is_empty() {
            run.take(&line)
                .with_context(|| format!("{name}, line {}", number + 1))?;
        }
    }
    let now = run.now.with_context(|| format!("there is no record in {name}"))?;
    run.look(now);
    let figures = run.figures(now);
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

fn open(path: &Path) -> anyhow::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    Ok(Box::new(BufReader::new(file)))
}

impl Run {
    fn new() -> Self {
        Self {
            watch: FailureWatch::new(),
            now: None,
            due: Timestamp::default(),
            held: BTreeMap::new(),
            changes: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn take(&mut self, text: &str) -> anyhow::Result<()> {
        let (at, record) = line::read(text)?;
        self.pass(at)?;
        self.watch
            .observe(&Text::const_new(entity::DEFAULT_NAMESPACE), at, &record);
        Ok(())
    }

    /// Everything that is known; `None` if nothing ended.
    fn figures(&self, now: Timestamp) -> Option<FailureFigures> {
        self.watch.figures(entity::DEFAULT_NAMESPACE, now)
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
            "its time is {to}, before that of an earlier line, {now}: sort the records by time"
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
        let (subjects, graph, mut report) = (Subjects::default(), Graph::default(), Report::default());
        let around = Surroundings {
            subjects: &subjects,
            graph: &graph,
        };
        self.watch.evaluate(now, &around, &mut report);
        self.missing = report.waiting.into_iter().map(|waiting| waiting.reason).collect();
        let mut held = BTreeMap::new();
        for finding in report.findings {
            let key = (finding.condition, finding.subject.clone());
            if self.held.remove(&key).is_none() {
                self.changes.push(Change::new(now, "began", &finding));
            }
            held.insert(key, finding);
        }
        let ended = std::mem::replace(&mut self.held, held);
        self.changes.extend(
            ended
                .into_values()
                .map(|finding| Change::new(now, "ended", &finding)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_begins_to_fail_is_told_with_its_figures() {
        let mut run = Run::new();
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
            run.take(&line).unwrap();
        }
        let now = run.now.unwrap();
        run.look(now);
        let high = run
            .changes
            .iter()
            .find(|change| change.condition == "failure_rate_high")
            .unwrap();
        assert_eq!((high.what, high.subject.as_str()), ("began", "k1"));
        let figures = run.figures(now).unwrap();
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
        let mut run = Run::new();
        let error = |run: &mut Run, line: &str| format!("{:#}", run.take(line).unwrap_err());
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
        run.take("{\"error\":\"x\",\"at\":1790000000}").unwrap();
        assert!(error(&mut run, "{\"error\":\"x\",\"at\":1780000000}").contains("sort the records"));
        assert_eq!(run.figures(run.now.unwrap()).unwrap().tasks.failed, 1);
    }
}
