//! Heartbeats.

use swarmpulse_model::Record;
use swarmpulse_model::record::Heartbeat;

use super::fault::Fault;
use super::input::Input;

/// Reads one heartbeat. The sandbox platform's `agent_id`, `timestamp`, `sequence_number`,
/// `current_task_id` and `health_metrics` are known too.
pub(super) fn read(input: &mut Input<'_, '_>) -> Result<Record, Fault> {
    let mut heartbeat = Heartbeat::default();
    let mut agent = None;
    let mut fields = input.item()?;
    while let Some(key) = fields.next(input)? {
        match &*key {
            "agent" => agent = input.id(&key)?,
            "kind" => heartbeat.kind = input.id(&key)?,
            "instance" => heartbeat.instance = input.id(&key)?,
            "host" => heartbeat.host = input.id(&key)?,
            "pid" => heartbeat.pid = input.whole_u32(&key, 1)?,
            "sandbox" => heartbeat.sandbox = input.id(&key)?,
            "status" => heartbeat.status = input.text(&key)?,
            "task" => heartbeat.task = input.id(&key)?,
            "interval_s" => heartbeat.interval_s = input.seconds(&key)?,
            "on_demand" => heartbeat.on_demand = input.boolean(&key)?,
            "sequence" => heartbeat.sequence = input.whole(&key, 0, u64::MAX)?,
            "at" => heartbeat.at = input.time(&key)?,
            "metrics" => input.metrics(&key, &mut heartbeat.metrics, None)?,
            "attributes" => input.attributes(&mut heartbeat.attributes, &key)?,
            "agent_id" if agent.is_none() => agent = input.id(&key)?,
            "sandbox_id" if heartbeat.sandbox.is_none() => heartbeat.sandbox = input.id(&key)?,
            "current_task_id" | "task_id" if heartbeat.task.is_none() => heartbeat.task = input.id(&key)?,
            "timestamp" if heartbeat.at.is_none() => heartbeat.at = input.time(&key)?,
            "sequence_number" if heartbeat.sequence.is_none() => {
                heartbeat.sequence = input.whole(&key, 0, u64::MAX)?;
            }
            "health_metrics" => {
                input.metrics(&key, &mut heartbeat.metrics, Some(&mut heartbeat.attributes))?;
            }
            _ => input.attribute(&mut heartbeat.attributes, &key)?,
        }
    }
    heartbeat.agent = match &input.presets.agent {
        Some(agent) => input.checked_id("agent", agent)?,
        None => input.required("agent", agent)?,
    };
    Ok(Record::Heartbeat(Box::new(heartbeat)))
}
