//! YAML as a tree of values that know their lines, so that everything wrong with a file is told at once and in place.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};

use crate::SloError;

/// A file of objectives may have so many bytes.
const TEXT_BYTES_MAX: usize = 4 << 20;
/// Values may be nested so deep.
const DEPTH_MAX: usize = 64;

/// A value and the line at which it begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) line: u64,
    pub(crate) value: Yaml,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Yaml {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: u64,
    pub(crate) value: Node,
}

impl Node {
    /// What sort of value it is, for errors.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Yaml::Null => "nothing",
            Yaml::Bool(_) => "true or false",
            Yaml::Number(_) => "a number",
            Yaml::Text(_) => "text",
            Yaml::List(_) => "a list",
            Yaml::Map(_) => "a map",
        }
    }

    /// The value of a key, if it is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Yaml::Map(entries) => entries
                .iter()
                .find(|entry| entry.key == key)
                .map(|entry| &entry.value),
            _ => None,
        }
    }
}

/// The documents of a text.
pub(crate) fn documents(file: &str, text: &str) -> Result<Vec<Node>, SloError> {
    let whole = |reason: String| SloError {
        file: file.to_owned(),
        line: 0,
        field: String::new(),
        reason,
    };
    if text.len() > TEXT_BYTES_MAX {
        return Err(whole(format!(
            "the file has {} bytes, more than {TEXT_BYTES_MAX}: split it",
            text.len()
        )));
    }
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        with_snippet: false,
        budget: serde_saphyr::budget! { max_depth: DEPTH_MAX },
    };
    let found = serde_saphyr::from_multiple_with_options::<Located>(text, options);
    let documents = found.map_err(|error| SloError {
        line: error.location().map_or(0, |location| location.line()),
        ..whole(format!("not YAML that can be read: {error}"))
    })?;
    Ok(documents.into_iter().map(Node::from).collect())
}

type Located = Spanned<Plain>;

/// A value while it is read.
enum Plain {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Located>),
    Map(Vec<(Spanned<String>, Located)>),
}

impl From<Located> for Node {
    fn from(located: Located) -> Self {
        let line = located.referenced.line();
        let value = match located.value {
            Plain::Null => Yaml::Null,
            Plain::Bool(value) => Yaml::Bool(value),
            Plain::Number(value) => Yaml::Number(value),
            Plain::Text(value) => Yaml::Text(value),
            Plain::List(items) => Yaml::List(items.into_iter().map(Self::from).collect()),
            Plain::Map(entries) => Yaml::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        let value = Self::from(value);
                        let line = key.referenced.line();
                        Entry {
                            key: key.value,
                            line: if line > 0 { line } else { value.line },
                            value,
                        }
                    })
                    .collect(),
            ),
        };
        Self { line, value }
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Plain, E> {
        Ok(Plain::Null)
    }

    fn visit_none<E>(self) -> Result<Plain, E> {
        Ok(Plain::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Plain, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Plain, E> {
        Ok(Plain::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Plain, E> {
        Ok(Plain::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Plain, E> {
        Ok(Plain::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Plain, E> {
        Ok(Plain::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Plain, E> {
        Ok(Plain::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Plain, E> {
        Ok(Plain::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Plain, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Plain::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Plain, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Plain::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_keys_know_their_lines() {
        let found = documents("f", "a: 1\nb:\n  - x: text\n    y: true\n---\nc: ~\n").unwrap();
        assert_eq!(found.len(), 2);
        let list = found[0].get("b").unwrap();
        let Yaml::List(items) = &list.value else {
            panic!("{list:?}")
        };
        assert_eq!(
            items[0].get("y").map(|node| (node.line, node.value.clone())),
            Some((4, Yaml::Bool(true)))
        );
        let Yaml::Map(entries) = &items[0].value else {
            panic!("{items:?}")
        };
        assert_eq!((entries[0].key.as_str(), entries[0].line), ("x", 3));
        assert_eq!(
            found[1].get("c").map(|node| (node.line, node.kind())),
            Some((6, "nothing"))
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        let twice = documents("f", "a: 1\nb: 2\na: 3\n").unwrap_err();
        assert_eq!(twice.line, 3, "{twice}");
        assert!(twice.reason.contains("duplicate"), "{twice}");
        let broken = documents("f", "a: 1\nb: [1\n").unwrap_err();
        assert!(broken.line >= 2, "{broken}");
        let deep = format!("a: {}1{}", "[".repeat(200), "]".repeat(200));
        assert!(documents("f", &deep).is_err());
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                    d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
                    g: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
        assert!(documents("f", bomb).is_err());
    }
}
