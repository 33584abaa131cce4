//! The classic form of matchers: names of ASCII letters, values with or without double quotes.

use swarmpulse_model::Text;
use swarmpulse_model::alert::{LabelMatcher, LabelOp};

/// Whether a label's name needs no quotes in this form.
pub(super) fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == ':')
        && characters.all(|other| other.is_ascii_alphanumeric() || other == '_' || other == ':')
}

/// Matchers in the classic form; `None` if the text is not in it.
pub(super) fn parse(text: &str) -> Option<Vec<LabelMatcher>> {
    let text = text.trim();
    let text = text.strip_prefix('{').unwrap_or(text);
    let text = text.strip_suffix('}').unwrap_or(text);
    let parts = split(text)?;
    let last = parts.len().saturating_sub(1);
    let mut matchers = Vec::with_capacity(parts.len());
    for (place, part) in parts.into_iter().enumerate() {
        // After the last comma there may be nothing.
        if place == last && part.trim().is_empty() {
            break;
        }
        matchers.push(matcher(part.trim())?);
    }
    Some(matchers)
}

/// The parts between commas that stand outside of quotes.
fn split(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (place, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (!quoted).then_some(parts)
}

fn matcher(text: &str) -> Option<LabelMatcher> {
    let end = text.find(|character: char| {
        !(character.is_ascii_alphanumeric() || character == '_' || character == ':')
    })?;
    let (name, rest) = text.split_at(end);
    if !is_name(name) {
        return None;
    }
    let rest = rest.trim_start();
    let (op, value) = [
        LabelOp::Regex,
        LabelOp::NotEqual,
        LabelOp::NotRegex,
        LabelOp::Equal,
    ]
    .into_iter()
    .find_map(|op| rest.strip_prefix(op.as_str()).map(|value| (op, value)))?;
    Some(LabelMatcher {
        name: name.into(),
        op,
        value: unquote(value.trim())?,
    })
}

/// A value with or without quotes. A backslash before anything but `n`, `"` and itself stands for itself, so that
/// expressions need no second one.
fn unquote(text: &str) -> Option<Text> {
    let body = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').filter(|body| !ends_escaped(body))?,
        None => text,
    };
    let mut value = Text::default();
    let mut characters = body.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => match characters.next() {
                Some('n') => value.push('\n'),
                Some(plain @ ('"' | '\\')) => value.push(plain),
                Some(other) => {
                    value.push('\\');
                    value.push(other);
                }
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    Some(value)
}

/// Whether the character after this text is escaped by it.
fn ends_escaped(text: &str) -> bool {
    text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}
