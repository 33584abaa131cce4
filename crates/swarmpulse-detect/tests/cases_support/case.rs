//! A case: what happens, and what the detector should say when.

use swarmpulse_detect::{Graph, Subject};
use swarmpulse_model::Text;

use super::expectation::Expectation;
use super::record_line::RecordLine;
use super::series_line::{HoursLine, SeriesLine};
use super::words::{Fault, Words};

/// What is expected at a time.
#[derive(Clone, Debug)]
pub struct Eval {
    pub at_ns: i64,
    /// With the numbers of their lines.
    pub expectations: Vec<(usize, Expectation)>,
}

/// A file of a case.
#[derive(Clone, Debug, Default)]
pub struct Case {
    pub detector: String,
    /// Which of [`Case::SHOWS`] it is an example of.
    pub shows: String,
    pub series: Vec<SeriesLine>,
    pub hours: Vec<HoursLine>,
    pub records: Vec<(usize, RecordLine)>,
    /// Subjects that are gone, and when.
    pub gone: Vec<(i64, Subject)>,
    pub graph: Graph,
    pub evals: Vec<Eval>,
}

impl Case {
    /// What a case may be an example of.
    pub const SHOWS: [&'static str; 3] = ["firing", "healthy", "not_enough_data"];
    /// The detector is asked so often.
    pub const ROUND_NS: i64 = 15 * swarmpulse_model::time::SECOND_NS;

    /// Reads a file; faults name it and the line.
    pub fn read(name: &str, text: &str) -> Result<Self, Fault> {
        let mut case = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            // A `#` within a line begins a comment only after a space, so that ids may hold one.
            let line = line.split(" #").next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            case.statement(number, line)
                .map_err(|fault| format!("{name}:{number}: {fault}"))?;
        }
        case.complete().map_err(|fault| format!("{name}: {fault}"))?;
        Ok(case)
    }

    fn statement(&mut self, number: usize, line: &str) -> Result<(), Fault> {
        let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match first {
            "detector" => self.detector = Words::new(rest).needed("the name of a detector")?.to_owned(),
            "shows" => {
                let shows = Words::new(rest).needed("what it shows")?;
                if !Self::SHOWS.contains(&shows) {
                    return Err(format!(
                        "expected firing, healthy or not_enough_data, got `{shows}`"
                    ));
                }
                self.shows = shows.to_owned();
            }
            "series" => self.series.push(SeriesLine::read(rest)?),
            "hours" => self.hours.push(HoursLine::read(rest)?),
            "at" => self.records.push((number, RecordLine::read(rest)?)),
            "gone" => self.gone.push(gone(rest)?),
            "edge" => edge(&mut self.graph, rest)?,
            "eval" => self.evals.push(eval(rest)?),
            "expect" => {
                let eval = self
                    .evals
                    .last_mut()
                    .ok_or("expected `eval at T` before the first `expect`")?;
                eval.expectations.push((number, Expectation::read(rest)?));
            }
            other => {
                return Err(format!(
                    "expected detector, shows, series, hours, at, gone, edge, eval or expect, got `{other}`"
                ));
            }
        }
        Ok(())
    }

    fn complete(&self) -> Result<(), Fault> {
        if self.detector.is_empty() {
            return Err("expected a line `detector NAME`".to_owned());
        }
        if self.shows.is_empty() {
            return Err(
                "expected a line `shows firing`, `shows healthy` or `shows not_enough_data`".to_owned(),
            );
        }
        if self.evals.is_empty() {
            return Err("expected at least one `eval at T`".to_owned());
        }
        if self.evals.iter().any(|eval| eval.expectations.is_empty()) {
            return Err("expected an `expect` line after every `eval at T`".to_owned());
        }
        if !self.evals.windows(2).all(|pair| pair[0].at_ns < pair[1].at_ns) {
            return Err("expected the times of `eval` to grow".to_owned());
        }
        Ok(())
    }
}

fn eval(line: &str) -> Result<Eval, Fault> {
    let mut words = Words::new(line);
    words.keyword("at")?;
    let at_ns = words.span_ns("the time after `eval at`")?;
    words.end()?;
    if at_ns < 0 || at_ns % Case::ROUND_NS != 0 {
        return Err(
            "expected a multiple of 15s after `eval at`: the detector is asked every 15 s".to_owned(),
        );
    }
    Ok(Eval {
        at_ns,
        expectations: Vec::new(),
    })
}

/// `gone at T KIND ID [namespace NS] [part PART]`.
fn gone(line: &str) -> Result<(i64, Subject), Fault> {
    let mut words = Words::new(line);
    words.keyword("at")?;
    let at_ns = words.span_ns("the time after `gone at`")?;
    let entity = words.entity()?;
    let part = if words.take("part") {
        words.needed("a part")?
    } else {
        ""
    };
    words.end()?;
    Ok((
        at_ns,
        Subject {
            entity,
            part: part.into(),
        },
    ))
}

/// `service A depends_on B`, `agent A calls B` or `agent A on host H`, with `[namespace NS]` at the end.
fn edge(graph: &mut Graph, line: &str) -> Result<(), Fault> {
    let mut words = Words::new(line);
    let kind = words.needed("`service` or `agent`")?;
    let id = words.needed("an id")?;
    let relation = words.needed("`depends_on`, `calls` or `on`")?;
    if relation == "on" {
        words.keyword("host")?;
    }
    let other = words.needed("the id at the other end")?;
    let key: (Text, Text) = (words.namespace()?.into(), id.into());
    words.end()?;
    match (kind, relation) {
        ("service", "depends_on") => graph.depends_on.entry(key).or_default().push(other.into()),
        ("agent", "calls") => graph.calls.entry(key).or_default().push(other.into()),
        ("agent", "on") => {
            graph.host_of.insert(key, other.into());
        }
        _ => {
            return Err(format!(
                "expected `service A depends_on B`, `agent A calls B` or `agent A on host H`, got `{kind} {id} {relation}`"
            ));
        }
    }
    Ok(())
}
