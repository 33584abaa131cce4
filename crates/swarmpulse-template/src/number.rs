//! Numbers and quoted texts as Go reads and writes them.

/// A number that stands in a template.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Literal {
    Int(i64),
    Float(f64),
}

/// Reads a number literal.
pub(crate) fn literal(text: &str) -> Option<Literal> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let clean: String = digits.chars().filter(|c| *c != '_').collect();
    let lower = clean.to_ascii_lowercase();
    let radix = match lower.get(..2) {
        Some("0x") => 16,
        Some("0b") => 2,
        Some("0o") => 8,
        _ if lower.len() > 1 && lower.starts_with('0') && lower.bytes().all(|byte| byte.is_ascii_digit()) => {
            return signed(negative, i128::from_str_radix(&lower[1..], 8).ok()?);
        }
        _ => 10,
    };
    if radix != 10 {
        return signed(negative, i128::from_str_radix(&lower[2..], radix).ok()?);
    }
    if !lower.is_empty() && lower.bytes().all(|byte| byte.is_ascii_digit()) {
        return signed(negative, lower.parse().ok()?);
    }
    if !lower
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b".e+-".contains(&byte))
    {
        return None;
    }
    let value: f64 = lower.parse().ok()?;
    Some(Literal::Float(if negative { -value } else { value }))
}

fn signed(negative: bool, value: i128) -> Option<Literal> {
    let value = if negative { -value } else { value };
    i64::try_from(value).ok().map(Literal::Int)
}

/// What a text in double quotes or backticks says.
pub(crate) fn unquote(text: &str) -> Option<String> {
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    if text.starts_with('`') {
        return Some(inner.replace('\r', ""));
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(next) = rest.next() {
        if next == '\\' {
            escape(&mut rest, &mut bytes)?;
        } else {
            bytes.extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    String::from_utf8(bytes).ok()
}

/// What a text in single quotes says.
pub(crate) fn char_literal(text: &str) -> Option<i64> {
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    let unquoted = if inner == "\"" {
        inner.to_owned()
    } else {
        unquote(&format!("\"{}\"", inner.replace("\\'", "'")))?
    };
    let mut chars = unquoted.chars();
    let only = chars.next()?;
    chars.next().is_none().then_some(i64::from(u32::from(only)))
}

fn escape(rest: &mut std::str::Chars<'_>, into: &mut Vec<u8>) -> Option<()> {
    let kind = rest.next()?;
    let mut digits = |first: Option<char>, count: usize, radix: u32| {
        let mut value = first.map_or(Some(0), |c| c.to_digit(radix))?;
        for _ in 0..count {
            value = value
                .checked_mul(radix)?
                .checked_add(rest.next()?.to_digit(radix)?)?;
        }
        Some(value)
    };
    let plain = match kind {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        '\'' => b'\'',
        '"' => b'"',
        'x' => u8::try_from(digits(None, 2, 16)?).ok()?,
        '0'..='7' => u8::try_from(digits(Some(kind), 2, 8)?).ok()?,
        'u' | 'U' => {
            let value = digits(None, if kind == 'u' { 4 } else { 8 }, 16)?;
            let c = char::from_u32(value)?;
            into.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(());
        }
        _ => return None,
    };
    into.push(plain);
    Some(())
}

/// A text in double quotes, as `%q` writes it.
pub(crate) fn quote(text: &str) -> String {
    quoted(text, false)
}

/// The same in ASCII, as `%+q` writes it.
pub(crate) fn quote_ascii(text: &str) -> String {
    quoted(text, true)
}

fn quoted(text: &str, ascii: bool) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        let code = u32::from(c);
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\x07' => quoted.push_str("\\a"),
            '\x08' => quoted.push_str("\\b"),
            '\x0c' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\x0b' => quoted.push_str("\\v"),
            c if code < 0x20 || c == '\x7f' => quoted.push_str(&format!("\\x{code:02x}")),
            c if !(c.is_control() || ascii && !c.is_ascii()) => quoted.push(c),
            _ if code < 0x10000 => quoted.push_str(&format!("\\u{code:04x}")),
            _ => quoted.push_str(&format!("\\U{code:08x}")),
        }
    }
    quoted.push('"');
    quoted
}

/// A number as `%v` writes it: the fewest digits that say it, with an exponent from a million on, or below 1e-4.
pub(crate) fn shortest(value: f64) -> String {
    if let Some(special) = special(value) {
        return special.into();
    }
    let text = format!("{value:e}");
    let exponent: i32 = text
        .split_once('e')
        .and_then(|(_, e)| e.parse().ok())
        .unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    with_go_exponent(&text)
}

/// What is not a finite number.
pub(crate) fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("+Inf")
    } else if value == f64::NEG_INFINITY {
        Some("-Inf")
    } else {
        None
    }
}

/// `%.PRECISIONe`.
pub(crate) fn exponential(value: f64, precision: usize) -> String {
    with_go_exponent(&format!("{value:.precision$e}"))
}

/// `1.5e6` as `1.5e+06`.
fn with_go_exponent(text: &str) -> String {
    let Some((digits, exponent)) = text.split_once('e') else {
        return text.to_owned();
    };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(rest) => ('-', rest),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// `%.PRECISIONg`; without a precision the fewest digits.
pub(crate) fn general(value: f64, precision: Option<usize>) -> String {
    if let Some(special) = special(value) {
        return special.into();
    }
    let Some(precision) = precision else {
        return shortest(value);
    };
    let precision = precision.max(1);
    let text = format!("{value:.*e}", precision - 1);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let limit = i32::try_from(precision).unwrap_or(i32::MAX);
    if exponent < -4 || exponent >= limit {
        return with_go_exponent(&format!("{}e{exponent}", without_zeros(digits)));
    }
    let decimals = usize::try_from(limit - 1 - exponent).unwrap_or(0);
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_as_go_reads_them() {
        for (text, expected) in [
            ("1", Some(Literal::Int(1))),
            ("-12", Some(Literal::Int(-12))),
            ("0x1F", Some(Literal::Int(31))),
            ("0b101", Some(Literal::Int(5))),
            ("017", Some(Literal::Int(15))),
            ("1_000", Some(Literal::Int(1000))),
            ("1.5", Some(Literal::Float(1.5))),
            ("1e3", Some(Literal::Float(1000.0))),
            (".5", Some(Literal::Float(0.5))),
            ("1k", None),
            ("1.2.3", None),
        ] {
            assert_eq!(literal(text), expected, "{text}");
        }
    }

    #[test]
    fn quotes_are_undone_and_made() {
        assert_eq!(
            unquote(r#""a\n\t\"\x41\u00e4\101""#).as_deref(),
            Some("a\n\t\"A\u{e4}A")
        );
        assert_eq!(unquote("`a\\n`").as_deref(), Some("a\\n"));
        assert_eq!(unquote(r#""\z""#), None);
        assert_eq!(quote("a\"\\\n\x01\u{e4}"), r#""a\"\\\n\x01ä""#);
        assert_eq!(char_literal("'a'"), Some(97));
        assert_eq!(char_literal("'\\n'"), Some(10));
        assert_eq!(char_literal("'ab'"), None);
    }

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        assert_eq!(shortest(1.5), "1.5");
        assert_eq!(shortest(1e6), "1e+06");
        assert_eq!(shortest(123_456.5), "123456.5");
        assert_eq!(shortest(0.00001), "1e-05");
        assert_eq!(general(1234567.0, Some(4)), "1.235e+06");
        assert_eq!(general(0.12, Some(4)), "0.12");
        assert_eq!(general(100.0, Some(4)), "100");
        assert_eq!(exponential(1500.0, 2), "1.50e+03");
        assert_eq!(general(f64::NEG_INFINITY, None), "-Inf");
    }
}
