//! Reading attributes, whichever type their sender gave them.

use std::borrow::Cow;

use swarmpulse_model::{Attributes as Kept, Text, Value};
use swarmpulse_wire::redact::{self, Class};

use crate::message::{AnyValue, KeyValue};
use crate::options::Options;

/// Attributes that name a person or an account.
const PERSONS: [&str; 16] = [
    "user.id",
    "user.email",
    "user.name",
    "user.full_name",
    "user.hash",
    "user.account_uuid",
    "user.account_id",
    "user_id",
    "user_email",
    "user.auth_type",
    "enduser.id",
    "enduser.pseudo.id",
    "organization.id",
    "account.uuid",
    "client.address",
    "process.owner",
];
/// A text of a name that may hold a prompt is kept as a label if it is a word no longer than this: `result="success"`.
const WORD_BYTES: usize = 64;

/// Attributes as they came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attributes<'a>(pub &'a [KeyValue]);

impl<'a> Attributes<'a> {
    fn value(self, key: &str) -> Option<&'a AnyValue> {
        let found = self.0.iter().rev().find(|pair| pair.key == key)?;
        found.value.as_ref()
    }

    /// A text that is not empty; numbers are written out.
    pub fn text(self, key: &str) -> Option<Cow<'a, str>> {
        let text = text_of(self.value(key)?);
        (!text.is_empty()).then_some(text)
    }

    /// The first of these that is there.
    pub fn first_text(self, keys: &[&str]) -> Option<Cow<'a, str>> {
        keys.iter().find_map(|key| self.text(key))
    }

    /// A finite number; texts of numbers count, as some senders write everything as text.
    pub fn number(self, key: &str) -> Option<f64> {
        let value = self.value(key)?;
        // A header's value is a list, mostly of one.
        let value = match &value.array_value {
            Some(list) => list.values.first()?,
            None => value,
        };
        let number = match value {
            AnyValue {
                int_value: Some(number),
                ..
            } => *number as f64,
            AnyValue {
                double_value: Some(number),
                ..
            } => *number,
            AnyValue {
                string_value: Some(text),
                ..
            } => text.trim().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    /// A number from 0 on.
    pub fn amount(self, key: &str) -> Option<f64> {
        self.number(key).filter(|number| *number >= 0.0)
    }

    /// The first of these that is there.
    pub fn first_amount(self, keys: &[&str]) -> Option<f64> {
        keys.iter().find_map(|key| self.amount(key))
    }

    /// True or false, also as a text.
    pub fn flag(self, key: &str) -> Option<bool> {
        match self.value(key)? {
            AnyValue {
                bool_value: Some(flag),
                ..
            } => Some(*flag),
            AnyValue {
                string_value: Some(text),
                ..
            } => match text.as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// An HTTP status code.
    pub fn status_code(self, keys: &[&str]) -> Option<u16> {
        let code = self.first_amount(keys)?;
        (100.0..=999.0).contains(&code).then_some(code as u16)
    }
}

/// A value as text; lists and objects as JSON.
pub(crate) fn text_of(value: &AnyValue) -> Cow<'_, str> {
    match value {
        AnyValue {
            string_value: Some(text),
            ..
        } => Cow::Borrowed(text),
        AnyValue {
            bool_value: Some(flag),
            ..
        } => Cow::Borrowed(if *flag { "true" } else { "false" }),
        AnyValue {
            int_value: Some(number),
            ..
        } => Cow::Owned(number.to_string()),
        AnyValue {
            double_value: Some(number),
            ..
        } => Cow::Owned(number.to_string()),
        AnyValue {
            bytes_value: Some(bytes),
            ..
        } => Cow::Owned(format!("[{} bytes]", bytes.len())),
        AnyValue {
            array_value: None,
            kvlist_value: None,
            ..
        } => Cow::Borrowed(""),
        nested => Cow::Owned(json_of(nested).to_string()),
    }
}

fn json_of(value: &AnyValue) -> serde_json::Value {
    if let Some(list) = &value.array_value {
        list.values.iter().map(json_of).collect()
    } else if let Some(object) = &value.kvlist_value {
        let pairs = object.values.iter();
        pairs
            .map(|pair| {
                (
                    pair.key.clone(),
                    pair.value.as_ref().map_or(serde_json::Value::Null, json_of),
                )
            })
            .collect()
    } else if let Some(number) = value.int_value {
        number.into()
    } else if let Some(number) = value.double_value {
        number.into()
    } else if let Some(flag) = value.bool_value {
        flag.into()
    } else {
        text_of(value).into()
    }
}

/// Cuts a text at a character's boundary.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// Whether an attribute names a person or an account.
pub(crate) fn is_person(key: &str) -> bool {
    PERSONS.contains(&key)
}

/// The value of a label: without secrets, and without what people or models said.
pub(crate) fn label_value<'a>(pair: &'a KeyValue, options: &Options) -> Cow<'a, str> {
    let Some(value) = &pair.value else {
        return Cow::Borrowed("");
    };
    let text = text_of(value);
    let is_text = value.string_value.is_some() || value.array_value.is_some() || value.kvlist_value.is_some();
    let text = match redact::key_class(&pair.key) {
        class if class.is_secret() && (is_text || class == Class::Password) => {
            return Cow::Borrowed(redact::SECRET_STAND_IN);
        }
        Class::Payload if is_text && !options.keep_payloads && !is_word(&text) => {
            return Cow::Owned(redact::payload_stand_in(text.chars().count()));
        }
        _ => text,
    };
    clean(text, options.label_bytes)
}

fn is_word(text: &str) -> bool {
    text.len() <= WORD_BYTES && !text.contains(|c: char| c.is_whitespace() || c == '{' || c == '[')
}

/// A text without secrets, cut to so many bytes.
pub(crate) fn clean(text: Cow<'_, str>, bytes: usize) -> Cow<'_, str> {
    match (redact::text(&text), text.len() <= bytes) {
        (Cow::Borrowed(_), true) => text,
        (clean, _) => Cow::Owned(cut(&clean, bytes).to_owned()),
    }
}

/// Attributes as a record keeps them: few, short, without secrets, payloads and persons. `used` are those that became
/// fields of the record. The second value counts what was left out for want of room.
pub(crate) fn kept(pairs: &[KeyValue], used: &[&str], options: &Options) -> (Kept, u64) {
    let mut kept = Kept::default();
    let mut left_out = 0;
    for pair in pairs {
        let is_used = used.contains(&pair.key.as_str()) || pair.key.is_empty();
        if is_used || is_person(&pair.key) && !options.keep_persons {
            continue;
        }
        if kept.0.len() >= options.attributes_max || pair.key.len() > options.attribute_key_bytes {
            left_out += 1;
            continue;
        }
        kept.0
            .push((Text::from(pair.key.as_str()), kept_value(pair, options)));
    }
    (kept, left_out)
}

fn kept_value(pair: &KeyValue, options: &Options) -> Value {
    let Some(value) = &pair.value else {
        return Value::Null;
    };
    let class = redact::key_class(&pair.key);
    match value {
        _ if class == Class::Password => Value::Text(Text::const_new(redact::SECRET_STAND_IN)),
        AnyValue {
            int_value: Some(number),
            ..
        } => Value::Integer(*number),
        AnyValue {
            double_value: Some(number),
            ..
        } => Value::Number(*number),
        AnyValue {
            bool_value: Some(flag),
            ..
        } => Value::Bool(*flag),
        _ if class.is_secret() => Value::Text(Text::const_new(redact::SECRET_STAND_IN)),
        _ => {
            let text = text_of(value);
            if class == Class::Payload && !options.keep_payloads && !text.is_empty() {
                return Value::Text(redact::payload_stand_in(text.chars().count()).into());
            }
            Value::Text(clean(text, options.attribute_value_bytes).as_ref().into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pair;

    #[test]
    fn labels_hold_words_but_no_prompts_and_no_secrets() {
        let options = Options::default();
        for (key, value, expected) in [
            ("result", "success", "success"),
            ("prompt", "tell me a story", "[redacted 15 characters]"),
            ("api_key", "abc", "[redacted secret]"),
            ("note", "password=hunter2", "password=[redacted secret]"),
        ] {
            assert_eq!(label_value(&pair(key, value), &options), expected, "{key}");
        }
    }

    #[test]
    fn records_keep_few_attributes_and_no_persons() {
        let options = Options {
            attributes_max: 2,
            ..Options::default()
        };
        let pairs = [
            pair("event.name", "x"),
            pair("user.email", "a@b.c"),
            pair("one", "1"),
            pair("prompt", "hello"),
            pair("three", "3"),
        ];
        let (kept, left_out) = kept(&pairs, &["event.name"], &options);
        assert_eq!(left_out, 1);
        assert_eq!(
            kept.0,
            [
                (Text::from("one"), Value::Text("1".into())),
                (
                    Text::from("prompt"),
                    Value::Text("[redacted 5 characters]".into())
                )
            ]
        );
    }

    #[test]
    fn numbers_and_flags_may_be_texts() {
        let pairs = [pair("n", " 12.5"), pair("f", "true"), pair("nan", "NaN")];
        let view = Attributes(&pairs);
        assert_eq!(view.number("n"), Some(12.5));
        assert_eq!(view.flag("f"), Some(true));
        assert_eq!(view.number("nan"), None);
        assert_eq!(view.status_code(&["n"]), None);
    }
}
