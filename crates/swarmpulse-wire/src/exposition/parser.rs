//! Line by line over a text.

use std::borrow::Cow;

use swarmpulse_model::series::MetricType;

use super::TextFormat;
use super::sample_line::{LabelText, Line, SampleLine, unescaped};

/// So much of a bad line is shown.
const SHOWN_CHARACTERS: usize = 80;

/// A line that is none, by its number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}{}", if .text.is_empty() { String::new() } else { format!(": {:?}", .text) })]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: &'static str,
    /// The line's beginning.
    pub text: String,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Item<'a> {
    /// A sample; [`Parser::labels`] gives its labels.
    Sample(SampleLine<'a>),
    /// A metric's type.
    Type(Cow<'a, str>, MetricType),
    /// What a metric measures.
    Help(Cow<'a, str>, Cow<'a, str>),
    /// A metric's unit.
    Unit(Cow<'a, str>, &'a str),
}

/// Goes over a text. After an error it can go on with the next line.
pub struct Parser<'a> {
    rest: &'a [u8],
    format: TextFormat,
    line: u64,
    labels: Vec<LabelText<'a>>,
    ended: bool,
}

impl<'a> Parser<'a> {
    /// At the beginning of a text.
    #[must_use]
    pub fn new(text: &'a [u8], format: TextFormat) -> Self {
        Self {
            rest: text,
            format,
            line: 0,
            labels: Vec::new(),
            ended: false,
        }
    }

    /// The number of the line that was read last, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The labels of the sample that was read last, the metric's name among them, in the text's order.
    pub fn labels(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> + '_ {
        self.labels.iter().map(|label| {
            (
                unescaped(label.name, label.is_escaped.0),
                unescaped(label.value, label.is_escaped.1),
            )
        })
    }

    /// The next line that says something; `None` at the end.
    ///
    /// # Errors
    /// If a line is none, or OpenMetrics does not end as it must.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator could not lend its labels"
    )]
    pub fn next(&mut self) -> Result<Option<Item<'a>>, SyntaxError> {
        while !self.rest.is_empty() {
            let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
            let line = &self.rest[..end];
            self.rest = self.rest.get(end + 1..).unwrap_or_default();
            self.line += 1;
            if self.ended {
                self.rest = &[];
                return Err(self.error("text after `# EOF`", ""));
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let Ok(line) = std::str::from_utf8(line) else {
                let shown = String::from_utf8_lossy(&line[..line.len().min(4 * SHOWN_CHARACTERS)]);
                return Err(self.error("a line that is not UTF-8", &shown));
            };
            let line = line.trim_matches([' ', '\t']);
            if line.is_empty() {
                continue;
            }
            if let Some(comment) = line.strip_prefix('#') {
                if let Some(item) = self.comment(line, comment)? {
                    return Ok(Some(item));
                }
                continue;
            }
            let sample = Line::new(line).sample(self.format, &mut self.labels);
            return match sample {
                Ok(sample) => Ok(Some(Item::Sample(sample))),
                Err(problem) => Err(self.error(problem, line)),
            };
        }
        if self.format == TextFormat::OpenMetrics && !self.ended {
            self.ended = true;
            self.line += 1;
            return Err(self.error("the text ends without `# EOF`: it may be cut off", ""));
        }
        Ok(None)
    }

    fn comment(&mut self, line: &'a str, comment: &'a str) -> Result<Option<Item<'a>>, SyntaxError> {
        let (keyword, rest) = word(comment);
        if keyword == "EOF" && rest.is_empty() {
            self.ended = self.format == TextFormat::OpenMetrics;
            return Ok(None);
        }
        if !matches!(keyword, "HELP" | "TYPE" | "UNIT") {
            return Ok(None);
        }
        let Some((metric, rest)) = metric_name(rest) else {
            return Err(self.error("a comment without a metric name", line));
        };
        match keyword {
            "HELP" => Ok(Some(Item::Help(metric, unescaped(rest, rest.contains('\\'))))),
            "UNIT" => Ok(Some(Item::Unit(metric, rest.trim_end()))),
            _ => match MetricType::parse(rest.trim_end()) {
                Some(kind) => Ok(Some(Item::Type(metric, kind))),
                None => Err(self.error("an unknown metric type", line)),
            },
        }
    }

    fn error(&self, problem: &'static str, line: &str) -> SyntaxError {
        SyntaxError {
            line: self.line,
            problem,
            text: line.chars().take(SHOWN_CHARACTERS).collect(),
        }
    }
}

fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches([' ', '\t']);
    let (word, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    (word, rest.trim_start_matches([' ', '\t']))
}

/// A metric's name, in quotes or without, and what comes after it.
fn metric_name(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (name, rest) = word(text);
        return (!name.is_empty()).then_some((Cow::Borrowed(name), rest));
    };
    let mut escaped = false;
    for (place, byte) in quoted.bytes().enumerate() {
        match byte {
            b'"' if !escaped => {
                let name = &quoted[..place];
                let rest = quoted[place + 1..].trim_start_matches([' ', '\t']);
                return Some((unescaped(name, name.contains('\\')), rest));
            }
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    None
}
