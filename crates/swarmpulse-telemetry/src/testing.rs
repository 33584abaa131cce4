//! What the tests of several modules build requests from.

use crate::message::{AnyValue, KeyValue};

/// An attribute that is a text.
pub(crate) fn pair(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            string_value: Some(value.to_owned()),
            ..AnyValue::default()
        }),
    }
}
