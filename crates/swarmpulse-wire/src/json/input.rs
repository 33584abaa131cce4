//! Reads single fields of an item, and says of those that are wrong what they should have been.

use std::borrow::Cow;

use swarmpulse_model::entity::{ID_BYTES_MAX, IdError, check_id};
use swarmpulse_model::{Text, Timestamp};

use super::Presets;
use super::fault::{Fault, Syntax};
use super::reader::{Reader, Value};
use crate::counters::{Counters, Reason};
use crate::decoded::ItemError;
use crate::limits::Limits;
use crate::privacy::Privacy;
use crate::{redact, time};

/// The longest part of a refused text that a message shows, in characters.
const SHOWN_CHARACTERS: usize = 40;

/// One item and what it is read by. `'a` is the body's text.
pub(super) struct Input<'a, 'c> {
    pub(super) json: &'c mut Reader<'a>,
    pub(super) presets: &'c Presets,
    pub(super) limits: &'c Limits,
    pub(super) privacy: &'c Privacy,
    pub(super) counters: &'c mut Counters,
}

/// The fields of one object, in order.
pub(super) struct Fields {
    first: bool,
}

impl Fields {
    /// The next field's name; its value must be read before the next call.
    #[inline]
    pub(super) fn next<'a>(&mut self, input: &mut Input<'a, '_>) -> Result<Option<Cow<'a, str>>, Syntax> {
        input.json.next_key(&mut self.first)
    }
}

impl<'a> Input<'a, '_> {
    /// The same for a while.
    pub(super) fn reborrow(&mut self) -> Input<'a, '_> {
        Input {
            json: &mut *self.json,
            presets: self.presets,
            limits: self.limits,
            privacy: self.privacy,
            counters: &mut *self.counters,
        }
    }

    /// Enters the item itself.
    #[inline]
    pub(super) fn item(&mut self) -> Result<Fields, Fault> {
        match self.json.value()? {
            Value::Object => self.json.enter()?,
            other => {
                let message = format!("expected an object, got {}", describe(&other));
                return Err(ItemError::new(Reason::Type, message).into());
            }
        }
        Ok(Fields { first: true })
    }

    /// Enters a field that is an object; `None` for `null`.
    pub(super) fn object(&mut self, field: &str) -> Result<Option<Fields>, Fault> {
        match self.json.value()? {
            Value::Null => Ok(None),
            Value::Object => {
                self.json.enter()?;
                Ok(Some(Fields { first: true }))
            }
            other => Err(wrong(field, "an object", &other)),
        }
    }

    /// An id or name; `None` for `null` and for an empty text, which some senders write for "none".
    #[inline]
    pub(super) fn id(&mut self, field: &str) -> Result<Option<Text>, Fault> {
        match self.json.value()? {
            Value::Text(text) if text.is_empty() => Ok(None),
            Value::Text(text) => self.checked_id(field, &text).map(Some),
            Value::Null => Ok(None),
            other => Err(wrong(field, "a text", &other)),
        }
    }

    /// Checks an id that stands in the body or the path.
    #[inline]
    pub(super) fn checked_id(&self, field: &str, id: &str) -> Result<Text, Fault> {
        let limit = self.limits.id_bytes.min(ID_BYTES_MAX);
        if id.len() > limit {
            return Err(too_long(field, id.len(), limit, Reason::LimitId));
        }
        match check_id(id) {
            Ok(()) => Ok(Text::new(id)),
            Err(error) => Err(bad_id(field, error)),
        }
    }

    /// The id that an item cannot do without.
    pub(super) fn required<T>(&self, field: &str, value: Option<T>) -> Result<T, Fault> {
        value.ok_or_else(|| {
            let message = format!("`{field}`: is missing, and every such item needs it");
            ItemError::new(Reason::Missing, message).into()
        })
    }

    /// A text of any content, without secrets.
    pub(super) fn text(&mut self, field: &str) -> Result<Option<Text>, Fault> {
        let text = match self.json.value()? {
            Value::Text(text) => text,
            Value::Null => return Ok(None),
            other => return Err(wrong(field, "a text", &other)),
        };
        let clean = self.without_secrets(&text);
        if clean.len() > self.limits.text_bytes {
            return Err(too_long(
                field,
                clean.len(),
                self.limits.text_bytes,
                Reason::LimitText,
            ));
        }
        Ok(Some(Text::new(&*clean)))
    }

    /// Redacts and counts.
    pub(super) fn without_secrets<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let clean = redact::text(text);
        if matches!(clean, Cow::Owned(_)) {
            self.counters.count(Reason::RedactedSecret);
        }
        clean
    }

    /// A text, or a number as it is written.
    pub(super) fn text_or_number(&mut self, field: &str) -> Result<Option<Text>, Fault> {
        match self.json.value()? {
            Value::Null => Ok(None),
            Value::Number(number) => Ok(Some(Text::new(number.text))),
            Value::Text(text) => self.checked_id(field, &text).map(Some),
            other => Err(wrong(field, "a text or number", &other)),
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, field: &str) -> Result<Option<bool>, Fault> {
        match self.json.value()? {
            Value::Null => Ok(None),
            Value::Bool(value) => Ok(Some(value)),
            other => Err(wrong(field, "true or false", &other)),
        }
    }

    /// A whole number within a range.
    #[inline]
    pub(super) fn whole(&mut self, field: &str, least: u64, most: u64) -> Result<Option<u64>, Fault> {
        let value = self.json.value()?;
        match &value {
            Value::Null => Ok(None),
            Value::Number(number) => match number.as_u64().filter(|number| (least..=most).contains(number)) {
                Some(number) => Ok(Some(number)),
                None => Err(out_of_range(
                    field,
                    &format!("a whole number from {least} to {most}"),
                    &value,
                )),
            },
            other => Err(wrong(
                field,
                &format!("a whole number from {least} to {most}"),
                other,
            )),
        }
    }

    /// As [`Input::whole`], of a process id, attempt or code.
    pub(super) fn whole_u32(&mut self, field: &str, least: u32) -> Result<Option<u32>, Fault> {
        Ok(self
            .whole(field, least.into(), u32::MAX.into())?
            .and_then(|number| u32::try_from(number).ok()))
    }

    /// A finite number that passes `fits`; `expected` says what such a number is.
    #[inline]
    pub(super) fn number(
        &mut self,
        field: &str,
        expected: &str,
        fits: impl Fn(f64) -> bool,
    ) -> Result<Option<f64>, Fault> {
        let value = self.json.value()?;
        match &value {
            Value::Null => Ok(None),
            Value::Number(number) => match number.as_f64().filter(|number| fits(*number)) {
                Some(number) => Ok(Some(number)),
                None => Err(out_of_range(field, expected, &value)),
            },
            other => Err(wrong(field, expected, other)),
        }
    }

    /// A span of time in seconds.
    pub(super) fn seconds(&mut self, field: &str) -> Result<Option<f64>, Fault> {
        self.number(field, "a number of seconds above 0", |seconds| seconds > 0.0)
    }

    /// A number from 0.
    pub(super) fn amount(&mut self, field: &str) -> Result<Option<f64>, Fault> {
        self.number(field, "a number from 0", |amount| amount >= 0.0)
    }

    /// A point in time.
    #[inline]
    pub(super) fn time(&mut self, field: &str) -> Result<Option<Timestamp>, Fault> {
        let value = self.json.value()?;
        let parsed = match &value {
            Value::Null => return Ok(None),
            Value::Text(text) => time::parse_rfc3339(text),
            Value::Number(number) => time::parse_unix(number.text),
            other => return Err(wrong(field, time::EXPECTED, other)),
        };
        match parsed {
            Ok(at) => Ok(Some(at)),
            Err(error) => {
                let message = format!(
                    "`{field}`: {} {error}; expected {}",
                    describe(&value),
                    time::EXPECTED
                );
                Err(ItemError::new(Reason::Time, message).into())
            }
        }
    }

    /// One of a few words, in any case; `None` for `null`.
    pub(super) fn word<T>(
        &mut self,
        field: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let value = self.json.value()?;
        match &value {
            Value::Null => Ok(None),
            Value::Text(text) => match parse(text) {
                Some(word) => Ok(Some(word)),
                None => Err(refuse(Reason::Word, field, expected, &value)),
            },
            other => Err(wrong(field, expected, other)),
        }
    }
}

/// A value of the wrong type.
#[cold]
pub(super) fn wrong(field: &str, expected: &str, got: &Value<'_>) -> Fault {
    refuse(Reason::Type, field, expected, got)
}

/// A number outside its range.
#[cold]
pub(super) fn out_of_range(field: &str, expected: &str, got: &Value<'_>) -> Fault {
    refuse(Reason::Range, field, expected, got)
}

#[cold]
fn refuse(reason: Reason, field: &str, expected: &str, got: &Value<'_>) -> Fault {
    let message = format!("`{}`: expected {expected}, got {}", shown(field), describe(got));
    ItemError::new(reason, message).into()
}

/// A text that is too long.
#[cold]
pub(super) fn too_long(field: &str, size: usize, limit: usize, reason: Reason) -> Fault {
    let message = format!("`{}`: has {size} bytes, the limit is {limit}", shown(field));
    ItemError::new(reason, message).into()
}

/// Too many of something.
#[cold]
pub(super) fn too_many(field: &str, what: &str, limit: usize, reason: Reason) -> Fault {
    ItemError::new(
        reason,
        format!("`{field}`: has more than {limit} {what}, the limit"),
    )
    .into()
}

#[cold]
fn bad_id(field: &str, error: IdError) -> Fault {
    ItemError::new(Reason::Id, format!("`{field}`: {error}")).into()
}

/// A value for an error message: short, and without secrets.
fn describe(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => format!("the number {}", shown(number.text)),
        Value::Text(text) => format!("the string {:?}", shown(text)),
        Value::Array => "an array".to_owned(),
        Value::Object => "an object".to_owned(),
    }
}

/// The beginning of a sender's text, without secrets.
fn shown(text: &str) -> String {
    // What lies far behind cannot be shown; four times as much is enough to recognise a secret.
    let start: String = text.chars().take(4 * SHOWN_CHARACTERS).collect();
    let clean = redact::text(&start);
    let mut short: String = clean.chars().take(SHOWN_CHARACTERS).collect();
    if clean.chars().nth(SHOWN_CHARACTERS).is_some() {
        short.push('…');
    }
    short
}
