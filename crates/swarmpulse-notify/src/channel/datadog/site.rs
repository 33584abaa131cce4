//! Datadog's sites: each has its own hosts, and a key works on one of them alone.

/// The site without which a key is taken to be.
pub const DEFAULT_SITE: &str = "datadoghq.com";

/// Sites that Datadog documents.
const SITES: &[&str] = &[
    DEFAULT_SITE,
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "datadoghq.eu",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "ddog-gov.com",
    "us2.ddog-gov.com",
];

/// A text that is no site of Datadog.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no Datadog site; it is what follows \"app.\" in the address of its page, one of: {}", SITES.join(", "))]
pub struct SiteError {
    given: String,
}

/// A site, also as people write it: with `https://` or `app.` before it; empty is the default.
///
/// # Errors
/// If it is none that is known.
pub(crate) fn site(text: &str) -> Result<&'static str, SiteError> {
    let bare = text.trim().trim_end_matches('/');
    let bare = bare.strip_prefix("https://").unwrap_or(bare);
    let bare = bare
        .strip_prefix("app.")
        .or_else(|| bare.strip_prefix("api."))
        .unwrap_or(bare);
    if bare.is_empty() {
        return Ok(DEFAULT_SITE);
    }
    let known = SITES.iter().find(|site| site.eq_ignore_ascii_case(bare));
    known.copied().ok_or_else(|| SiteError {
        given: crate::summary::plain(text, 100),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_read_as_people_write_them() {
        for (text, expected) in [
            ("", DEFAULT_SITE),
            ("datadoghq.eu", "datadoghq.eu"),
            ("https://app.datadoghq.eu/", "datadoghq.eu"),
            ("US5.datadoghq.com", "us5.datadoghq.com"),
        ] {
            assert_eq!(site(text), Ok(expected), "{text}");
        }
        let error = site("datadoghq.example").unwrap_err().to_string();
        assert!(
            error.contains("datadoghq.example") && error.contains("us3.datadoghq.com"),
            "{error}"
        );
    }
}
