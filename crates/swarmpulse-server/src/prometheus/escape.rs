//! Names escaped for URLs, `U__` and then `__` for `_` and `_2e_` for `.`, as Prometheus 3 and Grafana write them.

use std::borrow::Cow;

const PREFIX: &str = "U__";

/// The name itself; as it is, if it is not escaped, or not well.
pub(super) fn unescaped(name: &str) -> Cow<'_, str> {
    name.strip_prefix(PREFIX)
        .and_then(unescape)
        .map_or(Cow::Borrowed(name), Cow::Owned)
}

fn unescape(escaped: &str) -> Option<String> {
    let mut name = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some(at) = rest.find('_') {
        name.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('_') {
            name.push('_');
            rest = after;
            continue;
        }
        let end = rest.find('_')?;
        let code = rest.get(..end).filter(|code| (1..=6).contains(&code.len()))?;
        name.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        rest = &rest[end + 1..];
    }
    name.push_str(rest);
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_bad_escapes_stay() {
        for (escaped, name) in [
            ("job", "job"),
            ("U__http_2e_status", "http.status"),
            ("U__a__b_20_c", "a_b c"),
            ("U___1f600_", "😀"),
            ("U__a_zz_", "U__a_zz_"),
            ("U__a_2e", "U__a_2e"),
            ("U__a_d800_", "U__a_d800_"),
            ("U__", ""),
        ] {
            assert_eq!(unescaped(escaped), name, "{escaped}");
        }
    }
}
