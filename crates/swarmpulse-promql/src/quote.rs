//! Text in quotes, as Prometheus writes it in expressions, labels and messages.

use std::fmt::Write;

/// Bytes of a literal that are no UTF-8 are carried as characters from here on, which no text has.
const RAW_BYTES: u32 = 0x0010_FF00;

/// The character that carries a byte which is no UTF-8.
pub(crate) fn raw_byte(byte: u8) -> char {
    char::from_u32(RAW_BYTES + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_raw_byte(character: char) -> bool {
    (RAW_BYTES..RAW_BYTES + 256).contains(&u32::from(character))
}

/// Whether a label may have this name: any UTF-8 but none at all.
#[must_use]
pub fn is_label_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(is_raw_byte)
}

/// In double quotes, with escapes for what cannot be shown.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        push_escaped(&mut quoted, character, '"');
    }
    quoted.push('"');
    quoted
}

/// One character in single quotes.
#[must_use]
pub fn quote_char(character: char) -> String {
    let mut quoted = String::from("'");
    push_escaped(&mut quoted, character, '\'');
    quoted.push('\'');
    quoted
}

/// The first characters in double quotes.
pub(crate) fn quote_cut(text: &str, characters: usize) -> String {
    quote(&text.chars().take(characters).collect::<String>())
}

fn push_escaped(into: &mut String, character: char, quote: char) {
    let short = match character {
        '\\' => Some('\\'),
        '\u{7}' => Some('a'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{b}' => Some('v'),
        other if other == quote => Some(quote),
        _ => None,
    };
    let code = u32::from(character);
    // Writing to a string does not fail.
    let _ = match short {
        Some(short) => {
            into.push('\\');
            into.push(short);
            Ok(())
        }
        None if is_raw_byte(character) => write!(into, "\\x{:02x}", code - RAW_BYTES),
        None if code < 0x20 || code == 0x7f => write!(into, "\\x{code:02x}"),
        None if is_shown(character) => {
            into.push(character);
            Ok(())
        }
        None if code < 0x1_0000 => write!(into, "\\u{code:04x}"),
        None => write!(into, "\\U{code:08x}"),
    };
}

fn is_shown(character: char) -> bool {
    let code = u32::from(character);
    let invisible = character.is_control()
        || (character.is_whitespace() && character != ' ')
        || (0x200b..=0x200f).contains(&code)
        || (0x2028..=0x202e).contains(&code)
        || (0xe000..=0xf8ff).contains(&code)
        || matches!(code, 0xad | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb);
    !invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_shown_is_escaped() {
        assert_eq!(quote("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
        assert_eq!(quote("\u{1}\u{7f}ü\u{a0}"), r#""\x01\x7fü\u00a0""#);
        assert_eq!(quote_char('\''), r"'\''");
        assert_eq!(quote_char('"'), "'\"'");
        assert_eq!(quote_cut("0123456789abc", 10), r#""0123456789""#);
    }
}
