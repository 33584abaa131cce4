//! Escapes within JSON texts, in and out.

use super::fault::{Problem, Syntax};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// How many leading bytes are neither a quote, a backslash nor a control character.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    // Eight bytes at a time; the lowest bit set marks the first special byte.
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * 0x22);
        let backslash = word ^ (ONES * 0x5c);
        let special = quote.wrapping_sub(ONES) & !quote
            | backslash.wrapping_sub(ONES) & !backslash
            | word.wrapping_sub(ONES * 0x20) & !word;
        if special & HIGH != 0 {
            return at + (special & HIGH).trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while bytes
        .get(at)
        .is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20))
    {
        at += 1;
    }
    at
}

/// The text that `raw`, the inside of a JSON text starting at byte `offset`, stands for.
pub(super) fn unescape(raw: &str, offset: usize) -> Result<String, Syntax> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(backslash) = rest.find('\\') {
        let (plain, escape) = rest.split_at(backslash);
        out.push_str(plain);
        let error = Syntax {
            at: offset + raw.len() - escape.len(),
            problem: Problem::Escape,
        };
        let (character, length) = read_escape(escape).ok_or(error)?;
        out.push(character);
        rest = escape.get(length..).ok_or(error)?;
    }
    out.push_str(rest);
    Ok(out)
}

/// The character of the escape at the start, and how many bytes it takes.
fn read_escape(escape: &str) -> Option<(char, usize)> {
    let character = match escape.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return read_unicode(escape),
        _ => return None,
    };
    Some((character, 2))
}

fn read_unicode(escape: &str) -> Option<(char, usize)> {
    let unit = hex(escape.get(2..6)?)?;
    if let Some(character) = char::from_u32(unit) {
        return Some((character, 6));
    }
    let low = escape
        .get(6..12)
        .filter(|next| next.starts_with("\\u"))
        .and_then(|next| hex(&next[2..]));
    match low {
        Some(low @ 0xdc00..=0xdfff) if unit < 0xdc00 => {
            let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            Some((char::from_u32(code)?, 12))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, 6)),
    }
}

fn hex(digits: &str) -> Option<u32> {
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

/// Appends `text` as a JSON text with its quotes.
pub(super) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at(plain_length(rest.as_bytes()));
        out.push_str(plain);
        let Some(byte) = special.bytes().next() else { break };
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            other => {
                out.push_str("\\u00");
                out.extend(
                    [other >> 4, other & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')),
                );
            }
        }
        rest = &special[1..];
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_length_stops_at_the_first_special_byte_anywhere() {
        for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
            for place in 0..40 {
                let mut bytes = vec![b'a'; 40];
                bytes[place] = special;
                assert_eq!(plain_length(&bytes), place);
            }
        }
        assert_eq!(
            plain_length("häßlich! #]~\u{7f}é…".as_bytes()),
            "häßlich! #]~\u{7f}é…".len()
        );
    }

    #[test]
    fn escapes_stand_for_their_characters() {
        assert_eq!(
            unescape(r#"\"\\\/\b\f\n\r\t\u00e9"#, 0).as_deref(),
            Ok("\"\\/\u{8}\u{c}\n\r\té")
        );
        assert_eq!(unescape(r"a\ud83d\ude00b", 0).as_deref(), Ok("a😀b"));
        assert_eq!(
            unescape(r"\ud83dx\ude00\ud83d\ud83d", 0).as_deref(),
            Ok("\u{fffd}x\u{fffd}\u{fffd}\u{fffd}")
        );
        for bad in [r"ab\x", r"ab\u12", r"ab\u12g4", "ab\\", r"ab\u+123", r"ab\u12é"] {
            assert_eq!(
                unescape(bad, 10),
                Err(Syntax {
                    at: 12,
                    problem: Problem::Escape
                }),
                "{bad}"
            );
        }
    }

    #[test]
    fn written_texts_are_read_back_by_serde() {
        for text in ["", "plain", "a\"b\\c\nd\re\tf\u{1}g\u{1f}", "é😀\u{7f}"] {
            let mut out = String::new();
            write_text(text, &mut out);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
