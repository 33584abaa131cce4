//! Texts changed and matched: functions for tables of functions.

use regex::RegexBuilder;

use crate::function::{Answer, Surroundings, text};
use crate::value::{Safe, Value};

/// The most bytes that a compiled expression may take.
const REGEX_BYTES_MAX: usize = 1 << 20;
/// The most bytes that a replacement may give.
const REPLACED_BYTES_MAX: usize = 1 << 26;

/// In upper case.
///
/// # Errors
/// None.
pub fn to_upper(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(text(arguments, 0).to_uppercase().into())
}

/// In lower case.
///
/// # Errors
/// None.
pub fn to_lower(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(text(arguments, 0).to_lowercase().into())
}

/// Without space at its ends.
///
/// # Errors
/// None.
pub fn trim_space(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(text(arguments, 0).trim().into())
}

/// Not escaped in HTML.
///
/// # Errors
/// None.
pub fn safe_html(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(Value::Safe(Safe::Html, text(arguments, 0)))
}

/// Not filtered as an address in HTML.
///
/// # Errors
/// None.
pub fn safe_url(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(Value::Safe(Safe::Url, text(arguments, 0)))
}

fn regex(pattern: &str) -> Result<regex::Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(REGEX_BYTES_MAX)
        .build()
        .map_err(|error| format!("error parsing regexp: {error}"))
}

/// Whether a regular expression matches anywhere.
///
/// # Errors
/// If it is no regular expression, or too large.
pub fn matches(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(regex(&text(arguments, 0))?.is_match(&text(arguments, 1)).into())
}

/// Every match of a regular expression replaced; `$1` and `${name}` stand for its groups.
///
/// # Errors
/// If it is no regular expression, or too large, or the text would be.
pub fn re_replace_all(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let (by, text_in) = (text(arguments, 1), text(arguments, 2));
    let regex = regex(&text(arguments, 0))?;
    // A replacement between every two characters of a long text would be a way around the limit on output.
    let matches = regex.find_iter(&text_in).count();
    if matches.saturating_mul(by.len() + text_in.len().min(4096)) > REPLACED_BYTES_MAX {
        return Err("the replacement would be too long".into());
    }
    Ok(regex.replace_all(&text_in, by.as_str()).into_owned().into())
}
