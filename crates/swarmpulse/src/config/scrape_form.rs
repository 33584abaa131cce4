//! Checks of `scrape.jobs`, entry by entry.

use std::collections::BTreeSet;

use swarmpulse_probe::scrape::ScrapeAddress;
use toml::{Table, Value};

use super::credential;
use super::form::{Form, known_fields, show, text_field};

/// What an entry may hold.
const FIELDS: &[&str] = &[
    "name",
    "targets",
    "scheme",
    "path",
    "interval_s",
    "timeout_s",
    "labels",
    "token_file",
    "token_env",
    "username",
    "password_file",
    "password_env",
    "honor_labels",
    "honor_timestamps",
    "samples_max",
    "body_bytes_max",
];

/// What each field takes that is no text.
const FORMS: [(&str, Form); 7] = [
    ("targets", Form::Texts),
    ("interval_s", Form::Number(0.1, 86_400.0)),
    ("timeout_s", Form::Number(0.1, 86_400.0)),
    ("honor_labels", Form::Flag),
    ("honor_timestamps", Form::Flag),
    ("samples_max", Form::Count(1, 10_000_000)),
    ("body_bytes_max", Form::Count(1024, 1 << 30)),
];

/// Checks one job.
///
/// # Errors
/// The field, and what is wrong with it.
pub(super) fn job(table: &Table) -> Result<(), String> {
    known_fields(table, FIELDS)?;
    text_field(table, "name")?.ok_or("`name` is missing")?;
    for (name, form) in FORMS {
        if let Some(value) = table.get(name) {
            form.check(value)
                .map_err(|reason| format!("`{name}`: {reason}"))?;
        }
    }
    for name in ["token_file", "token_env", "password_file", "password_env"] {
        text_field(table, name)?;
    }
    let scheme = text_field(table, "scheme")?.unwrap_or("http");
    if !matches!(scheme, "http" | "https") {
        return Err(format!("`scheme`: expected http or https, got {scheme:?}"));
    }
    let path = text_field(table, "path")?.unwrap_or("/metrics");
    let targets = table.get("targets").and_then(Value::as_array);
    let targets = targets.filter(|targets| !targets.is_empty());
    for target in targets.ok_or("`targets` is missing")? {
        let target = target.as_str().unwrap_or_default();
        ScrapeAddress::parse(target, scheme, path).map_err(|error| format!("`targets`: {error}"))?;
    }
    labels(table)?;
    credential::check(table)
}

/// No two jobs may have one name: their targets' series could not be told apart.
///
/// # Errors
/// The name that stands twice.
pub(super) fn unique(jobs: &[Value]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let mut names = jobs.iter().filter_map(|job| job.get("name")?.as_str());
    match names.find(|name| !seen.insert(*name)) {
        Some(twice) => Err(format!("`name`: two jobs are called {twice:?}")),
        None => Ok(()),
    }
}

fn labels(table: &Table) -> Result<(), String> {
    let Some(value) = table.get("labels") else {
        return Ok(());
    };
    let Value::Table(labels) = value else {
        return Err(format!(
            "`labels`: expected {{ name = \"value\" }}, got {}",
            show(value)
        ));
    };
    for (name, value) in labels {
        if name.is_empty() || name == "__name__" {
            return Err(format!("`labels`: {name:?} is no name for a label"));
        }
        if !value.is_str() {
            return Err(format!("`labels`: `{name}`: expected text, got {}", show(value)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_job_is_said_by_field() {
        for (text, says) in [
            ("targets = [\"a:1\"]", "`name` is missing"),
            ("name = \"j\"", "`targets` is missing"),
            ("name = \"j\"\ntargets = []", "`targets` is missing"),
            (
                "name = \"j\"\ntargets = [\"a:port\"]",
                "`targets`: target \"a:port\"",
            ),
            ("name = \"j\"\ntargets = [\"http://u:p@a/\"]", "password_file"),
            (
                "name = \"j\"\ntargets = [\"a\"]\nscheme = \"ftp\"",
                "`scheme`: expected http or https",
            ),
            (
                "name = \"j\"\ntargets = [\"a\"]\ninterval_s = 0",
                "`interval_s`: expected a number",
            ),
            (
                "name = \"j\"\ntargets = [\"a\"]\nlabels = { a = 1 }",
                "`labels`: `a`: expected text",
            ),
            (
                "name = \"j\"\ntargets = [\"a\"]\nlabels = { __name__ = \"x\" }",
                "no name for a label",
            ),
            (
                "name = \"j\"\ntargets = [\"a\"]\ntoken_file = \"t\"\ntoken_env = \"T\"",
                "`token_file` and `token_env`: give one",
            ),
            (
                "name = \"j\"\ntargets = [\"a\"]\npassword_env = \"P\"",
                "`username` is missing",
            ),
            (
                "name = \"j\"\ntargets = [\"a\"]\ntoken = \"secret\"",
                "`token` is not known here",
            ),
        ] {
            let error = job(&text.parse().unwrap()).unwrap_err();
            assert!(error.contains(says), "{says}: {error}");
            assert!(!error.contains("u:p"), "{error}");
        }
        let good =
            "name = \"j\"\ntargets = [\"a:1\", \"https://b/x\"]\ninterval_s = 5\nlabels = { site = \"lab\" }";
        assert_eq!(job(&good.parse().unwrap()), Ok(()));
        let jobs =
            ["name = \"j\"", "name = \"k\"", "name = \"j\""].map(|text| Value::Table(text.parse().unwrap()));
        assert!(unique(&jobs).is_err_and(|error| error.contains("\"j\"")));
        assert_eq!(unique(&jobs[..2]), Ok(()));
    }
}
