//! Alerts as they are posted to an Alertmanager's API v2: an array of objects with `labels`, `annotations`, `startsAt`,
//! `endsAt` and `generatorURL`. An alert that is wrong is refused alone.

use std::borrow::Cow;

use swarmpulse_model::alert::PostedAlert;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Text, Timestamp};

use super::Presets;
use super::attribute::path;
use super::fault::{Fault, Syntax};
use super::input::{Input, too_long, too_many, wrong};
use super::reader::{Reader, Value};
use crate::counters::{Counters, Reason};
use crate::decoded::{BodyError, ItemError, Rejection};
use crate::limits::{AlertLimits, Limits};
use crate::privacy::Privacy;
use crate::time::{self, TimeError};

/// Alerts, their labels and a value: nothing else lies within another.
const NESTING: usize = 16;
/// How Go writes that there is no time.
const NO_TIME: &str = "0001-01-01T00:00:00";
/// Ends beyond what is a time here are brought back to it.
const LATEST: &str = "2199-12-31T23:59:59Z";

/// What a body of alerts held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecodedAlerts {
    /// Those that are as they must be, in order and without secrets.
    pub alerts: Vec<PostedAlert>,
    /// The others, in order.
    pub rejected: Vec<Rejection>,
    /// Counts of refusals and redactions by reason.
    pub counters: Counters,
}

/// Decodes a body of alerts.
///
/// # Errors
/// If the body as a whole cannot be read, is too large or has too many alerts; then nothing is accepted.
pub fn decode_alerts(body: &[u8], limits: &AlertLimits) -> Result<DecodedAlerts, BodyError> {
    if body.len() > limits.decompressed_bytes {
        return Err(BodyError::TooLarge {
            size: body.len(),
            limit: limits.decompressed_bytes,
        });
    }
    let text = std::str::from_utf8(body).map_err(|error| BodyError::NotUtf8 {
        offset: error.valid_up_to(),
    })?;
    if text.trim_ascii().is_empty() {
        return Err(BodyError::NotAlerts { found: "nothing" });
    }
    let of_body = |syntax: Syntax| syntax.of_body(text, NESTING);
    let mut reader = Reader::new(text, NESTING);
    let found = match reader.value().map_err(of_body)? {
        Value::Array => None,
        Value::Object => Some("an object"),
        Value::Null => Some("null"),
        Value::Text(_) => Some("a text"),
        Value::Number(_) | Value::Bool(_) => Some("a number or a truth"),
    };
    if let Some(found) = found {
        return Err(BodyError::NotAlerts { found });
    }
    reader.enter().map_err(of_body)?;
    let mut decoded = DecodedAlerts::default();
    let mut first = true;
    for index in 0_usize.. {
        if !reader.next_element(&mut first).map_err(of_body)? {
            break;
        }
        if index >= limits.alerts {
            return Err(BodyError::TooManyItems { limit: limits.alerts });
        }
        match one(&mut reader, limits, &mut decoded.counters).map_err(of_body)? {
            Ok(alert) => decoded.alerts.push(alert),
            Err(error) => {
                decoded.counters.count(error.reason);
                decoded.rejected.push(Rejection {
                    index: index as u64,
                    error: error.to_string(),
                });
            }
        }
    }
    reader.end().map_err(of_body)?;
    Ok(decoded)
}

/// Reads one alert and leaves the reader behind it, be it as it must be or not.
fn one(
    reader: &mut Reader<'_>,
    limits: &AlertLimits,
    counters: &mut Counters,
) -> Result<Result<PostedAlert, Box<ItemError>>, Syntax> {
    let start = reader.mark();
    let mut input = Input {
        json: reader,
        presets: &Presets::default(),
        limits: &Limits::default(),
        privacy: &Privacy::default(),
        counters,
    };
    match alert(&mut input, limits) {
        Ok(alert) => Ok(Ok(alert)),
        Err(Fault::Syntax(syntax)) => Err(syntax),
        Err(Fault::Item(error)) => {
            reader.rewind(start);
            reader.skip()?;
            Ok(Err(error))
        }
    }
}

fn alert(input: &mut Input<'_, '_>, limits: &AlertLimits) -> Result<PostedAlert, Fault> {
    let mut alert = PostedAlert::default();
    let mut fields = input.item()?;
    while let Some(key) = fields.next(input)? {
        match &*key {
            "labels" => alert.labels = pairs(input, &key, limits)?,
            "annotations" => alert.annotations = pairs(input, &key, limits)?,
            "startsAt" => alert.starts_at = point(input, &key)?,
            "endsAt" => alert.ends_at = point(input, &key)?,
            "generatorURL" => alert.source_url = address(input, &key, limits)?,
            // What else is sent says nothing that is known.
            _ => drop(input.json.skip()?),
        }
    }
    if alert.labels.is_empty() {
        let message = "`labels`: an alert needs one at least that is not empty".to_owned();
        return Err(ItemError::new(Reason::Missing, message).into());
    }
    if let (Some(starts_at), Some(ends_at)) = (alert.starts_at, alert.ends_at)
        && starts_at > ends_at
    {
        let message = format!("`startsAt`: {starts_at} lies after `endsAt`, {ends_at}");
        return Err(ItemError::new(Reason::Time, message).into());
    }
    let texts = alert.labels.iter().chain(&alert.annotations);
    let bytes: usize = texts.map(|label| label.name.len() + label.value.len()).sum();
    if bytes > limits.alert_bytes {
        return Err(too_long(
            "labels and annotations",
            bytes,
            limits.alert_bytes,
            Reason::LimitText,
        ));
    }
    Ok(alert)
}

/// Labels or annotations, sorted by name. One without a value is as if it were not there; of one name the last counts.
fn pairs(input: &mut Input<'_, '_>, field: &str, limits: &AlertLimits) -> Result<Vec<Label>, Fault> {
    let mut found: Vec<Label> = Vec::new();
    let Some(mut fields) = input.object(field)? else {
        return Ok(found);
    };
    while let Some(name) = fields.next(input)? {
        check_name(field, &name, limits)?;
        let value = match input.json.value()? {
            Value::Text(value) => value,
            Value::Null => Cow::Borrowed(""),
            other => return Err(wrong(&path(field, &name), "a text", &other)),
        };
        let value = input.without_secrets(&value);
        if value.len() > limits.value_bytes {
            let name = path(field, &name);
            return Err(too_long(
                &name,
                value.len(),
                limits.value_bytes,
                Reason::LimitText,
            ));
        }
        found.retain(|label| label.name != *name);
        if value.is_empty() {
            continue;
        }
        if found.len() >= limits.labels {
            return Err(too_many(field, "of them", limits.labels, Reason::LimitAttributes));
        }
        found.push(Label {
            name: Text::new(&*name),
            value: Text::new(&*value),
        });
    }
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Any text can be a name, as Alertmanager has it since 0.27.
fn check_name(field: &str, name: &str, limits: &AlertLimits) -> Result<(), Fault> {
    if name.len() > limits.name_bytes {
        return Err(too_long(
            &path(field, name),
            name.len(),
            limits.name_bytes,
            Reason::LimitAttributeKey,
        ));
    }
    let why = if name.is_empty() {
        "a name is empty"
    } else if name.chars().any(char::is_control) {
        "a name has a control character"
    } else {
        return Ok(());
    };
    Err(ItemError::new(Reason::Id, format!("`{field}`: {why}")).into())
}

/// A time; none where Go says that there is none.
fn point(input: &mut Input<'_, '_>, field: &str) -> Result<Option<Timestamp>, Fault> {
    let text = match input.json.value()? {
        Value::Null => return Ok(None),
        Value::Text(text) if text.is_empty() || text.starts_with(NO_TIME) => return Ok(None),
        Value::Text(text) => text,
        other => return Err(wrong(field, time::EXPECTED_TEXT, &other)),
    };
    let parsed = match time::parse_rfc3339(&text) {
        Err(TimeError::Range) if text.as_bytes() > b"2199" => time::parse_rfc3339(LATEST),
        parsed => parsed,
    };
    match parsed {
        Ok(at) => Ok(Some(at)),
        Err(TimeError::Form) => Err(wrong(field, time::EXPECTED_TEXT, &Value::Text(text))),
        Err(error) => Err(ItemError::new(Reason::Time, format!("`{field}`: {error}")).into()),
    }
}

/// An address that a page may link to.
fn address(input: &mut Input<'_, '_>, field: &str, limits: &AlertLimits) -> Result<Option<Text>, Fault> {
    let text = match input.json.value()? {
        Value::Null => return Ok(None),
        Value::Text(text) if text.is_empty() => return Ok(None),
        Value::Text(text) => text,
        other => return Err(wrong(field, "a text", &other)),
    };
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    let is_web = ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    if !is_web
        || text
            .chars()
            .any(|letter| letter.is_control() || letter.is_whitespace())
    {
        let expected = "an address such as \"http://prometheus:9090/graph\"";
        return Err(wrong(field, expected, &Value::Text(text)));
    }
    let clean = input.without_secrets(&text);
    if clean.len() > limits.value_bytes {
        return Err(too_long(
            field,
            clean.len(),
            limits.value_bytes,
            Reason::LimitText,
        ));
    }
    Ok(Some(Text::new(&*clean)))
}
