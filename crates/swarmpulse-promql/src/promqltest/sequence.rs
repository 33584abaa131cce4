//! Series as tests write them: labels, then values such as `1 2+3x4 _ stale {{count:1}}x2`.

use std::sync::Arc;

use swarmpulse_model::Labels;
use swarmpulse_model::series::{NativeHistogram, stale_marker};

use crate::histogram;
use crate::{parse_labels, parse_number};

/// The most values that one line may make.
const VALUES_MAX: usize = 1_000_000;

/// One value of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// None at this time.
    Omitted,
    /// A number, or the marker of a series that is gone.
    Float(f64),
    /// A native histogram.
    Histogram(Arc<NativeHistogram>),
}

/// Reads labels and values.
pub(super) fn series(line: &str) -> Result<(Labels, Vec<Item>), String> {
    let end = labels_end(line);
    let labels = parse_labels(&line[..end]).map_err(|error| error.to_string())?;
    Ok((labels, items(&line[end..])?))
}

/// Where the labels end: after the braces, if there are any, else at the first space.
fn labels_end(line: &str) -> usize {
    let name = line
        .find(|character: char| !(character.is_ascii_alphanumeric() || "_:".contains(character)))
        .unwrap_or(line.len());
    let after_name = &line[name..];
    let spaces = after_name.len() - after_name.trim_start().len();
    if !after_name[spaces..].starts_with('{') || after_name[spaces..].starts_with("{{") {
        return name;
    }
    let start = name + spaces;
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in line[start..].char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(open) if character == '\\' && open != '`' => escaped = true,
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'' | '`') => quote = Some(character),
            None if character == '}' => return start + at + 1,
            None => {}
        }
    }
    line.len()
}

fn items(text: &str) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        rest = if rest.starts_with("{{") {
            histograms(rest, &mut items)?
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            floats(&rest[..end], &mut items)?;
            &rest[end..]
        }
        .trim_start();
        if items.len() > VALUES_MAX {
            return Err(format!("a sequence of more than {VALUES_MAX} values"));
        }
    }
    Ok(items)
}

fn times(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|times| *times < VALUES_MAX)
        .ok_or_else(|| format!("invalid repetition in series values: {text:?}"))
}

fn floats(word: &str, items: &mut Vec<Item>) -> Result<(), String> {
    if let Some(count) = word.strip_prefix("_x") {
        items.extend(std::iter::repeat_n(Item::Omitted, times(count)?));
        return Ok(());
    }
    let (value, count) = match word.rsplit_once('x') {
        Some((value, count)) => (value, Some(times(count)?)),
        None => (word, None),
    };
    let wrong = || format!("unexpected {word:?} in series values, expected a number, \"stale\" or \"_\"");
    match value {
        "_" => items.push(Item::Omitted),
        "stale" => items.extend(std::iter::repeat_n(
            Item::Float(stale_marker()),
            count.unwrap_or(0) + 1,
        )),
        _ => {
            let (mut value, step) = value_and_step(value).ok_or_else(wrong)?;
            if step.is_some() && count.is_none() {
                return Err(wrong());
            }
            for _ in 0..=count.unwrap_or(0) {
                items.push(Item::Float(value));
                value += step.unwrap_or(0.0);
            }
        }
    }
    Ok(())
}

/// `1`, `1+2`, `-1e3-0.5`: a value and how it changes.
fn value_and_step(text: &str) -> Option<(f64, Option<f64>)> {
    if let Some(value) = parse_number(text) {
        return Some((value, None));
    }
    // The sign that begins the step is not the first character, and not that of an exponent.
    let signs = text
        .char_indices()
        .skip(1)
        .filter(|(_, character)| matches!(character, '+' | '-'));
    signs
        .filter_map(|(at, _)| Some((parse_number(&text[..at])?, parse_number(&text[at..])?)))
        .map(|(value, step)| (value, Some(step)))
        .next()
}

/// Reads a histogram and its repetition; returns what follows.
fn histograms<'a>(text: &'a str, items: &mut Vec<Item>) -> Result<&'a str, String> {
    let read = |text: &'a str| histogram::parse_prefix(text).map_err(|error| error.to_string());
    let (base, length) = read(text)?;
    let mut rest = &text[length..];
    let mut step = None;
    if let Some(sign) = rest.chars().next().filter(|sign| matches!(sign, '+' | '-')) {
        let (histogram, length) = read(&rest[1..])?;
        step = Some((sign, histogram));
        rest = &rest[1 + length..];
    }
    let mut count = 0;
    if let Some(after) = rest.strip_prefix('x') {
        let digits = after
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(after.len());
        count = times(&after[..digits])?;
        rest = &after[digits..];
    } else if step.is_some() {
        return Err("a histogram that changes needs a repetition: {{...}}+{{...}}x3".to_owned());
    }
    if rest.starts_with(|character: char| !character.is_whitespace()) {
        return Err(format!("unexpected {rest:?} after a histogram"));
    }
    let mut value = base;
    for place in 0..=count {
        items.push(Item::Histogram(Arc::new(value.clone())));
        if place == count {
            break;
        }
        let changed = match &step {
            Some(('+', step)) => histogram::add(&mut value, step),
            Some((_, step)) => histogram::subtract(&mut value, step),
            None => Ok(histogram::Fitted::default()),
        };
        changed.map_err(|error| error.to_string())?;
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<f64> {
        let values = |item: Item| match item {
            Item::Omitted => f64::NAN,
            Item::Float(value) => value,
            Item::Histogram(histogram) => histogram.count,
        };
        items(text)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .into_iter()
            .map(values)
            .collect()
    }

    #[test]
    fn sequences_unfold() {
        assert_eq!(
            values("1 2+3x2 -1-0.5x1 5x1"),
            [1.0, 2.0, 5.0, 8.0, -1.0, -1.5, 5.0, 5.0]
        );
        assert_eq!(values("1e3+1e-1x1 0x2"), [1000.0, 1000.1, 0.0, 0.0, 0.0]);
        assert_eq!(values("_x2 _ Inf")[3], f64::INFINITY);
        assert_eq!(values("_x2 _").len(), 3);
        assert_eq!(
            values("{{count:1}}+{{count:2}}x2 {{count:5}}x1"),
            [1.0, 3.0, 5.0, 5.0, 5.0]
        );
        assert!(items("1+2").is_err() && items("abc").is_err() && items("1x").is_err());
    }

    #[test]
    fn labels_end_where_the_values_begin() {
        let (labels, items) = series(r#"a{b="c }", d='e'} 1 2"#).expect("valid");
        assert_eq!((labels.len(), items.len()), (3, 2));
        let (labels, items) = series("{} 5").expect("valid");
        assert_eq!((labels.len(), items.len()), (0, 1));
        let (labels, items) = series("a {{count:1}}").expect("valid");
        assert_eq!((labels.len(), items.len()), (1, 1));
        let (labels, items) = series(r#"{"a.b", c="d"} 1"#).expect("valid");
        assert_eq!((labels.metric_name(), items.len()), ("a.b", 1));
    }
}
