//! Placeholders in records: `{n}`, `{n%10}`, `{at-30s}`, `{rand 5 20 seed 3}` and others.

use std::collections::BTreeMap;

use swarmpulse_model::Timestamp;

use super::noise::Noise;
use super::words::{Fault, Words, span_ns};

/// What placeholders stand for in one record.
pub struct Filling<'a> {
    /// The how-manieth record of its line, from 0.
    pub n: u64,
    /// When it is received.
    pub at: Timestamp,
    /// Generators of the line, by the place of their placeholder.
    pub noises: &'a mut BTreeMap<usize, Noise>,
}

impl Filling<'_> {
    /// The text with every placeholder replaced. Braces of JSON stay: after them comes a quote, a brace or a space.
    pub fn fill(&mut self, template: &str) -> Result<String, Fault> {
        let mut text = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            text.push_str(before);
            let inner = from[1..].split('}').next().unwrap_or_default();
            let is_placeholder = inner.starts_with(|first: char| first.is_ascii_lowercase());
            if is_placeholder && from.len() > inner.len() + 1 {
                let place = template.len() - from.len();
                text.push_str(&self.value(inner, place)?);
                rest = &from[inner.len() + 2..];
            } else {
                text.push('{');
                rest = &from[1..];
            }
        }
        text.push_str(rest);
        Ok(text)
    }

    fn value(&mut self, inner: &str, place: usize) -> Result<String, Fault> {
        if let Some(value) = inner
            .strip_prefix('n')
            .and_then(|operations| calculated(self.n, operations))
        {
            return Ok(value.to_string());
        }
        if let Some(shift) = inner.strip_prefix("at") {
            let shift = shift.trim_start_matches('+');
            let shift = if shift.is_empty() {
                0
            } else {
                span_ns(shift, "a shift of `at`")?
            };
            return Ok(self.at.plus_ns(shift).to_string());
        }
        let mut words = Words::new(inner);
        let function = words.needed("a placeholder")?;
        let (first, second) = match function {
            "rand" | "normal" | "lognormal" => (words.number("a number")?, words.number("a second number")?),
            "exp" => (words.number("the mean")?, 0.0),
            "pick" => return self.pick(words, place),
            _ => {
                return Err(format!(
                    "expected a placeholder n, n%K, n/K, n+K, n*K, at, at-SPAN, rand A B, normal MEAN SD, lognormal MEDIAN SIGMA, exp MEAN or pick A|B, got `{{{inner}}}`"
                ));
            }
        };
        let noise = self.noise(&mut words, place)?;
        let value = match function {
            "rand" => first + (second - first) * noise.uniform(),
            "normal" => first + second * noise.normal(),
            "lognormal" => first * (second * noise.normal()).exp(),
            _ => first * noise.exponential(),
        };
        Ok(format!("{value:.6}"))
    }

    fn pick(&mut self, mut words: Words<'_>, place: usize) -> Result<String, Fault> {
        let choices: Vec<&str> = words.needed("choices divided by `|`")?.split('|').collect();
        let noise = self.noise(&mut words, place)?;
        let chosen = (noise.uniform() * choices.len() as f64) as usize;
        Ok(choices[chosen].to_owned())
    }

    /// The generator of a placeholder: `[seed S]` begins it with S, else with its place in the line.
    fn noise(&mut self, words: &mut Words<'_>, place: usize) -> Result<&mut Noise, Fault> {
        let seed = if words.take("seed") {
            words.count("the seed")?
        } else {
            place as u64
        };
        words.end()?;
        Ok(self.noises.entry(place).or_insert_with(|| Noise::new(seed)))
    }
}

/// `n` after operations from left to right, as in `/10%5`; `None` if these are none.
fn calculated(n: u64, operations: &str) -> Option<u64> {
    let mut value = n;
    let mut rest = operations;
    while let Some(operator) = rest.chars().next() {
        let digits = &rest[operator.len_utf8()..];
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let operand: u64 = digits[..end].parse().ok()?;
        value = match operator {
            '%' => value.checked_rem(operand)?,
            '/' => value.checked_div(operand)?,
            '+' => value.checked_add(operand)?,
            '*' => value.checked_mul(operand)?,
            '-' => value.checked_sub(operand)?,
            _ => return None,
        };
        rest = &digits[end..];
    }
    Some(value)
}
