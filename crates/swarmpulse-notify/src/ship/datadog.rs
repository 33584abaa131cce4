//! Lines as Datadog's intake takes them.

use serde_json::{Map, Value, json};

use super::line::{LogLevel, LogLine};
use super::origin::Origin;
use super::parcel::Parcel;
use crate::channel::sentry::limits::Category;

/// The most lines of one request.
const LINES_MAX: usize = 1000;

/// Lines as requests.
pub(super) fn parcels(lines: &[LogLine], origin: &Origin) -> Vec<Parcel> {
    let requests = lines.chunks(LINES_MAX).map(|lines| {
        let items: Vec<Value> = lines.iter().map(|line| item(line, origin)).collect();
        Parcel::new(
            "application/json",
            Value::Array(items).to_string().as_bytes(),
            lines.len(),
            Category::Log,
        )
    });
    requests.collect()
}

fn item(line: &LogLine, origin: &Origin) -> Value {
    let mut tags = format!("version:{}", env!("CARGO_PKG_VERSION"));
    if !origin.environment.is_empty() {
        tags.push_str(",env:");
        tags.push_str(&origin.environment);
    }
    let fields: Map<String, Value> = line
        .fields
        .iter()
        .map(|(name, value)| (name.to_string(), json!(value)))
        .collect();
    let mut item = json!({
        "ddsource": "swarmpulse",
        "ddtags": tags,
        "hostname": origin.host,
        "service": origin.service,
        "status": line.level.as_str(),
        "timestamp": line.at.to_string(),
        "message": line.message,
        "logger": {"name": line.target},
        "fields": fields,
    });
    if line.level == LogLevel::Error {
        item["error"] = json!({
            "kind": line.text("error_type").unwrap_or(&line.target),
            "message": line.text("error").unwrap_or(&line.message),
        });
    }
    item
}
