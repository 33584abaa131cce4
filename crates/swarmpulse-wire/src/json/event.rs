//! Events.

use swarmpulse_model::Record;
use swarmpulse_model::record::{Event, EventSource};

use super::exit;
use super::fault::Fault;
use super::input::{Input, too_long};
use super::reader::Value;
use crate::counters::Reason;

/// Reads one event. The sandbox platform's `event_type`, `event_data`, `event_id` and `timestamp` are known
/// too. An exit that a worker or the system reports becomes a process report, see [`exit`].
pub(super) fn read(input: &mut Input<'_, '_>) -> Result<Record, Fault> {
    let mut event = Event::default();
    let (mut event_type, mut source) = (None, None);
    let mut raw_data = None;
    let mut fields = input.item()?;
    while let Some(key) = fields.next(input)? {
        match &*key {
            "event" => event.event = input.id(&key)?,
            "type" => event_type = input.id(&key)?,
            "source" => source = input.word(&key, "one of agent, worker, system", parse_source)?,
            "agent" => event.agent = input.id(&key)?,
            "instance" => event.instance = input.id(&key)?,
            "sandbox" => event.sandbox = input.id(&key)?,
            "task" => event.task = input.id(&key)?,
            "at" => event.at = input.time(&key)?,
            "size_bytes" => event.size_bytes = input.whole(&key, 0, u64::MAX)?,
            "data" => raw_data = data(input, &key, &mut event)?,
            "attributes" => input.attributes(&mut event.attributes, &key)?,
            "event_id" | "id" if event.event.is_none() => event.event = input.id(&key)?,
            "event_type" if event_type.is_none() => event_type = input.id(&key)?,
            "event_data" if event.data.is_none() => raw_data = data(input, &key, &mut event)?,
            "agent_id" if event.agent.is_none() => event.agent = input.id(&key)?,
            "sandbox_id" if event.sandbox.is_none() => event.sandbox = input.id(&key)?,
            "task_id" if event.task.is_none() => event.task = input.id(&key)?,
            "timestamp" if event.at.is_none() => event.at = input.time(&key)?,
            _ => input.attribute(&mut event.attributes, &key)?,
        }
    }
    event.event_type = input.required("type", event_type)?;
    event.source = source.unwrap_or_default();
    if let Some(sandbox) = &input.presets.sandbox {
        event.sandbox = Some(input.checked_id("sandbox", sandbox)?);
    }
    if let Some(raw) = raw_data {
        if let Some(report) = exit::report(input, &event, raw)? {
            return Ok(Record::Process(Box::new(report)));
        }
        event.size_bytes = event.size_bytes.or(Some(raw.len() as u64));
    }
    Ok(Record::Event(Box::new(event)))
}

/// Keeps the data without payloads and secrets; gives their text as sent.
fn data<'a>(input: &mut Input<'a, '_>, field: &str, event: &mut Event) -> Result<Option<&'a str>, Fault> {
    let start = input.json.mark();
    let value = input.json.value()?;
    if value == Value::Null {
        event.data = None;
        return Ok(None);
    }
    input.json.rewind(start);
    let mut json = String::new();
    input.compact(field, &mut json)?;
    let limit = input.limits.event_data_bytes;
    if json.len() > limit {
        return Err(too_long(field, json.len(), limit, Reason::LimitEventData));
    }
    event.data = Some(json.into());
    Ok(Some(input.json.since(start)))
}

fn parse_source(word: &str) -> Option<EventSource> {
    [EventSource::Agent, EventSource::Worker, EventSource::System]
        .into_iter()
        .find(|source| source.as_str().eq_ignore_ascii_case(word))
}
