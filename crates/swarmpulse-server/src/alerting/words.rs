//! Comments and names of authors.

use swarmpulse_model::Text;

use crate::access::Access;
use crate::problem::ApiError;

/// The longest comment.
const COMMENT_MAX_BYTES: usize = 2_000;
/// The longest name of an author.
const AUTHOR_MAX_BYTES: usize = 200;
/// Who does something where no token says who it is.
const NOBODY_NAMED: &str = "local";

/// A comment, which must say something.
///
/// # Errors
/// If it says nothing or too much.
pub(crate) fn comment(text: &str) -> Result<Text, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ApiError::unprocessable(
            "`comment`: is empty; say in a few words why, for whoever reads it later",
        ));
    }
    bounded("comment", text, COMMENT_MAX_BYTES)
}

/// Who says something: the name given, else the token's.
///
/// # Errors
/// If the name is too long or has control characters.
pub(crate) fn author(given: Option<&str>, access: &Access) -> Result<Text, ApiError> {
    match given.map(str::trim).filter(|given| !given.is_empty()) {
        Some(given) if given.chars().any(char::is_control) => Err(ApiError::unprocessable(
            "`author`: has control characters; give a name",
        )),
        Some(given) => bounded("author", given, AUTHOR_MAX_BYTES),
        None if access.principal.is_empty() => Ok(Text::const_new(NOBODY_NAMED)),
        None => Ok(access.principal.clone()),
    }
}

fn bounded(name: &str, text: &str, limit_bytes: usize) -> Result<Text, ApiError> {
    if text.len() > limit_bytes {
        return Err(ApiError::unprocessable(format!(
            "`{name}`: has {} bytes, more than the limit of {limit_bytes}",
            text.len()
        )));
    }
    Ok(Text::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_says_something_and_the_author_is_the_token_unless_named() {
        assert_eq!(comment(" on it ").unwrap(), "on it");
        assert!(comment("  ").unwrap_err().detail.contains("`comment`"));
        assert!(comment(&"x".repeat(2_001)).unwrap_err().detail.contains("2000"));
        let token = Access {
            principal: "admin-12ab".into(),
            ..Access::open()
        };
        assert_eq!(author(None, &token).unwrap(), "admin-12ab");
        assert_eq!(author(Some("ana"), &token).unwrap(), "ana");
        assert_eq!(author(Some(" "), &Access::open()).unwrap(), "local");
        assert!(author(Some("a\u{1b}[0m"), &token).is_err());
    }
}
