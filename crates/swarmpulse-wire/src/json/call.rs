//! Calls of services.

use swarmpulse_model::Record;
use swarmpulse_model::record::{Call, CallState};

use super::fault::Fault;
use super::input::Input;

/// Reads one call. Without a `state` it has ended.
pub(super) fn read(input: &mut Input<'_, '_>) -> Result<Record, Fault> {
    let mut call = Call::default();
    let mut service = None;
    let mut fields = input.item()?;
    while let Some(key) = fields.next(input)? {
        match &*key {
            "call" => call.call = input.id(&key)?,
            "service" => service = input.id(&key)?,
            "operation" => call.operation = input.text(&key)?,
            "agent" => call.agent = input.id(&key)?,
            "task" => call.task = input.id(&key)?,
            "state" => {
                call.state = input
                    .word(&key, "one of open, closed", parse_state)?
                    .unwrap_or_default();
            }
            "status_code" => {
                let code = input.whole(&key, 100, 999)?;
                call.status_code = code.and_then(|code| u16::try_from(code).ok());
            }
            "latency_ms" => {
                call.latency_ms = input.number(&key, "a number of milliseconds from 0", |ms| ms >= 0.0)?;
            }
            "timeout_s" => call.timeout_s = input.seconds(&key)?,
            "error" => call.error = input.text(&key)?,
            "at" => call.at = input.time(&key)?,
            "attributes" => input.attributes(&mut call.attributes, &key)?,
            "call_id" | "id" if call.call.is_none() => call.call = input.id(&key)?,
            "agent_id" if call.agent.is_none() => call.agent = input.id(&key)?,
            "task_id" if call.task.is_none() => call.task = input.id(&key)?,
            "timestamp" if call.at.is_none() => call.at = input.time(&key)?,
            _ => input.attribute(&mut call.attributes, &key)?,
        }
    }
    call.service = input.required("service", service)?;
    Ok(Record::Call(Box::new(call)))
}

fn parse_state(word: &str) -> Option<CallState> {
    if word.eq_ignore_ascii_case("open") {
        return Some(CallState::Open);
    }
    word.eq_ignore_ascii_case("closed").then_some(CallState::Closed)
}
