//! Values as forms and queries write them.

use reqwest::Url;

/// As a form is written.
pub(super) fn form(pairs: &[(&str, String)]) -> String {
    let Some(mut url) = nowhere() else {
        return String::new();
    };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

/// One value as a form has it.
pub(super) fn encoded(value: &str) -> String {
    let pair = form(&[("", value.to_owned())]);
    pair.strip_prefix('=').unwrap_or(&pair).to_owned()
}

/// What a form or a part of an address means by this; `None` if it is no such thing.
pub(super) fn decoded(value: &str) -> Option<String> {
    if value.contains(['&', '=', '#']) || !value.contains(['%', '+']) {
        return None;
    }
    let mut url = nowhere()?;
    url.set_query(Some(&format!("v={value}")));
    url.query_pairs().next().map(|(_, value)| value.into_owned())
}

/// A URL's query is written as forms are; these are read by nobody.
fn nowhere() -> Option<Url> {
    Url::parse("http://form").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_and_read() {
        assert_eq!(encoded("a b/c&d"), "a+b%2Fc%26d");
        assert_eq!(decoded("a+b%2Fc%26d").as_deref(), Some("a b/c&d"));
        assert_eq!(decoded("plain"), None);
        assert_eq!(form(&[("a", "1".to_owned()), ("b", "=".to_owned())]), "a=1&b=%3D");
    }
}
