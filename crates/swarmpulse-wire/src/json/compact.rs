//! Arrays, objects and event data: kept as compact JSON text without payloads and secrets.

use super::escape::write_text;
use super::fault::Fault;
use super::input::{Input, out_of_range};
use super::reader::Value;
use crate::counters::Reason;
use crate::redact::{self, Class};

impl Input<'_, '_> {
    /// What the values under a key are, as far as this sender's privacy goes.
    pub(super) fn class_of(&self, key: &str) -> Class {
        match redact::key_class(key) {
            Class::Payload if self.privacy.keep_payloads => Class::Plain,
            class => class,
        }
    }

    /// Passes a value that must not be kept and gives what stands in for it; `None`, and nothing is passed,
    /// if it may be kept: numbers, `true`, `false`, `null` and empty texts say nothing.
    pub(super) fn redacted(&mut self, class: Class) -> Result<Option<String>, Fault> {
        let start = self.json.mark();
        let characters = match self.json.value()? {
            Value::Text(text) if !text.is_empty() => text.chars().count(),
            Value::Array | Value::Object => self.json.skip()?.chars().count(),
            Value::Number(_) if class == Class::Password => 0,
            _ => {
                self.json.rewind(start);
                return Ok(None);
            }
        };
        if class == Class::Payload {
            self.counters.count(Reason::RedactedPayload);
            return Ok(Some(redact::payload_stand_in(characters)));
        }
        self.counters.count(Reason::RedactedSecret);
        Ok(Some(redact::SECRET_STAND_IN.to_owned()))
    }

    /// Appends the next value as compact JSON. `field` names it in errors.
    pub(super) fn compact(&mut self, field: &str, out: &mut String) -> Result<(), Fault> {
        self.compact_as(Class::Plain, field, out).map(drop)
    }

    /// Appends a value of that class. Whether it was a flag, such as `--api-key`, that announces a secret.
    fn compact_as(&mut self, class: Class, field: &str, out: &mut String) -> Result<bool, Fault> {
        if class != Class::Plain
            && let Some(stand_in) = self.redacted(class)?
        {
            write_text(&stand_in, out);
            return Ok(false);
        }
        let value = self.json.value()?;
        match &value {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Number(number) if number.as_f64().is_none() => {
                return Err(out_of_range(field, "finite numbers", &value));
            }
            Value::Number(number) => out.push_str(number.text),
            Value::Text(text) => {
                write_text(&self.without_secrets(text), out);
                return Ok(text.starts_with('-') && redact::key_class(text).is_secret());
            }
            Value::Array => self.compact_array(field, out)?,
            Value::Object => self.compact_object(field, out)?,
        }
        Ok(false)
    }

    fn compact_array(&mut self, field: &str, out: &mut String) -> Result<(), Fault> {
        self.json.enter()?;
        out.push('[');
        let (mut first, mut announced) = (true, false);
        let mut separate = false;
        while self.json.next_element(&mut first)? {
            if separate {
                out.push(',');
            }
            separate = true;
            let class = if announced { Class::Secret } else { Class::Plain };
            announced = self.compact_as(class, field, out)?;
        }
        out.push(']');
        Ok(())
    }

    fn compact_object(&mut self, field: &str, out: &mut String) -> Result<(), Fault> {
        self.json.enter()?;
        out.push('{');
        let mut first = true;
        let mut separate = false;
        while let Some(key) = self.json.next_key(&mut first)? {
            if separate {
                out.push(',');
            }
            separate = true;
            write_text(&key, out);
            out.push(':');
            let class = self.class_of(&key);
            self.compact_as(class, field, out)?;
        }
        out.push('}');
        Ok(())
    }
}
