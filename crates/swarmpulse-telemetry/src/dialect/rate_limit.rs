//! What is left of a rate limit, from headers that a client reports as attributes.

use crate::attributes::Attributes;

/// Name of the limit, header of what is left, header of the whole.
const HEADERS: [(&str, &str, &str); 6] = [
    (
        "requests",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-limit",
    ),
    (
        "tokens",
        "anthropic-ratelimit-tokens-remaining",
        "anthropic-ratelimit-tokens-limit",
    ),
    (
        "input_tokens",
        "anthropic-ratelimit-input-tokens-remaining",
        "anthropic-ratelimit-input-tokens-limit",
    ),
    (
        "output_tokens",
        "anthropic-ratelimit-output-tokens-remaining",
        "anthropic-ratelimit-output-tokens-limit",
    ),
    (
        "requests",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-limit-requests",
    ),
    (
        "tokens",
        "x-ratelimit-remaining-tokens",
        "x-ratelimit-limit-tokens",
    ),
];
const PREFIX: &str = "http.response.header.";

/// Each limit and the share of it that is left, 0 to 1.
pub(crate) fn rate_limits(view: Attributes<'_>) -> Vec<(&'static str, f64)> {
    if !view.0.iter().any(|pair| pair.key.contains("ratelimit-")) {
        return Vec::new();
    }
    let header = |name: &str| {
        view.amount(name)
            .or_else(|| view.amount(&format!("{PREFIX}{name}")))
    };
    let shares = HEADERS.iter().filter_map(|(limit, left, whole)| {
        let (left, whole) = (header(left)?, header(whole)?);
        (whole > 0.0).then(|| (*limit, (left / whole).min(1.0)))
    });
    shares.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pair;

    #[test]
    fn shares_come_from_headers_with_and_without_the_prefix() {
        let pairs = [
            pair("anthropic-ratelimit-requests-remaining", "10"),
            pair("anthropic-ratelimit-requests-limit", "40"),
            pair("http.response.header.x-ratelimit-remaining-tokens", "5"),
            pair("http.response.header.x-ratelimit-limit-tokens", "0"),
        ];
        assert_eq!(rate_limits(Attributes(&pairs)), [("requests", 0.25)]);
    }
}
