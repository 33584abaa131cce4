//! The tree.

use crate::fault::{Faults, Place};

/// A value and where it stands. Of an alias, where it is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it begins.
    pub at: Place,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Empty,
    /// One text, whatever it looks like.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A mapping in its written order, each key once.
    Map(Vec<Entry>),
}

/// A text as it was written: `0123` stays `0123`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text, without its quotes.
    pub text: String,
    /// Whether it looks like a number or a truth value and is not quoted.
    pub typed: bool,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key begins.
    pub at: Place,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// What it is, in words for an error.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Empty => "nothing",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value == Value::Empty
    }

    /// As one text; nothing is an empty text. `field` names it in the error.
    pub fn text(&self, field: &str, faults: &mut Faults) -> Option<&str> {
        match &self.value {
            Value::Empty => Some(""),
            Value::Scalar(scalar) => Some(&scalar.text),
            Value::List(_) | Value::Map(_) => {
                faults.error(self.at, format!("{field} must be a text, not {}", self.kind()));
                None
            }
        }
    }

    /// As a list; nothing is an empty list.
    pub fn list(&self, field: &str, faults: &mut Faults) -> Option<&[Self]> {
        match &self.value {
            Value::Empty => Some(&[]),
            Value::List(items) => Some(items),
            Value::Scalar(_) | Value::Map(_) => {
                let message = format!(
                    "{field} must be a list, not {}: write `{field}: [..]` or one `- ` line for each",
                    self.kind()
                );
                faults.error(self.at, message);
                None
            }
        }
    }

    /// As a mapping; nothing is an empty mapping.
    pub fn map(&self, field: &str, faults: &mut Faults) -> Option<&[Entry]> {
        match &self.value {
            Value::Empty => Some(&[]),
            Value::Map(entries) => Some(entries),
            Value::Scalar(_) | Value::List(_) => {
                let message = format!("{field} must be a mapping of `key: value`, not {}", self.kind());
                faults.error(self.at, message);
                None
            }
        }
    }
}
