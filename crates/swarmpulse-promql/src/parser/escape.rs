//! Escapes in quoted text.

use crate::quote::raw_byte;

/// How long the escape is that the text begins with.
///
/// # Errors
/// With what is wrong about it.
pub(super) fn scan(text: &str, quote: char) -> Result<usize, String> {
    decode(text, quote).map(|(length, _)| length)
}

enum Decoded {
    Byte(u8),
    Character(char),
}

fn decode(text: &str, quote: char) -> Result<(usize, Decoded), String> {
    let not_terminated = || "escape sequence not terminated".to_owned();
    let mut characters = text.chars().skip(1);
    let kind = characters.next().ok_or_else(not_terminated)?;
    let simple = |byte: u8| Ok((2, Decoded::Byte(byte)));
    let (digits, base, limit, skip) = match kind {
        'a' => return simple(7),
        'b' => return simple(8),
        'f' => return simple(12),
        'n' => return simple(b'\n'),
        'r' => return simple(b'\r'),
        't' => return simple(b'\t'),
        'v' => return simple(11),
        '\\' => return simple(b'\\'),
        _ if kind == quote => return Ok((1 + kind.len_utf8(), Decoded::Character(kind))),
        '0'..='7' => (3, 8, 255, 1),
        'x' => (2, 16, 255, 2),
        'u' => (4, 16, 0x0010_FFFF, 2),
        'U' => (8, 16, 0x0010_FFFF, 2),
        _ => {
            let code = u32::from(kind);
            return Err(format!("unknown escape sequence U+{code:04X} '{kind}'"));
        }
    };
    let mut value = 0u32;
    let mut taken = text[skip..].chars();
    for _ in 0..digits {
        let character = taken.next().ok_or_else(not_terminated)?;
        let digit = character.to_digit(base).ok_or_else(|| {
            let code = u32::from(character);
            format!("illegal character U+{code:04X} '{character}' in escape sequence")
        })?;
        value = value.wrapping_mul(base).wrapping_add(digit);
    }
    let invalid = || "escape sequence is an invalid Unicode code point".to_owned();
    if value > limit {
        return Err(invalid());
    }
    let length = skip + digits;
    if limit == 255 {
        return Ok((length, Decoded::Byte(value as u8)));
    }
    let character = char::from_u32(value).ok_or_else(invalid)?;
    Ok((length, Decoded::Character(character)))
}

/// The text between quotes, with its escapes resolved. Bytes that are not UTF-8 become [`raw_byte`]s.
///
/// # Errors
/// With what is wrong about it.
pub(super) fn unquote(quoted: &str) -> Result<String, String> {
    let quote = quoted.chars().next().unwrap_or('"');
    let inner = quoted
        .strip_prefix(quote)
        .and_then(|rest| rest.strip_suffix(quote))
        .ok_or_else(|| "invalid syntax".to_owned())?;
    if quote == '`' || !inner.contains('\\') {
        return Ok(inner.to_owned());
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let (length, decoded) = decode(&rest[at..], quote)?;
        match decoded {
            Decoded::Byte(byte) => bytes.push(byte),
            Decoded::Character(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        rest = &rest[at + length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => with_raw_bytes(error.as_bytes()),
    })
}

fn with_raw_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().copied().map(raw_byte));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(unquote(r#""a\n\t\"\\b""#).as_deref(), Ok("a\n\t\"\\b"));
        assert_eq!(unquote(r"'\'\x41\101\u00e9\U0001F600'").as_deref(), Ok("'AAé😀"));
        assert_eq!(unquote(r"`\n`").as_deref(), Ok(r"\n"));
        assert_eq!(unquote(r#""\xc3\xa9\xff""#).as_deref(), Ok("é\u{10ffff}"));
    }

    #[test]
    fn wrong_escapes_say_why() {
        assert_eq!(scan(r"\q", '"'), Err("unknown escape sequence U+0071 'q'".into()));
        assert_eq!(
            scan(r"\xg0", '"'),
            Err("illegal character U+0067 'g' in escape sequence".into())
        );
        assert_eq!(
            scan(r"\ud800", '"'),
            Err("escape sequence is an invalid Unicode code point".into())
        );
        assert_eq!(scan("\\u12", '"'), Err("escape sequence not terminated".into()));
    }
}
