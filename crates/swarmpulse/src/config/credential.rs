//! How the monitor shows who it is where it asks others: a token, or a name with a password, each from a file or the
//! environment.

use std::path::PathBuf;

use anyhow::Context as _;
use swarmpulse_probe::scrape::{ScrapeCredential, SecretSource};
use toml::Table;

use super::Environment;
use super::form::text_field;

/// The keys that tell it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CredentialKeys<'a> {
    pub token_file: Option<&'a PathBuf>,
    pub token_env: Option<&'a String>,
    pub username: Option<&'a String>,
    pub password_file: Option<&'a PathBuf>,
    pub password_env: Option<&'a String>,
}

impl CredentialKeys<'_> {
    /// The credential; secrets in files are read when they are needed.
    ///
    /// # Errors
    /// If an environment variable is not set.
    pub(super) fn read(&self, environment: &Environment) -> anyhow::Result<ScrapeCredential> {
        let source = |file: Option<&PathBuf>, variable: Option<&String>| match (file, variable) {
            (Some(file), _) => Ok(Some(SecretSource::File(file.clone()))),
            (None, Some(name)) => secret(environment, name).map(Some),
            (None, None) => anyhow::Ok(None),
        };
        if let Some(token) = source(self.token_file, self.token_env)? {
            return Ok(ScrapeCredential::Bearer(token));
        }
        let password = source(self.password_file, self.password_env)?;
        Ok(match self.username {
            Some(username) => ScrapeCredential::Basic {
                username: username.clone(),
                password: password.unwrap_or(SecretSource::Text(String::new())),
            },
            None => ScrapeCredential::None,
        })
    }
}

/// A secret from the environment.
///
/// # Errors
/// If the variable is not set.
pub(super) fn secret(environment: &Environment, variable: &str) -> anyhow::Result<SecretSource> {
    let text = environment
        .get(variable)
        .with_context(|| format!("the environment variable {variable} is not set"))?;
    Ok(SecretSource::Text(text.to_owned()))
}

/// Checks the keys of a table: which of them exclude or need each other.
pub(super) fn check(table: &Table) -> Result<(), String> {
    let has = |name: &str| table.contains_key(name);
    for (one, other) in [
        ("token_file", "token_env"),
        ("password_file", "password_env"),
        ("token_file", "username"),
        ("token_env", "username"),
    ] {
        if has(one) && has(other) {
            return Err(format!("`{one}` and `{other}`: give one of them"));
        }
    }
    text_field(table, "username")?;
    if (has("password_file") || has("password_env")) && !has("username") {
        return Err("`username` is missing for the password".to_owned());
    }
    Ok(())
}
