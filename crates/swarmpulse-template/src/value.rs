//! Values of templates, and how Go would name and print them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kind::{ANY_MAP, Kind, STRING_LIST, STRING_MAP, Shape};
use crate::number;
use crate::time::{self, Time};

/// A short text.
pub type Text = compact_str::CompactString;

/// So much of a value is printed: more than any text may have.
const PRINTED_MAX: usize = 2 * 1024 * 1024;

/// A value that a template works on.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
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
    /// Text that is not escaped where such text may stand.
    Safe(Safe, Text),
    /// Values in order.
    List(Arc<List>),
    /// Values by name.
    Map(Arc<Map>),
    /// A point in time.
    Time(Time),
    /// A span of time in nanoseconds.
    Duration(i64),
}

/// Where a text may stand as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safe {
    /// Between elements.
    Html,
    /// As an address.
    Url,
}

/// Values in order.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// What it is a list of.
    pub kind: &'static Kind,
    /// The values.
    pub values: Vec<Value>,
}

/// Values by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// What other names come to, and what else it can do.
    pub kind: &'static Kind,
    /// The values.
    pub entries: BTreeMap<Text, Value>,
}

impl Value {
    /// A map of these values.
    #[must_use]
    pub fn map(kind: &'static Kind, entries: impl IntoIterator<Item = (Text, Self)>) -> Self {
        Self::Map(Arc::new(Map {
            kind,
            entries: entries.into_iter().collect(),
        }))
    }

    /// A list of these values.
    #[must_use]
    pub fn list(kind: &'static Kind, values: Vec<Self>) -> Self {
        Self::List(Arc::new(List { kind, values }))
    }

    /// A map of anything, as data that was read from JSON is.
    #[must_use]
    pub fn any_map(entries: impl IntoIterator<Item = (Text, Self)>) -> Self {
        Self::map(&ANY_MAP, entries)
    }

    /// A list of texts.
    #[must_use]
    pub fn texts(texts: impl IntoIterator<Item = Text>) -> Self {
        Self::list(&STRING_LIST, texts.into_iter().map(Self::String).collect())
    }

    /// A map of texts, as labels are: a name that is absent is the empty text.
    #[must_use]
    pub fn strings<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let entry = |(name, value): (&str, &str)| (Text::from(name), Self::String(value.into()));
        Self::map(&STRING_MAP, pairs.into_iter().map(entry))
    }

    /// What Go calls its type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::String(_) => "string",
            Self::Safe(Safe::Html, _) => "template.HTML",
            Self::Safe(Safe::Url, _) => "template.URL",
            Self::List(list) => list.kind.type_name,
            Self::Map(map) => map.kind.type_name,
            Self::Time(_) => "time.Time",
            Self::Duration(_) => "time.Duration",
        }
    }

    /// Whether a condition holds.
    #[must_use]
    pub fn truth(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) | Self::Duration(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::String(text) | Self::Safe(_, text) => !text.is_empty(),
            Self::List(list) => !list.values.is_empty(),
            Self::Map(map) => matches!(map.kind.shape, Shape::Fields(_)) || !map.entries.is_empty(),
            Self::Time(_) => true,
        }
    }

    /// As Go's `%v` writes it. What is longer than any text may be is cut.
    pub(crate) fn print(&self, into: &mut String) {
        if into.len() > PRINTED_MAX {
            return;
        }
        match self {
            Self::Nil => into.push_str("<nil>"),
            Self::Bool(value) => into.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => into.push_str(&value.to_string()),
            Self::Float(value) => into.push_str(&number::shortest(*value)),
            Self::String(text) | Self::Safe(_, text) => into.push_str(text),
            Self::List(_) | Self::Map(_) => {
                if let Some(shown) = self.shown() {
                    into.push_str(&shown);
                } else {
                    self.each_part(into, &mut |value, into| value.print(into));
                }
            }
            Self::Time(time) => into.push_str(&time.text()),
            Self::Duration(ns) => into.push_str(&time::duration_text(*ns)),
        }
    }

    /// The words that its kind has for it.
    pub(crate) fn shown(&self) -> Option<String> {
        let kind = match self {
            Self::List(list) => list.kind,
            Self::Map(map) => map.kind,
            _ => return None,
        };
        kind.shown.map(|shown| shown(self))
    }

    /// A list, a map or a record between its brackets, each part written by `write`.
    pub(crate) fn each_part(&self, into: &mut String, write: &mut dyn FnMut(&Self, &mut String)) {
        match self {
            Self::List(list) => {
                into.push('[');
                for (place, value) in list.values.iter().enumerate() {
                    if place > 0 {
                        into.push(' ');
                    }
                    write(value, into);
                }
                into.push(']');
            }
            Self::Map(map) => match map.kind.shape {
                Shape::Fields(names) => {
                    into.push('{');
                    for (place, name) in names.iter().enumerate() {
                        if place > 0 {
                            into.push(' ');
                        }
                        write(map.entries.get(*name).unwrap_or(&Self::Nil), into);
                    }
                    into.push('}');
                }
                Shape::Any | Shape::Texts => {
                    into.push_str("map[");
                    for (place, (name, value)) in map.entries.iter().enumerate() {
                        if place > 0 {
                            into.push(' ');
                        }
                        write(&Self::String(name.clone()), into);
                        into.push(':');
                        write(value, into);
                    }
                    into.push(']');
                }
            },
            other => write(other, into),
        }
    }

    /// As Go's `%v` writes it.
    #[must_use]
    pub fn printed(&self) -> String {
        let mut text = String::new();
        self.print(&mut text);
        text
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::String(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
