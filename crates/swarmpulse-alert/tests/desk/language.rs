//! Reading cases: routing files, then lines of time, verb and fields. `tests/cases/README.md` has the words.

use std::collections::BTreeMap;

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

/// 0 s of every case: Monday, 2026-01-05, 00:00 UTC.
pub(crate) const BEGIN: Timestamp = Timestamp(1_767_571_200 * SECOND_NS);

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub number: usize,
    pub at: Timestamp,
    pub words: Vec<String>,
    pub fields: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    /// Texts of routing files by name; the first is in force from the start.
    pub routings: Vec<(String, String)>,
    pub lines: Vec<Line>,
}

impl Line {
    pub fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", String::as_str)
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, String> {
        self.field(name)
            .map(|value| Ok(BEGIN.plus_ns(duration(value)?)))
            .transpose()
    }
}

pub(crate) fn parse(text: &str) -> Result<Case, String> {
    let mut case = Case::default();
    let mut at = BEGIN;
    let mut routing: Option<(String, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((name, yaml)) = &mut routing {
            if line.trim() == "end" {
                case.routings.push((std::mem::take(name), std::mem::take(yaml)));
                routing = None;
            } else {
                yaml.push_str(line);
                yaml.push('\n');
            }
            continue;
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("routing") {
            routing = Some((name.trim().to_owned(), String::new()));
            continue;
        }
        for line in expand(line)? {
            let wrong = |error: String| format!("line {number}: {error}");
            let mut words = split(&line).map_err(wrong)?;
            if words.first().is_some_and(|word| word == "at") {
                let time = words.get(1).ok_or_else(|| wrong("a time is missing".into()))?;
                at = BEGIN.plus_ns(duration(time).map_err(wrong)?);
                words.drain(..2);
            }
            let is_field = |word: &String| word.contains('=') && !word.starts_with('{');
            let (fields, words) = words.into_iter().partition(is_field);
            case.lines.push(Line {
                number,
                at,
                words,
                fields: pairs(&fields),
            });
        }
    }
    // Lines of one moment stay in their order.
    case.lines.sort_by_key(|line| line.at);
    Ok(case)
}

fn pairs(fields: &[String]) -> Vec<(String, String)> {
    let pairs = fields.iter().filter_map(|field| field.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// `each 1..20 LINE with {n}`: a line for each number.
fn expand(line: &str) -> Result<Vec<String>, String> {
    let Some((time, rest)) = line.split_once("each ") else {
        return Ok(vec![line.to_owned()]);
    };
    let (range, rest) = rest.split_once(' ').ok_or("each without a line")?;
    let (from, to) = range.split_once("..").ok_or("each without a range")?;
    let number = |text: &str| text.parse::<u32>().map_err(|_| format!("{text:?} is no number"));
    Ok((number(from)?..=number(to)?)
        .map(|n| format!("{time}{rest}").replace("{n}", &n.to_string()))
        .collect())
}

/// Words between blanks; those in quotes and in braces stay whole, and quotes around a value go.
fn split(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let (mut quoted, mut braces) = (false, 0_u32);
    for character in line.chars() {
        match character {
            '"' if braces == 0 => quoted = !quoted,
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            _ => {}
        }
        if character == ' ' && !quoted && braces == 0 {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else if character != '"' || braces > 0 {
            word.push(character);
        }
    }
    if quoted || braces > 0 {
        return Err("a quote or a brace is not closed".into());
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

/// `1h30m`, `90s`, `500ms`, `7d` in nanoseconds.
pub(crate) fn duration(text: &str) -> Result<i64, String> {
    let units = BTreeMap::from([
        ("ms", 1_000_000),
        ("s", SECOND_NS),
        ("m", 60 * SECOND_NS),
        ("h", 3600 * SECOND_NS),
        ("d", 86_400 * SECOND_NS),
    ]);
    let (mut rest, mut total) = (text, 0);
    while !rest.is_empty() {
        let digits = rest
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|character: char| character.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let (number, unit) = number
            .parse::<i64>()
            .ok()
            .zip(units.get(unit))
            .ok_or_else(|| format!("{text:?} is no duration"))?;
        total += number * unit;
        rest = after;
    }
    Ok(total)
}
