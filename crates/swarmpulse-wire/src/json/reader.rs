//! A pull reader of JSON text: borrows what needs no unescaping, never recurses, knows where it is.
//!
//! It accepts exactly RFC 8259, save that half a surrogate pair in an escape becomes U+FFFD, as in the
//! output of some senders, and that nesting is limited.

use std::borrow::Cow;

use super::escape::{plain_length, unescape};
use super::fault::{Problem, Syntax};
use super::number::Number;

/// The deepest nesting that can be asked for: the bits of the stack in [`Reader::skip`].
const NESTING_MAX: usize = 128;

/// A value that was read, or the start of one that holds others.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(Number<'a>),
    Text(Cow<'a, str>),
    /// The reader stands before its `[`.
    Array,
    /// The reader stands before its `{`.
    Object,
}

/// A place to return to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    at: usize,
    depth: usize,
}

/// Reads a text from front to back.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    depth_max: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, nesting: usize) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            depth_max: nesting.min(NESTING_MAX),
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            at: self.at,
            depth: self.depth,
        }
    }

    pub(super) fn rewind(&mut self, mark: Mark) {
        self.at = mark.at;
        self.depth = mark.depth;
    }

    /// The byte that is read next.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What was read since then.
    pub(super) fn since(&self, mark: Mark) -> &'a str {
        self.text
            .get(mark.at..self.at)
            .unwrap_or_default()
            .trim_ascii_start()
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn error(&self, problem: Problem) -> Syntax {
        let at_end = self.at >= self.text.len();
        Syntax {
            at: self.at,
            problem: if at_end { Problem::End } else { problem },
        }
    }

    /// Passes white space; the byte after it.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Syntax> {
        loop {
            match self.byte() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return Ok(byte),
                None => return Err(self.error(Problem::End)),
            }
        }
    }

    /// Checks that only white space follows.
    pub(super) fn end(&mut self) -> Result<(), Syntax> {
        if self.peek().is_ok() {
            Err(self.error(Problem::Trailing))
        } else {
            Ok(())
        }
    }

    /// Reads a value whole, or stops before the bracket of one that holds others.
    #[inline]
    pub(super) fn value(&mut self) -> Result<Value<'a>, Syntax> {
        match self.peek()? {
            b'"' => Ok(Value::Text(self.string()?)),
            b'-' | b'0'..=b'9' => Ok(Value::Number(self.number()?)),
            b'{' => Ok(Value::Object),
            b'[' => Ok(Value::Array),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => Err(self.error(Problem::Value)),
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Syntax> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.error(Problem::Value));
        }
        self.at += word.len();
        Ok(value)
    }

    /// Reads a text; the reader stands before its quote.
    #[inline]
    fn string(&mut self) -> Result<Cow<'a, str>, Syntax> {
        let (start, end, escaped) = self.string_span()?;
        let raw = self.text.get(start..end).unwrap_or_default();
        if escaped {
            unescape(raw, start).map(Cow::Owned)
        } else {
            Ok(Cow::Borrowed(raw))
        }
    }

    /// Passes a text: where it starts and ends within its quotes, and whether it has escapes.
    #[inline]
    fn string_span(&mut self) -> Result<(usize, usize, bool), Syntax> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at += plain_length(bytes.get(at..).unwrap_or_default());
            match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok((start, at, escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                other => {
                    self.at = at.min(bytes.len());
                    return Err(self.error(if other.is_some() {
                        Problem::Control
                    } else {
                        Problem::End
                    }));
                }
            }
        }
    }

    /// Passes a number; the reader stands before it.
    #[inline]
    fn number(&mut self) -> Result<Number<'a>, Syntax> {
        let start = self.at;
        let mut whole = true;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.byte() == Some(b'0');
        let digits = self.digits()?;
        if leading_zero && digits > 1 {
            self.at = start;
            return Err(self.error(Problem::Number));
        }
        if self.byte() == Some(b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Number {
            text: self.text.get(start..self.at).unwrap_or_default(),
            whole,
        })
    }

    #[inline]
    fn digits(&mut self) -> Result<usize, Syntax> {
        let start = self.at;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.error(Problem::Number))
        } else {
            Ok(self.at - start)
        }
    }

    fn descend(&mut self) -> Result<(), Syntax> {
        if self.depth >= self.depth_max {
            return Err(Syntax {
                at: self.at,
                problem: Problem::TooDeep,
            });
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn ascend(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    /// Enters the array or object before whose bracket the reader stands.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Syntax> {
        self.descend()
    }

    /// The next field's name within an object, its colon passed; `None` past the object's end.
    #[inline]
    pub(super) fn next_key(&mut self, first: &mut bool) -> Result<Option<Cow<'a, str>>, Syntax> {
        let byte = self.peek()?;
        if byte == b'}' {
            self.ascend();
            return Ok(None);
        }
        if !*first {
            if byte != b',' {
                return Err(self.error(Problem::CommaOrBrace));
            }
            self.at += 1;
        }
        *first = false;
        if self.peek()? != b'"' {
            return Err(self.error(Problem::Key));
        }
        let key = self.string()?;
        if self.peek()? != b':' {
            return Err(self.error(Problem::Colon));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// Whether an array has another element, its comma passed; if not the array's end is passed.
    #[inline]
    pub(super) fn next_element(&mut self, first: &mut bool) -> Result<bool, Syntax> {
        let byte = self.peek()?;
        if byte == b']' {
            self.ascend();
            return Ok(false);
        }
        if !*first {
            if byte != b',' {
                return Err(self.error(Problem::CommaOrBracket));
            }
            self.at += 1;
            self.peek()?;
        }
        *first = false;
        Ok(true)
    }

    /// Passes one value, whatever it holds, and gives its text.
    pub(super) fn skip(&mut self) -> Result<&'a str, Syntax> {
        self.peek()?;
        let start = self.at;
        let outer = self.depth;
        // One bit for each open bracket: set for objects.
        let mut objects: u128 = 0;
        let mut first = false;
        loop {
            match self.value()? {
                Value::Object => {
                    self.descend()?;
                    objects = objects << 1 | 1;
                    first = true;
                }
                Value::Array => {
                    self.descend()?;
                    objects <<= 1;
                    first = true;
                }
                _ => {}
            }
            loop {
                if self.depth == outer {
                    return Ok(self.text.get(start..self.at).unwrap_or_default());
                }
                let more = if objects & 1 == 1 {
                    self.next_key(&mut first)?.is_some()
                } else {
                    self.next_element(&mut first)?
                };
                if more {
                    break;
                }
                objects >>= 1;
                first = false;
            }
        }
    }
}

#[cfg(test)]
mod tests;
