//! Secrets that show by what stands before them: `password=...`, `Authorization: ...`, `--api-key ...`,
//! `postgres://user:...@host`.

use std::ops::Range;

use super::key::key_class;
use super::secret::run;

/// The longest name looked at, in bytes.
const NAME_BYTES: usize = 64;

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// The value after the `=` or `:` at `anchor`, if the name before it is a secret's.
pub(super) fn assigned(text: &str, anchor: usize, floor: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let name = name_before(bytes, anchor, floor)?;
    if !key_class(text.get(name.clone())?).is_secret() {
        return None;
    }
    let mut from = anchor + 1;
    let blanks = run(bytes, from, |byte| byte == b' ').min(2);
    from += blanks;
    let colon = bytes[anchor] == b':';
    if colon && text.get(from..)?.starts_with("//") {
        return None;
    }
    let lower = text.get(name)?.to_ascii_lowercase();
    let header = colon && (lower.ends_with("authorization") || lower.ends_with("cookie"));
    let value = value_at(bytes, from, header)?;
    // Parsers complain of an "unexpected token: x"; that is a token of another sort.
    let parser_word = colon && blanks > 0 && lower.ends_with("token") && value.len() < 12;
    (!parser_word && !is_stand_in(text, &value)).then_some(value)
}

/// The name that ends before the anchor, blanks and a quote between them or not.
fn name_before(bytes: &[u8], anchor: usize, floor: usize) -> Option<Range<usize>> {
    let mut end = anchor;
    let mut passes = |is_passed: fn(u8) -> bool| {
        if end > floor && is_passed(bytes[end - 1]) {
            end -= 1;
        }
    };
    passes(|byte| byte == b' ');
    passes(is_quote);
    passes(|byte| byte == b'\\');
    let least = floor.max(end.saturating_sub(NAME_BYTES));
    let length = bytes[least..end]
        .iter()
        .rev()
        .take_while(|byte| is_name(**byte))
        .count();
    (length >= 3).then_some(end - length..end)
}

/// A value in quotes, or up to what ends it; of a header the rest of its line.
fn value_at(bytes: &[u8], from: usize, header: bool) -> Option<Range<usize>> {
    let escaped = bytes.get(from) == Some(&b'\\') && bytes.get(from + 1).copied().is_some_and(is_quote);
    let from = from + usize::from(escaped);
    let first = *bytes.get(from)?;
    let (start, length) = if is_quote(first) {
        (
            from + 1,
            run(bytes, from + 1, |byte| {
                byte != first && byte != b'\n' && !(escaped && byte == b'\\')
            }),
        )
    } else if header {
        (
            from,
            run(bytes, from, |byte| {
                !matches!(byte, b'\n' | b'\r') && !is_quote(byte)
            }),
        )
    } else {
        (
            from,
            run(bytes, from, |byte| {
                !byte.is_ascii_whitespace() && !is_quote(byte) && !b",;&)}]<>".contains(&byte)
            }),
        )
    };
    (length > 0).then_some(start..start + length)
}

fn is_stand_in(text: &str, value: &Range<usize>) -> bool {
    text.get(value.start..)
        .is_some_and(|rest| rest.starts_with("[redacted "))
}

/// The value of the command-line flag whose first dash is at `anchor`: `--api-key x`, `-token x`.
pub(super) fn flag(text: &str, anchor: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let before = anchor.checked_sub(1).map(|place| bytes[place]);
    if before.is_some_and(|byte| !byte.is_ascii_whitespace() && !is_quote(byte)) {
        return None;
    }
    let start = anchor + run(bytes, anchor, |byte| byte == b'-');
    let end = start + run(bytes, start, is_name);
    let closed = end + usize::from(bytes.get(end).copied().is_some_and(is_quote));
    if end - start < 3 || bytes.get(closed) != Some(&b' ') || !key_class(text.get(start..end)?).is_secret() {
        return None;
    }
    let from = closed + run(bytes, closed, |byte| byte == b' ');
    if bytes.get(from) == Some(&b'-') {
        return None;
    }
    let value = value_at(bytes, from, false)?;
    (!is_stand_in(text, &value)).then_some(value)
}

/// The password in a URL, from the `:` of its scheme: `postgres://user:...@host`. A user's name alone, if it
/// is as long as a token, is one.
pub(super) fn url_password(text: &str, anchor: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if !text.get(anchor..)?.starts_with("://") || anchor == 0 || !bytes[anchor - 1].is_ascii_alphanumeric() {
        return None;
    }
    let start = anchor + 3;
    let length = run(bytes, start, |byte| {
        !byte.is_ascii_whitespace() && !is_quote(byte) && !b"/?#<>".contains(&byte)
    });
    let authority = &bytes[start..start + length];
    let user_end = authority.iter().rposition(|byte| *byte == b'@')?;
    let user = &authority[..user_end];
    let secret = match user.iter().position(|byte| *byte == b':') {
        Some(colon) => start + colon + 1..start + user_end,
        None if user.len() >= 16 => start..start + user_end,
        None => return None,
    };
    (!secret.is_empty() && !is_stand_in(text, &secret)).then_some(secret)
}
