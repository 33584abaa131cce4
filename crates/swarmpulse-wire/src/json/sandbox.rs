//! States of sandboxes.

use swarmpulse_model::record::{Resources, Sandbox, Usage};
use swarmpulse_model::{Attributes, Record};

use super::attribute::path;
use super::fault::Fault;
use super::input::Input;

/// Reads one sandbox.
pub(super) fn read(input: &mut Input<'_, '_>) -> Result<Record, Fault> {
    let mut sandbox = Sandbox::default();
    let mut id = None;
    let mut fields = input.item()?;
    while let Some(key) = fields.next(input)? {
        match &*key {
            "sandbox" => id = input.id(&key)?,
            "provider" => sandbox.provider = input.id(&key)?,
            "state" => sandbox.state = input.id(&key)?,
            "agent" => sandbox.agent = input.id(&key)?,
            "task" => sandbox.task = input.id(&key)?,
            "created_at" => sandbox.created_at = input.time(&key)?,
            "last_activity_at" => sandbox.last_activity_at = input.time(&key)?,
            "resources" => resources(input, &key, &mut sandbox.resources, &mut sandbox.attributes)?,
            "usage" => usage(input, &key, &mut sandbox.usage, &mut sandbox.attributes)?,
            "price_per_hour_usd" => {
                sandbox.price_per_hour_usd =
                    input.number(&key, "a number of US dollars from 0", |usd| usd >= 0.0)?;
            }
            "attributes" => input.attributes(&mut sandbox.attributes, &key)?,
            "sandbox_id" | "id" if id.is_none() => id = input.id(&key)?,
            "agent_id" if sandbox.agent.is_none() => sandbox.agent = input.id(&key)?,
            "task_id" if sandbox.task.is_none() => sandbox.task = input.id(&key)?,
            _ => input.attribute(&mut sandbox.attributes, &key)?,
        }
    }
    sandbox.sandbox = input.required("sandbox", id)?;
    Ok(Record::Sandbox(Box::new(sandbox)))
}

/// Fields that are not known become attributes such as `resources.gpu`.
fn resources(
    input: &mut Input<'_, '_>,
    field: &str,
    resources: &mut Resources,
    attributes: &mut Attributes,
) -> Result<(), Fault> {
    let Some(mut fields) = input.object(field)? else {
        return Ok(());
    };
    while let Some(key) = fields.next(input)? {
        let name = path(field, &key);
        match &*key {
            "cpu" => resources.cpu = input.amount(&name)?,
            "memory_bytes" => resources.memory_bytes = input.amount(&name)?,
            "disk_bytes" => resources.disk_bytes = input.amount(&name)?,
            _ => input.attribute(attributes, &name)?,
        }
    }
    Ok(())
}

fn usage(
    input: &mut Input<'_, '_>,
    field: &str,
    usage: &mut Usage,
    attributes: &mut Attributes,
) -> Result<(), Fault> {
    let Some(mut fields) = input.object(field)? else {
        return Ok(());
    };
    while let Some(key) = fields.next(input)? {
        let name = path(field, &key);
        match &*key {
            "cpu_ratio" => usage.cpu_ratio = input.amount(&name)?,
            "memory_bytes" => usage.memory_bytes = input.amount(&name)?,
            "disk_bytes" => usage.disk_bytes = input.amount(&name)?,
            "network_receive_bytes" => usage.network_receive_bytes = input.amount(&name)?,
            "network_transmit_bytes" => usage.network_transmit_bytes = input.amount(&name)?,
            _ => input.attribute(attributes, &name)?,
        }
    }
    Ok(())
}
