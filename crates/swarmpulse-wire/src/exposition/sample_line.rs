//! One line with a sample: its series, value and time.

use std::borrow::Cow;

use swarmpulse_model::series::METRIC_NAME;

use super::TextFormat;

/// The NaN that Prometheus writes for what is not a number; any other one could be taken for a marker.
const PLAIN_NAN: f64 = f64::from_bits(0x7ff8_0000_0000_0001);

/// A label as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct LabelText<'a> {
    pub name: &'a str,
    pub value: &'a str,
    /// Whether there are escapes in the name or the value.
    pub is_escaped: (bool, bool),
}

/// One line with a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleLine<'a> {
    /// The series as it stands in the text: name and labels.
    pub series: &'a str,
    /// Its value; every NaN is the plain one.
    pub value: f64,
    /// Its time in milliseconds, where it has one.
    pub at_ms: Option<i64>,
    /// Whether an exemplar came with it.
    pub has_exemplar: bool,
}

/// Reads a line from front to back.
pub(super) struct Line<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Line<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.text.as_bytes().get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// A name without quotes; empty if there is none.
    fn name(&mut self, allow_colon: bool) -> &'a str {
        let rest = self.rest();
        let length = rest
            .bytes()
            .enumerate()
            .take_while(|(place, byte)| {
                byte.is_ascii_alphabetic()
                    || *byte == b'_'
                    || (*byte == b':' && allow_colon)
                    || (byte.is_ascii_digit() && *place > 0)
            })
            .count();
        self.at += length;
        &rest[..length]
    }

    /// What stands in quotes, and whether there are escapes in it. The quote that opens is taken already.
    fn quoted(&mut self) -> Result<(&'a str, bool), &'static str> {
        let rest = self.rest();
        let mut escaped = false;
        let mut from = 0;
        loop {
            let Some(found) = memchr::memchr2(b'"', b'\\', rest.as_bytes().get(from..).unwrap_or_default())
            else {
                return Err("a quote that never closes");
            };
            let place = from + found;
            if rest.as_bytes()[place] == b'"' {
                self.at += place + 1;
                return Ok((&rest[..place], escaped));
            }
            escaped = true;
            from = place + 2;
        }
    }

    /// The labels in braces; the one that opens is taken already.
    fn labels(&mut self, labels: &mut Vec<LabelText<'a>>, mut named: bool) -> Result<(), &'static str> {
        loop {
            self.skip_space();
            if self.take(b'}') {
                return if named { Ok(()) } else { Err("no metric name") };
            }
            let (name, name_escaped) = if self.take(b'"') {
                self.quoted()?
            } else {
                (self.name(false), false)
            };
            self.skip_space();
            if self.take(b'=') {
                if name.is_empty() {
                    return Err("a label without a name");
                }
                self.skip_space();
                if !self.take(b'"') {
                    return Err("a label's value that is not in quotes");
                }
                let (value, value_escaped) = self.quoted()?;
                let is_escaped = (name_escaped, value_escaped);
                labels.push(LabelText {
                    name,
                    value,
                    is_escaped,
                });
            } else if named || name.is_empty() {
                return Err("a label without `=` and a value");
            } else {
                named = true;
                labels.push(LabelText {
                    name: METRIC_NAME,
                    value: name,
                    is_escaped: (false, name_escaped),
                });
            }
            self.skip_space();
            if !self.take(b',') && self.text.as_bytes().get(self.at) != Some(&b'}') {
                return Err("expected `,` or `}` after a label");
            }
        }
    }

    fn word(&mut self) -> &'a str {
        self.skip_space();
        let rest = self.rest();
        let end = rest.find([' ', '\t']).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// The whole line.
    pub fn sample(
        &mut self,
        format: TextFormat,
        labels: &mut Vec<LabelText<'a>>,
    ) -> Result<SampleLine<'a>, &'static str> {
        labels.clear();
        let name = self.name(true);
        if !name.is_empty() {
            labels.push(LabelText {
                name: METRIC_NAME,
                value: name,
                is_escaped: (false, false),
            });
        }
        let end_of_name = self.at;
        self.skip_space();
        if self.take(b'{') {
            self.labels(labels, !name.is_empty())?;
        } else if name.is_empty() {
            return Err("expected a metric name, `{` or `#`");
        } else {
            self.at = end_of_name;
            if !matches!(self.text.as_bytes().get(self.at), Some(b' ' | b'\t')) {
                return Err("a metric name with a character that it cannot have, or no value");
            }
        }
        let series = &self.text[..self.at];
        let value = number(self.word()).ok_or("a value that is no number")?;
        let mut at_ms = None;
        let mut word = self.word();
        if !word.is_empty() && word != "#" {
            at_ms = Some(time_ms(word, format).ok_or("a time that is no number within bounds")?);
            word = self.word();
        }
        let has_exemplar = format == TextFormat::OpenMetrics && word == "#";
        if !word.is_empty() && !has_exemplar {
            return Err("more than a value and a time");
        }
        Ok(SampleLine {
            series,
            value,
            at_ms,
            has_exemplar,
        })
    }
}

fn number(word: &str) -> Option<f64> {
    let value: f64 = word.parse().ok()?;
    Some(if value.is_nan() { PLAIN_NAN } else { value })
}

fn time_ms(word: &str, format: TextFormat) -> Option<i64> {
    match format {
        TextFormat::Prometheus => word.parse().ok(),
        TextFormat::OpenMetrics => {
            let ms = (word.parse::<f64>().ok()? * 1000.0).round();
            (ms.abs() < 9.2e18).then_some(ms as i64)
        }
    }
}

/// Text without its escapes.
pub(super) fn unescaped(text: &str, is_escaped: bool) -> Cow<'_, str> {
    if !is_escaped {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => plain.push('\n'),
            Some(escaped @ ('\\' | '"')) => plain.push(escaped),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    Cow::Owned(plain)
}
