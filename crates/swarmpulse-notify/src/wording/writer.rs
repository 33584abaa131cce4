//! Puts one message into people's words.

use std::cell::OnceCell;

use jiff::tz::TimeZone;
use swarmpulse_model::Timestamp;
use swarmpulse_template::{Expansion, Limits, Surroundings, Text, Value};

use super::{Wording, data};
use crate::Message;

/// So much one text may be.
const LIMITS: Limits = Limits {
    steps_max: 200_000,
    bytes_max: 256 * 1024,
    depth_max: 100,
};
/// So much of an error is told.
const ERROR_BYTES_MAX: usize = 400;

/// Puts one message into people's words; what templates see is made when the first of them asks.
pub(crate) struct Writer<'a> {
    message: &'a Message<'a>,
    data: OnceCell<Value>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(message: &'a Message<'a>) -> Self {
        Self {
            message,
            data: OnceCell::new(),
        }
    }

    /// What a wording comes to; `None` if there is none or it fails, which is remarked.
    pub(crate) fn write(&self, wording: Option<&Wording>) -> Option<String> {
        let Wording(wording) = wording?;
        let Some(template) = &wording.template else {
            return Some(wording.text.clone());
        };
        let expanded = template.expand(&Expansion {
            dot: self.data.get_or_init(|| data::of(self.message)),
            surroundings: &Around(self.message),
            limits: LIMITS,
            html: wording.html,
        });
        match expanded {
            Ok(text) => Some(text),
            Err(error) => {
                let words = crate::summary::shorten_bytes(&error.message, ERROR_BYTES_MAX);
                self.remark(&wording.key, &words);
                None
            }
        }
    }

    /// The same without what is empty.
    pub(crate) fn some(&self, wording: Option<&Wording>) -> Option<String> {
        self.write(wording).filter(|text| !text.trim().is_empty())
    }

    /// Tells that a key has not its effect.
    pub(crate) fn remark(&self, key: &str, why: &str) {
        self.message
            .remarks
            .note(format!("{key} is in our own words: {why}"));
    }
}

/// What functions ask.
struct Around<'a>(&'a Message<'a>);

impl Surroundings for Around<'_> {
    fn at_ns(&self) -> i64 {
        let Timestamp(at_ns) = self.0.now;
        at_ns
    }

    fn external_url(&self) -> &str {
        self.0.external_url
    }

    fn zone(&self, name: &str, at_ns: i128) -> Result<(i32, Text), String> {
        let unknown = |_| format!("unknown time zone {name}");
        let zone = TimeZone::get(name).map_err(unknown)?;
        let at = jiff::Timestamp::from_nanosecond(at_ns).map_err(unknown)?;
        let info = zone.to_offset_info(at);
        Ok((info.offset().seconds(), info.abbreviation().into()))
    }
}
