//! Values of templates, and how Go would name and print them.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmpulse_model::Text;

use super::{number, time};

/// So much of a value is printed: more than any text may have.
const PRINTED_MAX: usize = 128 * 1024;

/// A value that a template works on.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TemplateValue {
    /// Nothing.
    #[default]
    Nil,
    /// True or false.
    Bool(bool),
    /// A whole number, as literals without a point are.
    Int(i64),
    /// Any other number, as samples are.
    Float(f64),
    /// Text.
    String(Text),
    /// Values in order.
    List(Arc<Vec<TemplateValue>>),
    /// Values by name.
    Map(Arc<TemplateMap>),
    /// A point in time, in nanoseconds since 1970.
    Time(i64),
    /// A span of time in nanoseconds.
    Duration(i64),
}

/// What a name that a map does not have comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapKind {
    /// Nothing, shown as `<no value>`.
    #[default]
    Any,
    /// The empty text: all values are texts.
    Strings,
    /// An error: the names are fixed. With what Go would call the type.
    Record(&'static str),
}

/// Values by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplateMap {
    /// What other names come to.
    pub kind: MapKind,
    /// The values.
    pub entries: BTreeMap<Text, TemplateValue>,
}

impl TemplateValue {
    /// A map of these values.
    #[must_use]
    pub fn map(kind: MapKind, entries: impl IntoIterator<Item = (Text, TemplateValue)>) -> Self {
        Self::Map(Arc::new(TemplateMap {
            kind,
            entries: entries.into_iter().collect(),
        }))
    }

    /// A list of these values.
    #[must_use]
    pub fn list(values: Vec<TemplateValue>) -> Self {
        Self::List(Arc::new(values))
    }

    /// A map of texts, as labels are: a name that is absent is the empty text.
    #[must_use]
    pub fn strings<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let entry = |(name, value): (&str, &str)| (Text::from(name), Self::String(value.into()));
        Self::map(MapKind::Strings, pairs.into_iter().map(entry))
    }

    /// What Go calls its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::String(_) => "string",
            Self::List(_) => "template.queryResult",
            Self::Map(map) => match map.kind {
                MapKind::Any => "map[string]interface {}",
                MapKind::Strings => "map[string]string",
                MapKind::Record(name) => name,
            },
            Self::Time(_) => "*time.Time",
            Self::Duration(_) => "*time.Duration",
        }
    }

    /// Whether a condition holds.
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) | Self::Duration(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::String(text) => !text.is_empty(),
            Self::List(values) => !values.is_empty(),
            Self::Map(map) => !map.entries.is_empty(),
            Self::Time(_) => true,
        }
    }

    /// As Go's `%v` writes it. What is longer than any text may be is cut.
    pub(super) fn print(&self, into: &mut String) {
        if into.len() > PRINTED_MAX {
            return;
        }
        match self {
            Self::Nil => into.push_str("<nil>"),
            Self::Bool(value) => into.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => into.push_str(&value.to_string()),
            Self::Float(value) => into.push_str(&number::shortest(*value)),
            Self::String(text) => into.push_str(text),
            Self::List(values) => {
                into.push('[');
                for (place, value) in values.iter().enumerate() {
                    if place > 0 {
                        into.push(' ');
                    }
                    value.print(into);
                }
                into.push(']');
            }
            Self::Map(map) => {
                into.push_str("map[");
                for (place, (name, value)) in map.entries.iter().enumerate() {
                    if place > 0 {
                        into.push(' ');
                    }
                    into.push_str(name);
                    into.push(':');
                    value.print(into);
                }
                into.push(']');
            }
            Self::Time(at_ns) => into.push_str(&time::text(*at_ns)),
            Self::Duration(ns) => into.push_str(&time::duration_text(*ns)),
        }
    }

    /// As Go's `%v` writes it.
    pub(super) fn printed(&self) -> String {
        let mut text = String::new();
        self.print(&mut text);
        text
    }
}

impl From<&str> for TemplateValue {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<Text> for TemplateValue {
    fn from(text: Text) -> Self {
        Self::String(text)
    }
}

impl From<String> for TemplateValue {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<f64> for TemplateValue {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<i64> for TemplateValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for TemplateValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
