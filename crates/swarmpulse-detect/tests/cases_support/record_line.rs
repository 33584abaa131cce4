//! Lines of records, decoded as the HTTP API decodes them.

use std::collections::BTreeMap;

use swarmpulse_model::{Record, Text, Timestamp};
use swarmpulse_wire::{Kind, Limits, Privacy, decode};

use super::noise::Noise;
use super::placeholder::Filling;
use super::words::{Fault, Words};

/// How the records of a line follow each other.
#[derive(Clone, Debug)]
enum Pace {
    Once,
    Every {
        step_ns: i64,
        count: u64,
    },
    /// Independent of each other, with this mean gap.
    Poisson {
        gap_ns: i64,
        count: u64,
        seed: u64,
    },
}

/// `at T [every STEP x COUNT | poisson GAP x COUNT seed S] [namespace NS]: JSON`.
#[derive(Clone, Debug)]
pub struct RecordLine {
    from_ns: i64,
    pace: Pace,
    pub namespace: Text,
    template: String,
}

impl RecordLine {
    /// Reads what follows `at`.
    pub fn read(line: &str) -> Result<Self, Fault> {
        let (when, template) = line
            .split_once(": ")
            .ok_or("expected `at T: JSON` or `at T every STEP x COUNT: JSON`")?;
        let mut words = Words::new(when);
        let from_ns = words.span_ns("the time after `at`")?;
        let mut pace = Pace::Once;
        if words.take("every") {
            let step_ns = words.span_ns("the step after `every`")?;
            words.keyword("x")?;
            pace = Pace::Every {
                step_ns,
                count: words.count("the number of records")?,
            };
        } else if words.take("poisson") {
            let gap_ns = words.span_ns("the mean gap after `poisson`")?;
            words.keyword("x")?;
            let count = words.count("the number of records")?;
            words.keyword("seed")?;
            let seed = words.count("the seed")?;
            pace = Pace::Poisson { gap_ns, count, seed };
        }
        let namespace = words.namespace()?.into();
        words.end()?;
        Ok(Self {
            from_ns,
            pace,
            namespace,
            template: template.trim().to_owned(),
        })
    }

    /// Every record with its time since `start`.
    pub fn records(&self, start: Timestamp) -> Result<Vec<(i64, Record)>, Fault> {
        let mut noises = BTreeMap::new();
        self.times()
            .into_iter()
            .zip(0..)
            .map(|(at_ns, n)| {
                let mut filling = Filling {
                    n,
                    at: start.plus_ns(at_ns),
                    noises: &mut noises,
                };
                Ok((at_ns, record(&filling.fill(&self.template)?)?))
            })
            .collect()
    }

    fn times(&self) -> Vec<i64> {
        match self.pace {
            Pace::Once => vec![self.from_ns],
            Pace::Every { step_ns, count } => (0..count as i64).map(|n| self.from_ns + n * step_ns).collect(),
            Pace::Poisson { gap_ns, count, seed } => {
                let mut noise = Noise::new(seed);
                let mut at = self.from_ns as f64;
                (0..count)
                    .map(|_| {
                        at += gap_ns as f64 * noise.exponential();
                        at as i64
                    })
                    .collect()
            }
        }
    }
}

/// Reads one record of the type that its field `record` names.
fn record(json: &str) -> Result<Record, Fault> {
    let fault = |why: String| format!("{why} in `{json}`");
    let mut object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(json).map_err(|error| fault(format!("expected a JSON object: {error}")))?;
    let Some(serde_json::Value::String(name)) = object.remove("record") else {
        return Err(fault("expected a field `record` that names the type".to_owned()));
    };
    let kind = match name.as_str() {
        "heartbeat" => Kind::Heartbeats,
        "event" => Kind::Events,
        "task" => Kind::Tasks,
        "sandbox" => Kind::Sandboxes,
        "call" => Kind::Calls,
        "service" => Kind::Services,
        "failure" => Kind::Failures,
        other => {
            return Err(fault(format!(
                "expected `record` to be heartbeat, event, task, sandbox, call, service or failure, got `{other}`"
            )));
        }
    };
    let body = serde_json::Value::Object(object).to_string();
    let decoded = decode(kind, body.as_bytes(), &Limits::default(), &Privacy::default())
        .map_err(|error| fault(error.to_string()))?;
    if let Some(rejection) = decoded.rejected.first() {
        return Err(fault(rejection.error.clone()));
    }
    decoded
        .records
        .into_iter()
        .next()
        .ok_or_else(|| fault("expected one record".to_owned()))
}
