//! Names of objectives: they stand in labels, addresses and file names.

/// A name may have so many bytes.
const NAME_BYTES_MAX: usize = 120;

/// Whether a text can name an objective or a service.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(name: &str) -> Result<(), String> {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.len() > NAME_BYTES_MAX {
        return Err(format!("has {} bytes, more than {NAME_BYTES_MAX}", name.len()));
    }
    if !name.chars().all(inner) || !edge(name.chars().next()) || !edge(name.chars().last()) {
        return Err(format!(
            "{name:?} is no name: use letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"
        ));
    }
    Ok(())
}

/// The text as a part of a name: lower case, everything else a dash.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_labels_and_addresses() {
        for name in ["a", "agents-active", "Api_2.latency", "x9"] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for name in ["", "-a", "a-", "a b", "a/b", "ä", "a\nb"] {
            assert!(check(name).is_err(), "{name:?}");
        }
        assert!(check(&"a".repeat(121)).is_err());
        assert_eq!(slug("Foo Total: Errors!"), "foo-total-errors");
    }
}
