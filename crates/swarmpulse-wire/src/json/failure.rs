//! Failures of tasks.

use swarmpulse_model::Record;
use swarmpulse_model::record::Failure;

use super::fault::Fault;
use super::input::Input;
use crate::counters::Reason;
use crate::decoded::ItemError;

/// Reads one failure. The older API's `bot_id`, `task_type` and `error_message` are known too.
pub(super) fn read(input: &mut Input<'_, '_>) -> Result<Record, Fault> {
    let mut failure = Failure::default();
    let mut fields = input.item()?;
    while let Some(key) = fields.next(input)? {
        match &*key {
            "task" => failure.task = input.id(&key)?,
            "agent" => failure.agent = input.id(&key)?,
            "type" => failure.task_type = input.id(&key)?,
            "error" => failure.error = input.text(&key)?,
            "error_code" => failure.error_code = input.text_or_number(&key)?,
            "at" => failure.at = input.time(&key)?,
            "attributes" => input.attributes(&mut failure.attributes, &key)?,
            "task_id" if failure.task.is_none() => failure.task = input.id(&key)?,
            "agent_id" | "bot_id" if failure.agent.is_none() => failure.agent = input.id(&key)?,
            "task_type" if failure.task_type.is_none() => failure.task_type = input.id(&key)?,
            "error_message" if failure.error.is_none() => failure.error = input.text(&key)?,
            "timestamp" if failure.at.is_none() => failure.at = input.time(&key)?,
            _ => input.attribute(&mut failure.attributes, &key)?,
        }
    }
    let says_nothing = failure.task.is_none()
        && failure.agent.is_none()
        && failure.task_type.is_none()
        && failure.error.is_none()
        && failure.error_code.is_none();
    if says_nothing {
        let message =
            "at least one of `task`, `agent`, `type`, `error` and `error_code` is needed".to_owned();
        return Err(ItemError::new(Reason::Missing, message).into());
    }
    Ok(Record::Failure(Box::new(failure)))
}
