//! `swarmpulse store check`: every file of the metric store and of both journals, what is wrong, and what to do.

mod advice;
mod journals;
mod metrics;

use serde_json::json;

use crate::config::Environment;
use crate::exit::Outcome;
use crate::offline::{DataArgs, data_dir};
use crate::output;
use advice::Part;

/// What was found so far: told line by line, or at the end as JSON.
struct Findings {
    as_json: bool,
    /// A line that could not be printed.
    broken: Option<std::io::Error>,
    damaged: Vec<Part>,
}

impl Findings {
    fn line(&mut self, text: &str) {
        if !self.as_json && self.broken.is_none() {
            self.broken = output::line(text).err();
        }
    }

    fn damaged(&mut self, part: Part) {
        if !self.damaged.contains(&part) {
            self.damaged.push(part);
        }
    }
}

pub(super) fn run(as_json: bool, data: &DataArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let folder = data_dir(data, environment)?;
    let (samples, records) = (folder.join("metrics"), folder.join("journal"));
    anyhow::ensure!(
        samples.is_dir() || records.is_dir(),
        "there is neither a metric store nor a journal in {}: name the data directory with --data",
        folder.display()
    );
    let mut findings = Findings {
        as_json,
        broken: None,
        damaged: Vec::new(),
    };
    let mut shown = metrics::look(&samples, &mut findings)?;
    let journals = [
        journals::look(&samples.join("journal"), journals::Holds::Samples, &mut findings),
        journals::look(&records, journals::Holds::Records, &mut findings),
    ];
    if let Some(error) = findings.broken {
        return Err(error.into());
    }
    let is_sound = findings.damaged.is_empty();
    findings.damaged.sort_unstable();
    let advice: Vec<_> = findings.damaged.into_iter().map(Part::advice).collect();
    if as_json {
        shown.insert("sound".to_owned(), json!(is_sound));
        shown.insert("advice".to_owned(), json!(advice));
        let journals: Vec<_> = journals.into_iter().flatten().collect();
        shown.insert("journals".to_owned(), json!(journals));
        output::json(&shown.into())?;
    } else if is_sound {
        output::line("all sound")?;
    } else {
        output::line("DAMAGED, see above. What to do:")?;
        for sentence in advice {
            output::line(&format!("- {sentence}"))?;
        }
    }
    Ok(if is_sound { Outcome::Done } else { Outcome::Wrong })
}

/// How a file is, in words.
fn state(damage: &[String]) -> String {
    match damage {
        [] => "sound".to_owned(),
        damage => format!("DAMAGED: {}", damage.join("; ")),
    }
}
