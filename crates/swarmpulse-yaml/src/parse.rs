//! From text to the tree, within bounds: nesting, aliases and size are limited, a key may stand once.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, Options, Spanned};

use crate::fault::{Fault, Place};
use crate::node::{Entry, Node, Scalar, Value};

/// The longest text that is read.
pub const INPUT_MAX_BYTES: usize = 4 << 20;
/// The deepest nesting.
const DEPTH_MAX: usize = 64;
/// The most values, those that aliases repeat included.
const NODES_MAX: usize = 200_000;
/// The most documents of one text.
const DOCUMENTS_MAX: usize = 10_000;

/// Reads one document. Nothing but comments is [`Value::Empty`].
pub fn parse(text: &str) -> Result<Node, Fault> {
    let documents = read(text, 1, |options| {
        serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options).map(|one| vec![one])
    })?;
    Ok(documents.into_iter().next().unwrap_or(Node {
        at: Place { line: 1, column: 1 },
        value: Value::Empty,
    }))
}

/// Reads every document of a text; those that hold nothing are left out.
pub fn parse_all(text: &str) -> Result<Vec<Node>, Fault> {
    read(text, DOCUMENTS_MAX, |options| {
        serde_saphyr::from_multiple_with_options(text, options)
    })
}

/// The documents of a text that holds anything, within the bounds.
fn read(
    text: &str,
    documents_max: usize,
    read: impl FnOnce(Options) -> Result<Vec<Spanned<Raw>>, serde_saphyr::Error>,
) -> Result<Vec<Node>, Fault> {
    if text.len() > INPUT_MAX_BYTES {
        let message = format!("is {} bytes long, at most {INPUT_MAX_BYTES} are read", text.len());
        return Err(Fault::new(Place::default(), message));
    }
    if !holds_anything(text) {
        return Ok(Vec::new());
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: DEPTH_MAX, max_nodes: NODES_MAX, max_documents: documents_max },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: NODES_MAX },
        duplicate_keys: DuplicateKeyPolicy::Error,
        with_snippet: false
    };
    let documents = read(options).map_err(|error| {
        let at = error.location().map(place).unwrap_or_default();
        Fault::new(at, cleansed(&error))
    })?;
    Ok(documents
        .into_iter()
        .map(|document| node(document, text))
        .collect())
}

/// Whether there is more than comments, blank lines and the marks of a document's beginning and end.
fn holds_anything(text: &str) -> bool {
    text.trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .any(|line| !line.is_empty() && !line.starts_with('#') && line != "---" && line != "...")
}

/// The parser's own words, without the place, which it repeats at the end.
fn cleansed(error: &serde_saphyr::Error) -> String {
    let rendered = error.without_snippet().render();
    let first = rendered.lines().next().unwrap_or_default();
    let words = match first.rfind(" at line ") {
        Some(end) if first[end + 9..].starts_with(|c: char| c.is_ascii_digit()) => &first[..end],
        _ => first,
    };
    format!("is not valid YAML: {words}")
}

fn place(location: Location) -> Place {
    Place {
        line: location.line(),
        column: location.column(),
    }
}

/// A value before its text is looked up in the source.
enum Raw {
    Empty,
    /// Looks like a number or a truth value: its text is that of the source.
    Typed(String),
    Text(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
}

fn node(raw: Spanned<Raw>, text: &str) -> Node {
    let value = match raw.value {
        Raw::Empty => Value::Empty,
        Raw::Text(text) => Value::Scalar(Scalar { text, typed: false }),
        Raw::Typed(read) => {
            let written = source(raw.defined, text).map_or(read, str::to_owned);
            Value::Scalar(Scalar {
                text: written,
                typed: true,
            })
        }
        Raw::List(items) => Value::List(items.into_iter().map(|item| node(item, text)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    at: place(key.referenced),
                    key: key.value,
                    node: node(value, text),
                })
                .collect(),
        ),
    };
    Node {
        at: place(raw.referenced),
        value,
    }
}

/// The text of a plain scalar as it stands in the source.
fn source(defined: Location, text: &str) -> Option<&str> {
    let span = defined.span();
    let from = usize::try_from(span.byte_offset()?).ok()?;
    let length = usize::try_from(span.byte_len()?).ok()?;
    let written = text.get(from..from.checked_add(length)?)?.trim();
    (!written.is_empty()).then_some(written)
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a mapping")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries: Vec<(Spanned<String>, Spanned<Raw>)> = Vec::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            if key.value.is_empty() {
                return Err(A::Error::custom("a key is empty"));
            }
            entries.push((key, access.next_value()?));
        }
        Ok(Raw::Map(entries))
    }
}
