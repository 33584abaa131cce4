//! `swarmpulse detect cascade`: whether failures spread, over episodes of outcomes in a file of JSON lines.

mod episode;
mod row;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::Args;

use super::lines;
use crate::exit::Outcome;
use episode::{Episode, Written};
use row::Row;

/// Episodes that may be open at once; when one more begins, the one that is heard of least is over.
const OPEN_MAX: usize = 64;

const ABOUT: &str = "Lines of the file, in any number of episodes (without `episode` they are one):
  {\"episode\": \"e1\", \"graph\": {\"api\": [\"db\"]}}            what each service needs, at the begin of the episode
  {\"episode\": \"e1\", \"t\": 12.5, \"service\": \"db\", \"agent\": \"bot-1\", \"task_type\": \"mail\", \"ok\": false}
Besides those on time, a line is written at the failure that makes the risk high.
`t` is in seconds and does not go back within an episode; `service`, `agent` and `task_type` may be left out, but a
service or a type is needed.";

/// Assesses the risk of a cascade, once a minute of every episode and at once when it becomes high.
#[derive(Args, Debug)]
#[command(after_help = ABOUT)]
pub struct CascadeArgs {
    /// The file: graphs and outcomes, a JSON object a line.
    #[arg(long, value_name = "FILE")]
    ndjson: PathBuf,
    /// Seconds between assessments.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(5..=3600))]
    every: u32,
    /// Write everything that is held: also who is affected and since when, the chance of everyone named, what to cut.
    #[arg(long)]
    json: bool,
}

/// Writes a line an assessment: `{"episode","t","risk","score","branching_ratio","root","path","next"}`.
///
/// # Errors
/// If the file cannot be read: the error names the line and what is wrong with it.
pub fn run(args: &CascadeArgs) -> anyhow::Result<Outcome> {
    let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut run = Run {
        open: Vec::new(),
        closed: std::collections::HashSet::new(),
        every_s: f64::from(args.every),
        out: Written::new(out, args.json),
    };
    lines::each(&args.ndjson, |line| run.line(line))?;
    run.finish()
}

/// Episodes under way.
struct Run<W: Write> {
    /// The one heard of last is last.
    open: Vec<Episode>,
    closed: std::collections::HashSet<String>,
    every_s: f64,
    out: Written<W>,
}

impl<W: Write> Run<W> {
    fn line(&mut self, line: &[u8]) -> anyhow::Result<()> {
        let row: Row<'_> = serde_json::from_slice(line).map_err(|error| {
            // Every line is a document of its own: its line number is always 1.
            let text = error.to_string();
            anyhow::anyhow!("{}", text.replace(" at line 1 column ", " at character "))
        })?;
        let episode = row.episode.as_ref().map_or("", |name| name.as_str());
        self.bring_up(episode, row.episode.is_some())?;
        let Some(episode) = self.open.last_mut() else {
            bail!("no episode is open")
        };
        if let Some(graph) = &row.graph {
            episode.link(graph)?;
        }
        match row.outcome()? {
            Some(outcome) => episode.take(&outcome, self.every_s, &mut self.out),
            None => {
                ensure!(row.graph.is_some(), "neither `graph` nor `t` is there");
                Ok(())
            }
        }
    }

    /// Makes an episode the last of those that are open.
    fn bring_up(&mut self, name: &str, named: bool) -> anyhow::Result<()> {
        if self.open.last().is_some_and(|it| it.name() == name) {
            return Ok(());
        }
        if let Some(at) = self.open.iter().position(|it| it.name() == name) {
            self.open[at..].rotate_left(1);
            return Ok(());
        }
        ensure!(
            !self.closed.contains(name),
            "episode `{name}` goes on after {OPEN_MAX} others began: put the lines of an episode closer together"
        );
        if self.open.len() >= OPEN_MAX {
            let mut oldest = self.open.remove(0);
            oldest.finish(self.every_s, &mut self.out)?;
            self.closed.insert(oldest.name().to_owned());
        }
        self.open.push(Episode::new(name, named));
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<Outcome> {
        for mut episode in std::mem::take(&mut self.open) {
            episode.finish(self.every_s, &mut self.out)?;
        }
        self.out.flush()?;
        Ok(Outcome::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assessed(text: &str) -> anyhow::Result<Vec<serde_json::Value>> {
        let mut bytes = Vec::new();
        let mut run = Run {
            open: Vec::new(),
            closed: std::collections::HashSet::new(),
            every_s: 60.0,
            out: Written::new(&mut bytes, true),
        };
        for line in text.lines() {
            run.line(line.as_bytes())?;
        }
        run.finish()?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok(lines.map(serde_json::from_slice).collect::<Result<_, _>>()?)
    }

    fn wrong(text: &str) -> String {
        format!("{:#}", assessed(text).expect_err(text))
    }

    #[test]
    fn an_assessment_a_minute_of_each_episode() {
        let rows = assessed(
            "{\"episode\":\"a\",\"graph\":{\"api\":[\"db\"]}}
{\"episode\":\"a\",\"t\":1,\"service\":\"db\",\"agent\":\"x\",\"task_type\":\"y\",\"ok\":true}
{\"episode\":\"b\",\"t\":100.5,\"service\":\"db\",\"ok\":true}
{\"episode\":\"a\",\"t\":121,\"service\":\"api\",\"agent\":null,\"ok\":false}",
        )
        .unwrap();
        let mut told: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row["episode"].as_str().unwrap().to_owned(),
                    row["t"].as_f64().unwrap(),
                )
            })
            .collect();
        told.sort_by(|one, other| one.partial_cmp(other).unwrap());
        let expected = [("a", 60.0), ("a", 120.0), ("a", 180.0), ("b", 120.0)];
        assert_eq!(told, expected.map(|(name, t)| (name.to_owned(), t)));
        assert!(rows.iter().all(|row| row["risk"] == "low"), "{rows:?}");
    }

    #[test]
    fn without_a_name_there_is_one_episode() {
        let rows = assessed("{\"t\":1700000000,\"task_type\":\"y\",\"ok\":true}").unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["t"], 1_700_000_040.0);
        assert!(rows[0].get("episode").is_none());
    }

    #[test]
    fn silence_is_not_assessed_for_ever() {
        let rows = assessed(
            "{\"t\":1,\"service\":\"db\",\"ok\":true}
{\"t\":90000000,\"service\":\"db\",\"ok\":true}",
        )
        .unwrap();
        assert!(rows.len() < 100, "{}", rows.len());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let first = "{\"t\":61,\"service\":\"db\",\"ok\":true}\n";
        for (line, expected) in [
            (
                "{\"t\":60,\"service\":\"db\",\"ok\":true}",
                "`t` goes back from 61 to 60",
            ),
            ("{\"t\":62,\"service\":\"db\"}", "`ok` is missing"),
            (
                "{\"t\":62,\"agent\":\"a\",\"ok\":true}",
                "neither `service` nor `task_type`",
            ),
            ("{\"service\":\"db\",\"ok\":true}", "`t` is missing"),
            ("{\"t\":1e300,\"service\":\"db\",\"ok\":true}", "`t` is 1e300"),
            ("{\"graph\":{\"a\":[\"\"]}}", "a service without a name"),
            ("{}", "neither `graph` nor `t`"),
            ("{\"t\":\"soon\",\"service\":\"db\",\"ok\":true}", "invalid type"),
            ("[1]", "character"),
        ] {
            let error = wrong(&format!("{first}{line}"));
            assert!(error.contains(expected), "{line}: {error}");
        }
    }

    #[test]
    fn episodes_beyond_those_that_may_be_open_are_over() {
        let mut text: String = (0..=OPEN_MAX)
            .map(|number| format!("{{\"episode\":\"e{number}\",\"t\":1,\"service\":\"db\",\"ok\":true}}\n"))
            .collect();
        assert_eq!(assessed(&text).unwrap().len(), OPEN_MAX + 1);
        text.push_str("{\"episode\":\"e0\",\"t\":2,\"service\":\"db\",\"ok\":true}");
        assert!(wrong(&text).contains("episode `e0` goes on"));
    }
}
