//! Fields that no contract names, and the metrics of heartbeats.

use swarmpulse_model::{Attributes, Text, Value as Attribute};

use super::fault::Fault;
use super::input::{Input, out_of_range, too_long, too_many, wrong};
use super::reader::Value;
use crate::counters::Reason;
use crate::redact::Class;

impl Input<'_, '_> {
    /// Keeps a field's value as an attribute of that name.
    pub(super) fn attribute(&mut self, attributes: &mut Attributes, key: &str) -> Result<(), Fault> {
        if key.len() > self.limits.attribute_key_bytes {
            return Err(too_long(
                key,
                key.len(),
                self.limits.attribute_key_bytes,
                Reason::LimitAttributeKey,
            ));
        }
        let value = self.attribute_value(key)?;
        if let Some((_, earlier)) = attributes.0.iter_mut().find(|(name, _)| name == key) {
            *earlier = value;
            return Ok(());
        }
        if attributes.0.len() >= self.limits.attributes {
            return Err(too_many(
                key,
                "attributes",
                self.limits.attributes,
                Reason::LimitAttributes,
            ));
        }
        attributes.0.push((Text::new(key), value));
        Ok(())
    }

    /// Keeps every field of an object as an attribute.
    pub(super) fn attributes(&mut self, attributes: &mut Attributes, field: &str) -> Result<(), Fault> {
        let Some(mut fields) = self.object(field)? else {
            return Ok(());
        };
        while let Some(key) = fields.next(self)? {
            self.attribute(attributes, &key)?;
        }
        Ok(())
    }

    fn attribute_value(&mut self, key: &str) -> Result<Attribute, Fault> {
        let class = self.class_of(key);
        if class != Class::Plain
            && let Some(stand_in) = self.redacted(class)?
        {
            return Ok(Attribute::Text(stand_in.into()));
        }
        let value = self.json.value()?;
        let limit = self.limits.attribute_value_bytes;
        Ok(match &value {
            Value::Null => Attribute::Null,
            Value::Bool(value) => Attribute::Bool(*value),
            Value::Number(number) => match (number.whole, number.as_i64(), number.as_f64()) {
                (true, Some(whole), _) => Attribute::Integer(whole),
                (_, _, Some(number)) => Attribute::Number(number),
                _ => return Err(out_of_range(key, "a finite number", &value)),
            },
            Value::Text(text) => {
                let clean = self.without_secrets(text);
                if clean.len() > limit {
                    return Err(too_long(key, clean.len(), limit, Reason::LimitAttributeValue));
                }
                Attribute::Text(Text::new(&*clean))
            }
            Value::Array | Value::Object => {
                let mut json = String::new();
                self.compact(key, &mut json)?;
                if json.len() > limit {
                    return Err(too_long(key, json.len(), limit, Reason::LimitAttributeValue));
                }
                Attribute::Json(json.into())
            }
        })
    }

    /// Keeps an object's numbers as metrics. What is no number is refused, or kept in `others` if given.
    pub(super) fn metrics(
        &mut self,
        field: &str,
        metrics: &mut Vec<(Text, f64)>,
        mut others: Option<&mut Attributes>,
    ) -> Result<(), Fault> {
        let Some(mut fields) = self.object(field)? else {
            return Ok(());
        };
        while let Some(name) = fields.next(self)? {
            let start = self.json.mark();
            let value = self.json.value()?;
            let number = match &value {
                Value::Number(number) => match number.as_f64() {
                    Some(number) => number,
                    None => return Err(out_of_range(&path(field, &name), "a finite number", &value)),
                },
                Value::Null => continue,
                other => match &mut others {
                    Some(attributes) => {
                        self.json.rewind(start);
                        self.attribute(attributes, &name)?;
                        continue;
                    }
                    None => return Err(wrong(&path(field, &name), "a finite number", other)),
                },
            };
            if name.len() > self.limits.attribute_key_bytes {
                let limit = self.limits.attribute_key_bytes;
                return Err(too_long(
                    &path(field, &name),
                    name.len(),
                    limit,
                    Reason::LimitAttributeKey,
                ));
            }
            if let Some((_, earlier)) = metrics.iter_mut().find(|(known, _)| *known == *name) {
                *earlier = number;
            } else if metrics.len() >= self.limits.metrics {
                return Err(too_many(
                    field,
                    "metrics",
                    self.limits.metrics,
                    Reason::LimitMetrics,
                ));
            } else {
                metrics.push((Text::new(&name), number));
            }
        }
        Ok(())
    }
}

/// The name of a field within a field.
pub(super) fn path(field: &str, name: &str) -> String {
    format!("{field}.{name}")
}
