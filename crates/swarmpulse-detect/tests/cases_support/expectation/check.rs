//! Expectations against what the detector said.

use swarmpulse_detect::{Description, Field, Finding};
use swarmpulse_model::EntityKey;
use swarmpulse_model::time::SECOND_NS;

use super::{Between, Expectation, Named};
use crate::cases_support::history::Said;
use crate::cases_support::words::Fault;

impl Between {
    fn holds(self, value: f64) -> bool {
        // What is written with few digits is met by what is computed with many.
        let slack = 1e-9 * value.abs();
        value >= self.0 - slack && value <= self.1 + slack
    }
}

impl Expectation {
    /// Whether it is met; else what was there instead.
    pub fn check(&self, said: &Said, description: &Description) -> Result<(), Fault> {
        match self {
            Self::Firing {
                finding,
                severity,
                confidence,
            } => {
                let found = find(said, finding)?;
                if severity.is_some_and(|severity| severity != found.severity) {
                    return Err(format!(
                        "severity is {}: {:?}",
                        found.severity.as_str(),
                        found.sentence
                    ));
                }
                match confidence {
                    Some(range) => within("confidence", found.confidence, *range),
                    None => Ok(()),
                }
            }
            Self::Figure { name, finding, range } => {
                let found = find(said, finding)?;
                let figure = found
                    .figures
                    .iter()
                    .find(|figure| figure.name == name)
                    .ok_or_else(|| {
                        let names: Vec<_> = found.figures.iter().map(|figure| figure.name).collect();
                        format!("there is no figure `{name}`, but {}", names.join(", "))
                    })?;
                within(name, figure.value, *range)
            }
            Self::Words {
                of_advice,
                finding,
                text,
            } => {
                let found = find(said, finding)?;
                let whole = if *of_advice {
                    found.advice.join("\n")
                } else {
                    found.sentence.clone()
                };
                if whole.contains(text.as_str()) {
                    Ok(())
                } else {
                    Err(format!("it reads {whole:?}"))
                }
            }
            Self::Related {
                finding,
                entity,
                first,
            } => related(find(said, finding)?, entity, *first),
            Self::Quiet {
                ever,
                condition,
                subject,
            } => quiet(said, *ever, condition.as_deref(), subject.as_ref()),
            Self::First { finding, range } => {
                let key = said.first.iter().find(|((condition, subject), _)| {
                    *condition == finding.condition && *subject == finding.subject
                });
                let (_, at_ns) = key.ok_or("it never fired")?;
                within("first fired after (s)", *at_ns as f64 / SECOND_NS as f64, *range)
            }
            Self::Waiting { subject } => waiting(said, subject.as_ref()),
            Self::Published {
                series,
                labels,
                range,
            } => published(said, description, series, labels, *range),
            Self::Log {
                log,
                field,
                value,
                there,
            } => {
                let lines = said.lines.iter().filter(|line| line.log == *log);
                let found = lines.clone().any(|line| {
                    line.fields
                        .iter()
                        .any(|(name, inner)| holds_text(name, inner, field, value))
                });
                if found == *there {
                    return Ok(());
                }
                let written: Vec<_> = lines.map(|line| format!("{:?}", line.fields)).collect();
                Err(format!(
                    "the log holds {} lines: [{}]",
                    written.len(),
                    written.join("; ")
                ))
            }
            Self::Dropped { reason, range } => {
                let count = said.dropped.get(reason.as_str()).copied().unwrap_or_default();
                within("dropped", count as f64, *range)
            }
        }
    }
}

fn find<'a>(said: &'a Said, named: &Named) -> Result<&'a Finding, Fault> {
    said.now
        .findings
        .iter()
        .find(|finding| finding.condition == named.condition && finding.subject == named.subject)
        .ok_or_else(|| format!("it does not fire; firing: {}", firing(&said.now.findings)))
}

fn firing<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let all: Vec<_> = findings
        .into_iter()
        .map(|finding| {
            format!(
                "{} of {} {} ({:?}, confidence {:.3})",
                finding.condition,
                finding.subject.kind.as_str(),
                finding.subject.id,
                finding.sentence,
                finding.confidence
            )
        })
        .collect();
    if all.is_empty() {
        "nothing".to_owned()
    } else {
        all.join(", ")
    }
}

fn within(what: &str, value: f64, range: Between) -> Result<(), Fault> {
    if range.holds(value) {
        Ok(())
    } else {
        Err(format!(
            "{what} is {value}, not within {} and {}",
            range.0, range.1
        ))
    }
}

fn related(finding: &Finding, entity: &EntityKey, first: bool) -> Result<(), Fault> {
    let place = finding.related.iter().position(|other| other == entity);
    if place.is_some_and(|place| place == 0 || !first) {
        return Ok(());
    }
    let all: Vec<_> = finding
        .related
        .iter()
        .map(|entity| format!("{} {}", entity.kind.as_str(), entity.id))
        .collect();
    Err(format!("related are [{}]", all.join(", ")))
}

fn quiet(said: &Said, ever: bool, condition: Option<&str>, subject: Option<&EntityKey>) -> Result<(), Fault> {
    let fits = |name: &str, of: &EntityKey| {
        condition.is_none_or(|condition| condition == name) && subject.is_none_or(|subject| subject == of)
    };
    if ever {
        let fired = said.first.iter().find(|((name, of), _)| fits(name, of));
        return match fired {
            None => Ok(()),
            Some(((name, of), at_ns)) => Err(format!(
                "{name} of {} {} fired first after {} s",
                of.kind.as_str(),
                of.id,
                at_ns / SECOND_NS
            )),
        };
    }
    let loud: Vec<_> = said
        .now
        .findings
        .iter()
        .filter(|finding| fits(finding.condition, &finding.subject))
        .collect();
    if loud.is_empty() {
        Ok(())
    } else {
        Err(format!("firing: {}", firing(loud)))
    }
}

fn waiting(said: &Said, subject: Option<&EntityKey>) -> Result<(), Fault> {
    let list = &said.now.waiting;
    let found = list
        .iter()
        .any(|waiting| subject.is_none() || waiting.subject.as_ref() == subject);
    if found {
        Ok(())
    } else {
        Err(format!("waiting are {list:?}"))
    }
}

fn published(
    said: &Said,
    description: &Description,
    series: &str,
    labels: &[(String, String)],
    range: Option<Between>,
) -> Result<(), Fault> {
    let info = description.series.iter().find(|info| info.name == series);
    let info = info.ok_or_else(|| format!("the detector has no series `{series}`"))?;
    let fits = |values: &[swarmpulse_model::Text]| {
        labels.iter().all(|(name, value)| {
            let place = info.labels.iter().position(|label| label == name);
            place.is_some_and(|place| values[place] == value.as_str())
        })
    };
    let all = said.now.published.iter().filter(|sample| sample.series == series);
    let found: Vec<_> = all.clone().filter(|sample| fits(&sample.labels)).collect();
    match range {
        None if found.is_empty() => Ok(()),
        None => Err(format!("it is published: {found:?}")),
        Some(_) if found.is_empty() => Err(format!(
            "it is not published; of that series there are {:?}",
            all.collect::<Vec<_>>()
        )),
        Some(range) => found
            .iter()
            .try_for_each(|sample| within(series, sample.value, range)),
    }
}

/// Whether a field, or one within it (`details.rate`), has that value.
fn holds_text(name: &str, inner: &Field, field: &str, value: &str) -> bool {
    if let Field::Object(entries) = inner
        && let Some(rest) = field.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'))
    {
        return entries
            .iter()
            .any(|(name, inner)| holds_text(name, inner, rest, value));
    }
    name == field
        && match inner {
            Field::Null => value == "null",
            Field::Bool(flag) => value == flag.to_string(),
            Field::Integer(number) => value == number.to_string(),
            Field::Number(number) => value.parse() == Ok(*number),
            Field::Text(text) => value == text.as_str(),
            Field::List(list) => list.iter().any(|inner| holds_text(field, inner, field, value)),
            Field::Object(_) => false,
        }
}
