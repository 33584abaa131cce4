//! Expectations as they are written.

mod check;

use swarmpulse_detect::Log;
use swarmpulse_model::{EntityKey, Severity};

use super::words::{Fault, Words};

/// A finding by its name.
#[derive(Clone, Debug)]
pub struct Named {
    pub condition: String,
    pub subject: EntityKey,
}

/// From the first to the second, both included.
#[derive(Clone, Copy, Debug)]
pub struct Between(pub f64, pub f64);

/// One line `expect ...`.
#[derive(Clone, Debug)]
pub enum Expectation {
    Firing {
        finding: Named,
        severity: Option<Severity>,
        confidence: Option<Between>,
    },
    Figure {
        name: String,
        finding: Named,
        range: Between,
    },
    /// The sentence or the advice.
    Words {
        of_advice: bool,
        finding: Named,
        text: String,
    },
    Related {
        finding: Named,
        entity: EntityKey,
        /// It is the first of them.
        first: bool,
    },
    /// No finding now, of those that fit; or never since the start.
    Quiet {
        ever: bool,
        condition: Option<String>,
        subject: Option<EntityKey>,
    },
    First {
        finding: Named,
        range: Between,
    },
    Waiting {
        subject: Option<EntityKey>,
    },
    Published {
        series: String,
        labels: Vec<(String, String)>,
        /// `None`: it is not published.
        range: Option<Between>,
    },
    Log {
        log: Log,
        field: String,
        value: String,
        /// Whether there is such a line.
        there: bool,
    },
    Dropped {
        reason: String,
        range: Between,
    },
}

impl Expectation {
    /// Reads what follows `expect`.
    pub fn read(line: &str) -> Result<Self, Fault> {
        let mut words = Words::new(line);
        let first = words.needed("what is expected")?;
        let it = match first {
            "firing" => firing(&mut words)?,
            "figure" => {
                let name = words.needed("the name of a figure")?.to_owned();
                Self::Figure {
                    name,
                    finding: of_finding(&mut words)?,
                    range: range(&mut words)?,
                }
            }
            "sentence" | "advice" => {
                let finding = of_finding(&mut words)?;
                words.keyword("contains")?;
                return Ok(Self::Words {
                    of_advice: first == "advice",
                    finding,
                    text: words.text()?.to_owned(),
                });
            }
            "related" => Self::Related {
                finding: of_finding(&mut words)?,
                entity: words.entity()?,
                first: words.take("first"),
            },
            "quiet" | "never" => quiet(first == "never", &mut words)?,
            "first" => Self::First {
                finding: finding(&mut words)?,
                range: range(&mut words)?,
            },
            "waiting" => Self::Waiting {
                subject: if words.take("of") {
                    Some(words.entity()?)
                } else {
                    None
                },
            },
            "published" => {
                let (series, labels) = selector(words.needed("a series")?)?;
                let range = Some(range(&mut words)?);
                Self::Published {
                    series,
                    labels,
                    range,
                }
            }
            "dropped" => Self::Dropped {
                reason: words.needed("a reason")?.to_owned(),
                range: range(&mut words)?,
            },
            "log" => return log(words, true),
            "no" => match words.needed("`log` or `published`")? {
                "log" => return log(words, false),
                "published" => {
                    let (series, labels) = selector(words.needed("a series")?)?;
                    Self::Published {
                        series,
                        labels,
                        range: None,
                    }
                }
                other => return Err(format!("expected `no log` or `no published`, got `no {other}`")),
            },
            other => {
                return Err(format!(
                    "expected firing, figure, sentence, advice, related, quiet, never, first, waiting, published, log, no or dropped, got `{other}`"
                ));
            }
        };
        words.end()?;
        Ok(it)
    }
}

fn firing(words: &mut Words<'_>) -> Result<Expectation, Fault> {
    let finding = finding(words)?;
    let severity = if words.take("severity") {
        let name = words.needed("a severity")?;
        let known = [Severity::Info, Severity::Warning, Severity::Critical];
        let found = known.into_iter().find(|severity| severity.as_str() == name);
        Some(found.ok_or_else(|| format!("expected info, warning or critical, got `{name}`"))?)
    } else {
        None
    };
    let confidence = if words.take("confidence") {
        Some(range(words)?)
    } else {
        None
    };
    Ok(Expectation::Firing {
        finding,
        severity,
        confidence,
    })
}

/// `CONDITION of KIND ID`.
fn finding(words: &mut Words<'_>) -> Result<Named, Fault> {
    let condition = words.needed("a condition")?.to_owned();
    words.keyword("of")?;
    Ok(Named {
        condition,
        subject: words.entity()?,
    })
}

/// `of CONDITION of KIND ID`.
fn of_finding(words: &mut Words<'_>) -> Result<Named, Fault> {
    words.keyword("of")?;
    finding(words)
}

fn quiet(ever: bool, words: &mut Words<'_>) -> Result<Expectation, Fault> {
    let condition = match words.peek() {
        None | Some("of") => None,
        Some(_) => words.next().map(str::to_owned),
    };
    let subject = if words.take("of") {
        Some(words.entity()?)
    } else {
        None
    };
    Ok(Expectation::Quiet {
        ever,
        condition,
        subject,
    })
}

/// `between A and B`, `>= A`, `<= A` or `= A`.
fn range(words: &mut Words<'_>) -> Result<Between, Fault> {
    match words.needed("between, >=, <= or =")? {
        "between" => {
            let low = words.amount("the lower bound")?;
            words.keyword("and")?;
            Ok(Between(low, words.amount("the upper bound")?))
        }
        ">=" => Ok(Between(words.amount("the lower bound")?, f64::INFINITY)),
        "<=" => Ok(Between(f64::NEG_INFINITY, words.amount("the upper bound")?)),
        "=" => {
            let value = words.amount("the value")?;
            Ok(Between(value, value))
        }
        other => Err(format!(
            "expected `between A and B`, `>= A`, `<= A` or `= A`, got `{other}`"
        )),
    }
}

/// `name` or `name{label="value",...}`, without spaces.
fn selector(word: &str) -> Result<(String, Vec<(String, String)>), Fault> {
    let Some((name, rest)) = word.split_once('{') else {
        return Ok((word.to_owned(), Vec::new()));
    };
    let fault = || format!("expected name{{label=\"value\"}} without spaces, got `{word}`");
    let inner = rest.strip_suffix('}').ok_or_else(fault)?;
    let labels = inner.split(',').filter(|label| !label.is_empty()).map(|label| {
        let (name, value) = label.split_once('=').ok_or_else(fault)?;
        Ok((name.to_owned(), value.trim_matches('"').to_owned()))
    });
    Ok((name.to_owned(), labels.collect::<Result<_, Fault>>()?))
}

fn log(mut words: Words<'_>, there: bool) -> Result<Expectation, Fault> {
    let name = words.needed("a log")?;
    let log = match name {
        "process_health" => Log::ProcessHealth,
        "api_health" => Log::ApiHealth,
        "queue_analytics" => Log::QueueAnalytics,
        "failure_analysis" => Log::FailureAnalysis,
        other => {
            return Err(format!(
                "expected process_health, api_health, queue_analytics or failure_analysis, got `{other}`"
            ));
        }
    };
    let field = words.needed("a field")?.to_owned();
    Ok(Expectation::Log {
        log,
        field,
        value: words.text()?.to_owned(),
        there,
    })
}
