//! Lines as New Relic's Log API takes them.

use serde_json::{Map, Value, json};

use super::line::LogLine;
use super::origin::Origin;
use super::parcel::Parcel;
use crate::channel::sentry::limits::Category;

/// Lines as one request.
pub(super) fn parcels(lines: &[LogLine], origin: &Origin) -> Vec<Parcel> {
    if lines.is_empty() {
        return Vec::new();
    }
    let mut common = json!({
        "service.name": origin.service,
        "service.version": env!("CARGO_PKG_VERSION"),
        "hostname": origin.host,
        "logtype": "swarmpulse",
    });
    if !origin.environment.is_empty() {
        common["environment"] = json!(origin.environment);
    }
    let logs: Vec<Value> = lines.iter().map(log).collect();
    let body = json!([{"common": {"attributes": common}, "logs": logs}]).to_string();
    vec![Parcel::new(
        "application/json",
        body.as_bytes(),
        lines.len(),
        Category::Log,
    )]
}

fn log(line: &LogLine) -> Value {
    let mut attributes: Map<String, Value> = line
        .fields
        .iter()
        .map(|(name, value)| (format!("field.{name}"), json!(value)))
        .collect();
    attributes.insert("level".to_owned(), json!(line.level.as_str()));
    attributes.insert("logger.name".to_owned(), json!(line.target));
    json!({
        "timestamp": line.at.unix_ms(),
        "message": line.message,
        "attributes": attributes,
    })
}
