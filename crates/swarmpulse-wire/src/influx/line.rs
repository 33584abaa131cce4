//! One line: measurement, tags, fields, time.

use std::borrow::Cow;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field {
    Number(f64),
    Text,
}

/// The parts of a line.
#[derive(Debug, Default)]
pub(super) struct Line<'t> {
    pub measurement: Cow<'t, str>,
    pub tags: Vec<(Cow<'t, str>, Cow<'t, str>)>,
    pub fields: Vec<(Cow<'t, str>, Field)>,
    pub time: Option<i64>,
}

/// Takes the first line off a body. A line's end within the quotes of a text is part of the text.
pub(super) fn split(body: &[u8]) -> (&[u8], &[u8]) {
    let Some(end) = memchr::memchr(b'\n', body) else {
        return (body, &[]);
    };
    let first = &body[..end];
    let plain = (first, &body[end + 1..]);
    if memchr::memchr(b'"', first).is_none() || first.trim_ascii_start().first() == Some(&b'#') {
        return plain;
    }
    let (mut quoted, mut at) = (false, 0);
    let mut before = 0u8;
    while let Some(byte) = body.get(at) {
        match byte {
            b'\\' => at += 1,
            // A text begins right after `=`; elsewhere a quote is a character like others.
            b'"' if quoted || before == b'=' => quoted = !quoted,
            b'\n' if !quoted => return (&body[..at], &body[at + 1..]),
            _ => {}
        }
        before = *byte;
        at += 1;
    }
    // A quote that never closes must not swallow the lines after it.
    if quoted { plain } else { (body, &[]) }
}

impl<'t> Line<'t> {
    /// Replaces the parts by those of a line without white space around it.
    pub fn read(&mut self, text: &'t str) -> Result<(), &'static str> {
        self.tags.clear();
        self.fields.clear();
        self.time = None;
        let (measurement, mut rest) = until(text, b", ");
        if measurement.is_empty() {
            return Err("no measurement");
        }
        self.measurement = unescaped(measurement, ", ");
        while let Some(tag) = rest.strip_prefix(',') {
            let (key, after) = until(tag, b",= ");
            let Some(value) = after.strip_prefix('=') else {
                return Err("a tag without `=` and a value");
            };
            let (value, after) = until(value, b", ");
            if key.is_empty() || value.is_empty() {
                return Err("a tag without a name or a value");
            }
            self.tags.push((unescaped(key, ",= "), unescaped(value, ",= ")));
            rest = after;
        }
        rest = rest.trim_start_matches(' ');
        if rest.is_empty() {
            return Err("no fields");
        }
        loop {
            let (key, after) = until(rest, b",= ");
            let Some(value) = after.strip_prefix('=') else {
                return Err("a field without `=` and a value");
            };
            if key.is_empty() {
                return Err("a field without a name");
            }
            let (field, after) = field(value)?;
            self.fields.push((unescaped(key, ",= "), field));
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => {
                    rest = after;
                    break;
                }
            }
        }
        if !rest.is_empty() && !rest.starts_with(' ') {
            return Err("expected `,`, a space or the end after a field");
        }
        let time = rest.trim_matches(' ');
        if !time.is_empty() {
            self.time = Some(time.parse().map_err(|_| "a time that is no whole number")?);
        }
        Ok(())
    }
}

/// The text up to the first of those characters that has no `\` before it, and what comes from there.
fn until<'t>(text: &'t str, ends: &[u8]) -> (&'t str, &'t str) {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate() {
        if !escaped && ends.contains(&byte) {
            return text.split_at(place);
        }
        escaped = byte == b'\\' && !escaped;
    }
    (text, "")
}

/// Text without the `\` before those characters; before others it stands for itself.
fn unescaped<'t>(text: &'t str, special: &str) -> Cow<'t, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_escape = character == '\\'
            && characters
                .peek()
                .is_some_and(|next| special.contains(*next) || *next == '\\');
        if is_escape {
            plain.extend(characters.next());
        } else {
            plain.push(character);
        }
    }
    Cow::Owned(plain)
}

/// A field's value and what comes after it.
fn field(text: &str) -> Result<(Field, &str), &'static str> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut escaped = false;
        for (place, byte) in quoted.bytes().enumerate() {
            if byte == b'"' && !escaped {
                return Ok((Field::Text, &quoted[place + 1..]));
            }
            escaped = byte == b'\\' && !escaped;
        }
        return Err("a quote that never closes");
    }
    let end = text.find([',', ' ']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let number = match word {
        "t" | "T" | "true" | "True" | "TRUE" => Some(1.0),
        "f" | "F" | "false" | "False" | "FALSE" => Some(0.0),
        _ => match (word.strip_suffix('i'), word.strip_suffix('u')) {
            (Some(whole), _) => whole.parse::<i64>().ok().map(|whole| whole as f64),
            (_, Some(whole)) => whole.parse::<u64>().ok().map(|whole| whole as f64),
            _ => word.parse::<f64>().ok().filter(|value| value.is_finite()),
        },
    };
    let number = number.ok_or("a field's value that is no number, flag or text in quotes")?;
    Ok((Field::Number(number), rest))
}
