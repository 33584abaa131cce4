//! Values made harmless, each for one sort of place.

use crate::value::Value;

/// What stands for a value that would do harm where it is.
const UNSAFE: &str = "ZgotmplZ";

/// Between elements, and in quotes.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '+' => out.push_str("&#43;"),
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// In an attribute without quotes.
pub(super) fn without_space(value: &str) -> String {
    if value.is_empty() {
        return UNSAFE.into();
    }
    let mut out = String::with_capacity(value.len());
    for c in text(value).chars() {
        match c {
            '\t' | '\n' | '\x0b' | '\x0c' | '\r' | ' ' | '=' | '`' => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

/// As the name of an attribute.
pub(super) fn name(text: &str) -> String {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !text.starts_with("on") {
        text.to_ascii_lowercase()
    } else {
        UNSAFE.into()
    }
}

/// HTML as text: without its tags.
pub(super) fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            c if !in_tag => out.push(c),
            _ => {}
        }
    }
    out
}

/// An address, or a part of one behind what is there already.
pub(super) fn address(value: &str, before: &str, is_safe: bool) -> String {
    if before.contains(['?', '#']) && !is_safe {
        return percent(value, false);
    }
    if before.is_empty() && !is_safe && !is_harmless(value) {
        return format!("#{UNSAFE}");
    }
    percent(value, true)
}

fn is_harmless(address: &str) -> bool {
    match address.split_once(':') {
        Some((scheme, _)) if !scheme.contains('/') => ["http", "https", "mailto"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known)),
        _ => true,
    }
}

/// Characters with a meaning in addresses stay if `keeps`.
fn percent(value: &str, keeps: bool) -> String {
    let bytes = value.as_bytes();
    let mut out = String::with_capacity(value.len());
    for (place, byte) in bytes.iter().enumerate() {
        let stays = match byte {
            b'-' | b'.' | b'_' | b'~' => true,
            b'!' | b'#' | b'$' | b'&' | b'*' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@'
            | b'[' | b']' => keeps,
            b'%' => {
                let digits = bytes.get(place + 1..place + 3);
                keeps && digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            }
            byte => byte.is_ascii_alphanumeric(),
        };
        if stays {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02x}"));
        }
    }
    out
}

/// A value of a script: numbers and truths as they are, all else as a text.
pub(super) fn script(value: &Value) -> String {
    match value {
        Value::Nil => return " null ".into(),
        Value::Bool(_) | Value::Int(_) => return format!(" {} ", value.printed()),
        Value::Float(number) if number.is_finite() => return format!(" {} ", value.printed()),
        _ => {}
    }
    let mut out = String::from("\"");
    for c in value.printed().chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value of a style: a word, a number, a colour.
pub(super) fn style(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let does_harm = text.contains([
        '\0', '"', '\'', '(', ')', '/', ';', '@', '[', '\\', ']', '`', '{', '}', '<', '>',
    ]) || lower.contains("--")
        || lower.contains("expression")
        || lower.contains("mozbinding");
    if does_harm { UNSAFE.into() } else { text.to_owned() }
}
