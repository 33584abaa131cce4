//! Kinds of lists and maps: what Go would call them, what names they have, what they can do.

use crate::function::Answer;
use crate::value::Value;

/// What a list or a map is. Whoever brings the data says so, once, in a static.
#[derive(Debug)]
pub struct Kind {
    /// What Go calls the type.
    pub type_name: &'static str,
    /// Which names a map has. A list has none.
    pub shape: Shape,
    /// What it can be asked beside its values.
    pub methods: &'static [Method],
    /// How it is printed, if not as others of its shape are.
    pub shown: Option<fn(&Value) -> String>,
}

/// Which names a map has, and what others come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any; others are nothing, shown as `<no value>`.
    Any,
    /// Any, and all values are texts; others are the empty text.
    Texts,
    /// These, in this order; others are an error.
    Fields(&'static [&'static str]),
}

/// Something that a list or a map can be asked: `.Alerts.Firing`.
#[derive(Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// How many arguments it takes.
    pub takes: usize,
    /// What it answers to the value and its arguments.
    pub run: fn(&Value, &[Value]) -> Answer,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.type_name == other.type_name
    }
}

impl Kind {
    /// A kind without methods.
    #[must_use]
    pub const fn plain(type_name: &'static str, shape: Shape) -> Self {
        Self {
            type_name,
            shape,
            methods: &[],
            shown: None,
        }
    }
}

/// Anything by name.
pub static ANY_MAP: Kind = Kind::plain("map[string]interface {}", Shape::Any);
/// Texts by name.
pub static STRING_MAP: Kind = Kind::plain("map[string]string", Shape::Texts);
/// A list of texts.
pub static STRING_LIST: Kind = Kind::plain("[]string", Shape::Any);
/// A list of anything.
pub static ANY_LIST: Kind = Kind::plain("[]interface {}", Shape::Any);
