//! Checks of `[[ship]]`, entry by entry.

use swarmpulse_notify::ship::{LogLevel, ShipProvider};
use toml::Table;

use super::form::{known_fields, text_field};

/// Checks one entry.
///
/// # Errors
/// The field, and what is wrong with it.
pub(super) fn target(table: &Table) -> Result<(), String> {
    known_fields(
        table,
        &["provider", "api_key_file", "api_key_env", "site", "level"],
    )?;
    let provider =
        text_field(table, "provider")?.ok_or("`provider` is missing: sentry, datadog or newrelic")?;
    if ShipProvider::parse(provider).is_none() {
        return Err(format!(
            "`provider`: {provider:?} is none of sentry, datadog and newrelic"
        ));
    }
    let file = text_field(table, "api_key_file")?;
    let variable = text_field(table, "api_key_env")?;
    if file.is_some() == variable.is_some() {
        return Err("give one of `api_key_file` and `api_key_env`".to_owned());
    }
    text_field(table, "site")?;
    if let Some(level) = text_field(table, "level")?
        && LogLevel::parse(level).is_none()
    {
        return Err(format!(
            "`level`: {level:?} is none of error, warn, info, debug and trace"
        ));
    }
    Ok(())
}
