//! Checks of `endpoints.http`, entry by entry.

use std::collections::BTreeSet;

use swarmpulse_model::entity::{DEFAULT_NAMESPACE, check_id};
use swarmpulse_probe::http::{BodyCheck, EndpointAddress, HttpMethod, StatusCodes};
use toml::{Table, Value};

use super::credential;
use super::form::{Form, known_fields, show, text_field};

/// What an entry may hold.
const FIELDS: &[&str] = &[
    "name",
    "url",
    "namespace",
    "interval_s",
    "timeout_s",
    "method",
    "expected_status",
    "body_contains",
    "body_regex",
    "headers",
    "headers_file",
    "headers_env",
    "token_file",
    "token_env",
    "username",
    "password_file",
    "password_env",
    "tls_ca_file",
    "insecure_skip_verify",
    "follow_redirects",
    "depends_on",
    "latency_limit_ms",
    "error_ratio_limit",
    "tls_expiry_days",
];

/// What each field takes that is no text.
const FORMS: [(&str, Form); 8] = [
    ("interval_s", Form::Number(1.0, 86_400.0)),
    ("timeout_s", Form::Number(0.1, 3600.0)),
    ("insecure_skip_verify", Form::Flag),
    ("follow_redirects", Form::Flag),
    ("depends_on", Form::Texts),
    ("latency_limit_ms", Form::Number(0.1, 3_600_000.0)),
    ("error_ratio_limit", Form::Number(0.0001, 0.9999)),
    ("tls_expiry_days", Form::Number(0.1, 3650.0)),
];

/// Texts of their own.
const TEXTS: [&str; 8] = [
    "namespace",
    "body_contains",
    "body_regex",
    "token_file",
    "token_env",
    "password_file",
    "password_env",
    "tls_ca_file",
];

/// Checks one endpoint.
///
/// # Errors
/// The field, and what is wrong with it.
pub(super) fn endpoint(table: &Table) -> Result<(), String> {
    known_fields(table, FIELDS)?;
    let name = text_field(table, "name")?.ok_or("`name` is missing")?;
    check_id(name).map_err(|error| format!("`name`: it {error}"))?;
    let url = text_field(table, "url")?.ok_or("`url` is missing")?;
    let address = EndpointAddress::parse(url).map_err(|error| format!("`url`: {error}"))?;
    for (name, form) in FORMS {
        if let Some(value) = table.get(name) {
            form.check(value)
                .map_err(|reason| format!("`{name}`: {reason}"))?;
        }
    }
    for name in TEXTS {
        text_field(table, name)?;
    }
    if let Some(namespace) = table.get("namespace").and_then(Value::as_str) {
        check_id(namespace).map_err(|error| format!("`namespace`: it {error}"))?;
    }
    for needed in table
        .get("depends_on")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        check_id(needed.as_str().unwrap_or_default())
            .map_err(|error| format!("`depends_on`: a name {error}"))?;
    }
    let method = text_field(table, "method")?.unwrap_or("GET");
    if HttpMethod::parse(method).is_none() {
        let known = HttpMethod::NAMES.map(|(name, _)| name).join(", ");
        return Err(format!("`method`: expected one of {known}, got {method:?}"));
    }
    status(table)?;
    let pattern = table.get("body_regex").and_then(Value::as_str);
    BodyCheck::new(None, pattern).map_err(|error| format!("`body_regex`: {error}"))?;
    headers(table)?;
    credential::check(table)?;
    trust(table, address.is_tls())
}

/// No two endpoints of one namespace may have one name: they would be one service.
///
/// # Errors
/// The name that stands twice.
pub(super) fn unique(endpoints: &[Value]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for endpoint in endpoints {
        let Some(name) = endpoint.get("name").and_then(Value::as_str) else {
            continue;
        };
        let namespace = endpoint.get("namespace").and_then(Value::as_str);
        if !seen.insert((namespace.unwrap_or(DEFAULT_NAMESPACE), name)) {
            return Err(format!("`name`: two endpoints are called {name:?}"));
        }
    }
    Ok(())
}

/// Codes as numbers, or codes and ranges as texts.
pub(super) fn status_texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::Integer(code) => Some(code.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    match value {
        Value::Array(codes) if !codes.is_empty() => codes.iter().map(text).collect(),
        single => text(single).map(|text| vec![text]),
    }
}

fn status(table: &Table) -> Result<(), String> {
    let Some(value) = table.get("expected_status") else {
        return Ok(());
    };
    let texts = status_texts(value).ok_or_else(|| {
        format!(
            "`expected_status`: expected codes and ranges such as [200, \"300-399\", \"4xx\"], got {}",
            show(value)
        )
    })?;
    StatusCodes::parse(texts.iter().map(String::as_str))
        .map(|_| ())
        .map_err(|error| format!("`expected_status`: {error}"))
}

fn headers(table: &Table) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for field in ["headers", "headers_file", "headers_env"] {
        let Some(value) = table.get(field) else { continue };
        let Value::Table(headers) = value else {
            let shape = "{ \"X-Name\" = \"value\" }";
            // The value may be a secret.
            return Err(format!(
                "`{field}`: expected {shape}, got a value of the kind {}",
                value.type_str()
            ));
        };
        for (name, value) in headers {
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            if name.is_empty() || !name.bytes().all(is_token) {
                return Err(format!("`{field}`: {name:?} is no name of a header"));
            }
            if !value.is_str() {
                return Err(format!("`{field}`: `{name}`: expected text"));
            }
            if !seen.insert(name.to_ascii_lowercase()) {
                return Err(format!("`{field}`: the header {name:?} is there twice"));
            }
        }
    }
    Ok(())
}

fn trust(table: &Table, is_tls: bool) -> Result<(), String> {
    let skips = table.get("insecure_skip_verify").and_then(Value::as_bool) == Some(true);
    if skips && table.contains_key("tls_ca_file") {
        return Err("`tls_ca_file` and `insecure_skip_verify`: give one of them".to_owned());
    }
    if table.contains_key("tls_ca_file") && !is_tls {
        return Err("`tls_ca_file`: the url is not https".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_an_endpoint_is_said_by_field() {
        let base = "name = \"api\"\nurl = \"https://api.example/health\"\n";
        for (text, says) in [
            ("url = \"http://a/\"".to_owned(), "`name` is missing"),
            ("name = \"api\"".to_owned(), "`url` is missing"),
            (
                "name = \"api\"\nurl = \"https://me:hidden@a/\"".to_owned(),
                "`url`: there is a user",
            ),
            (
                "name = \"api\"\nurl = \"api.example/health\"".to_owned(),
                "`url`: ",
            ),
            (
                format!("{base}method = \"FETCH\""),
                "`method`: expected one of GET, HEAD, POST, OPTIONS",
            ),
            (
                format!("{base}expected_status = [\"2-3\"]"),
                "`expected_status`: \"2-3\" is no status",
            ),
            (
                format!("{base}expected_status = true"),
                "`expected_status`: expected codes",
            ),
            (format!("{base}body_regex = \"(\""), "`body_regex`: "),
            (
                format!("{base}interval_s = 0.1"),
                "`interval_s`: expected a number from 1",
            ),
            (
                format!("{base}headers = {{ \"X Y\" = \"1\" }}"),
                "\"X Y\" is no name of a header",
            ),
            (
                format!("{base}headers = {{ X = \"1\" }}\nheaders_env = {{ x = \"V\" }}"),
                "is there twice",
            ),
            (
                format!("{base}token_file = \"t\"\nusername = \"me\""),
                "give one of them",
            ),
            (format!("{base}password_env = \"P\""), "`username` is missing"),
            (
                format!("{base}tls_ca_file = \"ca.pem\"\ninsecure_skip_verify = true"),
                "give one of them",
            ),
            (
                format!("{base}error_ratio_limit = 1.0"),
                "`error_ratio_limit`: expected a number",
            ),
            (format!("{base}latency_ms = 5"), "`latency_ms` is not known here"),
        ] {
            let error = endpoint(&text.parse().unwrap()).unwrap_err();
            assert!(error.contains(says), "{says}: {error}");
            assert!(!error.contains("hidden"), "{error}");
        }
        let good = format!("{base}expected_status = [200, \"3xx\"]\nheaders_file = {{ \"X-Key\" = \"k\" }}");
        assert_eq!(endpoint(&good.parse().unwrap()), Ok(()));
    }

    #[test]
    fn one_name_is_one_endpoint_of_a_namespace() {
        let endpoints = [
            "name = \"api\"",
            "name = \"api\"\nnamespace = \"team\"",
            "name = \"api\"\nnamespace = \"default\"",
        ]
        .map(|text| Value::Table(text.parse().unwrap()));
        assert_eq!(unique(&endpoints[..2]), Ok(()));
        assert!(unique(&endpoints).is_err_and(|error| error.contains("\"api\"")));
    }
}
