//! Divides a body into items and collects what they are.

use memchr::memchr;
use memchr::memmem;
use swarmpulse_model::Record;

use super::fault::{Fault, Syntax};
use super::input::Input;
use super::reader::{Reader, Value};
use super::{Presets, read_item};
use crate::counters::Reason;
use crate::decoded::{BodyError, Decoded, Format, ItemError, Kind, Rejection};
use crate::limits::Limits;
use crate::privacy::Privacy;

/// A record, or why it is none.
type Item = Result<Record, Box<ItemError>>;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One body on its way into records.
pub(super) struct Batch<'c> {
    kind: Kind,
    presets: &'c Presets,
    limits: &'c Limits,
    privacy: &'c Privacy,
    decoded: Decoded,
    next_index: usize,
}

impl<'c> Batch<'c> {
    pub(super) fn new(kind: Kind, presets: &'c Presets, limits: &'c Limits, privacy: &'c Privacy) -> Self {
        Self {
            kind,
            presets,
            limits,
            privacy,
            decoded: Decoded::default(),
            next_index: 0,
        }
    }

    pub(super) fn decode(mut self, format: Format, body: &[u8]) -> Result<Decoded, BodyError> {
        let limit = self.limits.decompressed_bytes;
        if body.len() > limit {
            return Err(BodyError::TooLarge {
                size: body.len(),
                limit,
            });
        }
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        let Some(first) = body.trim_ascii_start().first() else {
            return Err(BodyError::Empty);
        };
        match std::str::from_utf8(body) {
            Ok(text) if *first == b'[' && format == Format::Auto => self.array(text)?,
            Ok(text) if format == Format::Auto && is_single(text, self.limits.nesting) => {
                self.single(text)?;
            }
            Ok(text) => self.lines(body, Some(text))?,
            Err(_) if format == Format::Ndjson || (*first == b'{' && next_line_object(body)) => {
                self.lines(body, None)?;
            }
            Err(error) => {
                return Err(BodyError::NotUtf8 {
                    offset: error.valid_up_to(),
                });
            }
        }
        Ok(self.decoded)
    }

    /// A body that is one object.
    fn single(&mut self, text: &str) -> Result<(), BodyError> {
        let mut reader = Reader::new(text, self.limits.nesting);
        let of_body = |syntax: Syntax| syntax.of_body(text, self.limits.nesting);
        let start = reader.mark();
        match reader.value().map_err(of_body)? {
            Value::Object => reader.rewind(start),
            other => {
                return Err(BodyError::NotRecords {
                    found: name_of(&other),
                });
            }
        }
        let index = self.index()?;
        let item = self
            .read(&mut reader)
            .map_err(|syntax| syntax.of_body(text, self.limits.nesting))?;
        reader
            .end()
            .map_err(|syntax| syntax.of_body(text, self.limits.nesting))?;
        self.keep(index, item);
        Ok(())
    }

    /// A body that is one array.
    fn array(&mut self, text: &str) -> Result<(), BodyError> {
        let limit = self.limits.nesting;
        let mut reader = Reader::new(text, limit);
        let mut first = true;
        let of_body = |syntax: Syntax| syntax.of_body(text, limit);
        reader.peek().and_then(|_| reader.enter()).map_err(of_body)?;
        while reader.next_element(&mut first).map_err(of_body)? {
            let index = self.index()?;
            let item = self.read(&mut reader).map_err(of_body)?;
            self.keep(index, item);
        }
        reader.end().map_err(of_body)
    }

    /// A body of one object a line; `text` is the whole body if all of it is UTF-8.
    fn lines(&mut self, body: &[u8], text: Option<&str>) -> Result<(), BodyError> {
        let mut start = 0;
        let mut number = 0;
        while start < body.len() {
            let rest = &body[start..];
            let end = start + memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &body[start..end];
            number += 1;
            if !line.trim_ascii().is_empty() {
                let valid = match text {
                    Some(text) => text.get(start..end),
                    None => std::str::from_utf8(line).ok(),
                };
                match valid {
                    Some(line) => self.line(line, number)?,
                    None => {
                        let index = self.index()?;
                        self.reject(
                            index,
                            &ItemError::new(Reason::Encoding, format!("line {number}: is not UTF-8")),
                        );
                    }
                }
            }
            start = end + 1;
        }
        Ok(())
    }

    /// One line; what follows a complete object on its line spoils it.
    fn line(&mut self, line: &str, number: usize) -> Result<(), BodyError> {
        let index = self.index()?;
        let mut reader = Reader::new(line, self.limits.nesting);
        match self
            .read(&mut reader)
            .and_then(|item| reader.end().map(|()| item))
        {
            Ok(item) => self.keep(index, item),
            Err(syntax) => self.reject(index, &syntax.of_line(line, number, self.limits.nesting)),
        }
        Ok(())
    }

    /// The place of the next item.
    fn index(&mut self) -> Result<usize, BodyError> {
        let index = self.next_index;
        if index >= self.limits.items {
            return Err(BodyError::TooManyItems {
                limit: self.limits.items,
            });
        }
        self.next_index += 1;
        Ok(index)
    }

    /// Reads one item and leaves the reader behind it, be it such a record or not.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<Item, Syntax> {
        let start = reader.mark();
        let mut input = Input {
            json: reader,
            presets: self.presets,
            limits: self.limits,
            privacy: self.privacy,
            counters: &mut self.decoded.counters,
        };
        match read_item(self.kind, &mut input) {
            Ok(record) => Ok(Ok(record)),
            Err(Fault::Syntax(syntax)) => Err(syntax),
            Err(Fault::Item(error)) => {
                reader.rewind(start);
                reader.skip()?;
                Ok(Err(error))
            }
        }
    }

    fn keep(&mut self, index: usize, item: Item) {
        match item {
            Ok(record) => {
                self.decoded.records.push(record);
                self.decoded
                    .indexes
                    .push(u32::try_from(index).unwrap_or(u32::MAX));
            }
            Err(error) => self.reject(index, &error),
        }
    }

    #[cold]
    fn reject(&mut self, index: usize, error: &ItemError) {
        self.decoded.counters.count(error.reason);
        self.decoded.rejected.push(Rejection {
            index: index as u64,
            error: error.to_string(),
        });
    }
}

/// Whether a later line begins with an object: written by a program, such a line never lies within one.
fn next_line_object(body: &[u8]) -> bool {
    memmem::find(body, b"\n{").is_some()
}

/// Whether the body is one value, however many lines it takes. Lines that begin with an object make it
/// NDJSON, unless all of it is one value indeed; so does an object that ends before its line does.
fn is_single(text: &str, nesting: usize) -> bool {
    let mut reader = Reader::new(text, nesting);
    let complete = reader.skip().is_ok();
    let at_end = reader.clone().end().is_ok();
    match (complete, at_end) {
        (true, true) => true,
        (true, false) => {
            let rest = text
                .get(reader.at()..)
                .unwrap_or_default()
                .trim_start_matches([' ', '\t', '\r']);
            !rest.starts_with('\n') && !next_line_object(text.as_bytes())
        }
        (false, _) => !next_line_object(text.as_bytes()),
    }
}

fn name_of(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::Array => "an array",
        Value::Object => "an object",
    }
}
