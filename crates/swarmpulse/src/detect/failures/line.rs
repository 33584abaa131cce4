//! A line of the file: a record of any sort with its time.

use anyhow::{Context as _, bail};
use serde_json::{Map, Value};
use swarmpulse_model::{Record, Timestamp};
use swarmpulse_wire::time::{parse_rfc3339, parse_unix};
use swarmpulse_wire::{Format, Kind, Limits, Privacy, decode_as};

/// The record and when it was received.
///
/// # Errors
/// If it is no record of the sort that it says, or has no time.
pub fn read(line: &[u8]) -> anyhow::Result<(Timestamp, Record)> {
    let mut fields: Map<String, Value> =
        serde_json::from_slice(line).context("the line is no JSON object")?;
    let kind = kind(&fields)?;
    let at = received(&fields)?;
    fields.remove("record");
    let body = Value::Object(fields).to_string();
    let decoded = decode_as(
        kind,
        Format::Auto,
        body.as_bytes(),
        &Limits::default(),
        &Privacy::default(),
    )?;
    if let Some(rejection) = decoded.rejected.first() {
        bail!("{}", rejection.error);
    }
    let record = decoded
        .records
        .into_iter()
        .next()
        .context("the line holds no record")?;
    Ok((at, record))
}

fn kind(fields: &Map<String, Value>) -> anyhow::Result<Kind> {
    Ok(
        match fields.get("record").map(|name| name.as_str().unwrap_or_default()) {
            Some("task") => Kind::Tasks,
            Some("failure") => Kind::Failures,
            Some("call") => Kind::Calls,
            Some("event") => Kind::Events,
            Some("heartbeat") => Kind::Heartbeats,
            Some(other) => bail!("`record` is `{other}`: write task, failure, call, event or heartbeat"),
            None if fields.contains_key("service") => Kind::Calls,
            None if fields.contains_key("status") => Kind::Tasks,
            None if fields.contains_key("event_type") => Kind::Events,
            None => Kind::Failures,
        },
    )
}

/// What `at` or `timestamp` says, else the latest of the record's own times.
fn received(fields: &Map<String, Value>) -> anyhow::Result<Timestamp> {
    for name in ["at", "timestamp"] {
        if let Some(value) = fields.get(name).filter(|value| !value.is_null()) {
            return time(value).with_context(|| format!("`{name}`"));
        }
    }
    let mut latest = None;
    for name in [
        "finished_at",
        "completed_at",
        "started_at",
        "assigned_at",
        "queued_at",
        "created_at",
    ] {
        if let Some(value) = fields.get(name).filter(|value| !value.is_null()) {
            latest = latest.max(Some(time(value).with_context(|| format!("`{name}`"))?));
        }
    }
    latest.context("there is no time: say as `at` when the record was received")
}

fn time(value: &Value) -> anyhow::Result<Timestamp> {
    let parsed = match value {
        Value::String(text) => parse_rfc3339(text).or_else(|_| parse_unix(text)),
        Value::Number(number) => parse_unix(&number.to_string()),
        other => bail!("{other} is no time: write `2026-01-31T09:30:00Z` or Unix seconds"),
    };
    parsed.with_context(|| format!("{value} is no time: write `2026-01-31T09:30:00Z` or Unix seconds"))
}
