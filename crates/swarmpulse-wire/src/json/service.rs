//! Declarations of services.

use swarmpulse_model::record::Service;
use swarmpulse_model::{Record, Text};

use super::fault::Fault;
use super::input::{Input, too_many, wrong};
use super::reader::Value;
use crate::counters::Reason;

/// Reads one service.
pub(super) fn read(input: &mut Input<'_, '_>) -> Result<Record, Fault> {
    let mut service = Service::default();
    let mut id = None;
    let mut fields = input.item()?;
    while let Some(key) = fields.next(input)? {
        match &*key {
            "service" => id = input.id(&key)?,
            "url" => service.url = input.text(&key)?,
            "kind" => service.kind = input.id(&key)?,
            "depends_on" => service.depends_on = depends_on(input, &key)?,
            "attributes" => input.attributes(&mut service.attributes, &key)?,
            "service_id" | "id" if id.is_none() => id = input.id(&key)?,
            _ => input.attribute(&mut service.attributes, &key)?,
        }
    }
    service.service = input.required("service", id)?;
    Ok(Record::Service(Box::new(service)))
}

/// An array of ids, each once.
fn depends_on(input: &mut Input<'_, '_>, field: &str) -> Result<Vec<Text>, Fault> {
    let mut services = Vec::new();
    match input.json.value()? {
        Value::Null => return Ok(services),
        Value::Array => input.json.enter()?,
        other => return Err(wrong(field, "an array of service ids", &other)),
    }
    let mut first = true;
    while input.json.next_element(&mut first)? {
        let Some(service) = input.id(field)? else { continue };
        if services.contains(&service) {
            continue;
        }
        if services.len() >= input.limits.depends_on {
            return Err(too_many(
                field,
                "services",
                input.limits.depends_on,
                Reason::LimitDependsOn,
            ));
        }
        services.push(service);
    }
    Ok(services)
}
