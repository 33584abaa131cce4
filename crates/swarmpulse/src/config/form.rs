//! What a key takes: checks of values, from the file and from the environment's text.

use std::net::SocketAddr;

use toml::{Table, Value};

use super::bytes::parse_bytes;
use super::{endpoint_form, scrape_form, ship_form};

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// true or false.
    Flag,
    /// Any text.
    Text,
    /// A path.
    Path,
    /// An address and port.
    Address,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A whole number within bounds.
    Count(u64, u64),
    /// A number of bytes within bounds: 1048576 or "1 MiB".
    Bytes(u64, u64),
    /// A number within bounds.
    Number(f64, f64),
    /// A list of `{ name, limit_s }`.
    WorkLimits,
    /// A list of `{ name, program, argument, kind }`.
    Patterns,
    /// A list of jobs with their targets.
    ScrapeJobs,
    /// A list of endpoints.
    HttpEndpoints,
    /// Seconds by name.
    SecondsByName,
    /// Severities by name.
    SeveritiesByName,
    /// A list of those who take the server's own log.
    ShipTargets,
}

impl Form {
    /// What it takes, in words.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Flag => "true or false".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Address => "an address and port such as \"127.0.0.1:9870\"".to_owned(),
            Self::Choice(words) => format!("one of {}", words.map_quoted()),
            Self::Texts => "a list of texts".to_owned(),
            Self::Count(least, most) => format!("a whole number from {least} to {most}"),
            Self::Bytes(least, most) if most >= u64::MAX >> 1 => {
                format!("bytes such as 1073741824 or \"1 GiB\", at least {least}")
            }
            Self::Bytes(least, most) => format!("bytes such as 1048576 or \"1 MiB\", from {least} to {most}"),
            Self::Number(least, most) => format!("a number from {least} to {most}"),
            Self::WorkLimits => "a list of { name, limit_s }".to_owned(),
            Self::Patterns => "a list of { name, program, argument, kind }".to_owned(),
            Self::ScrapeJobs => "a list of { name, targets, .. }".to_owned(),
            Self::HttpEndpoints => "a list of { name, url, .. }".to_owned(),
            Self::SecondsByName => "seconds by name such as { agent_stuck = 60 }".to_owned(),
            Self::SeveritiesByName => {
                "severities by name such as { snapshots_stale = \"critical\" }".to_owned()
            }
            Self::ShipTargets => "a list of { provider, api_key_file or api_key_env, .. }".to_owned(),
        }
    }

    /// The value in its final shape.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence's end: `expected ..., got ...`.
    pub fn check(self, value: &Value) -> Result<Value, String> {
        let got = || match self {
            // Secrets may stand in such lists: what is none is not quoted.
            Self::ScrapeJobs | Self::HttpEndpoints | Self::ShipTargets if value.is_str() => {
                "a text that is no list".to_owned()
            }
            _ => show(value),
        };
        let wrong = || format!("expected {}, got {}", self.describe(), got());
        match (self, value) {
            (Self::Flag, Value::Boolean(_)) | (Self::Text | Self::Path, Value::String(_)) => {
                if matches!(self, Self::Path) && value.as_str() == Some("") {
                    return Err(wrong());
                }
                Ok(value.clone())
            }
            (Self::Address, Value::String(text)) => match text.parse::<SocketAddr>() {
                Ok(_) => Ok(value.clone()),
                Err(_) => Err(wrong()),
            },
            (Self::Choice(words), Value::String(word)) if words.contains(&word.as_str()) => Ok(value.clone()),
            (Self::Texts, Value::Array(items))
                if items
                    .iter()
                    .all(|item| item.as_str().is_some_and(|s| !s.is_empty())) =>
            {
                Ok(value.clone())
            }
            (Self::Count(least, most), Value::Integer(number)) => {
                within(u64::try_from(*number).ok(), least, most).ok_or_else(wrong)
            }
            (Self::Bytes(least, most), Value::Integer(number)) => {
                within(u64::try_from(*number).ok(), least, most).ok_or_else(wrong)
            }
            (Self::Bytes(least, most), Value::String(text)) => {
                within(parse_bytes(text), least, most).ok_or_else(wrong)
            }
            (Self::Number(least, most), Value::Integer(_) | Value::Float(_)) => {
                let number = value
                    .as_float()
                    .or_else(|| value.as_integer().map(|whole| whole as f64));
                number
                    .filter(|number| (least..=most).contains(number))
                    .map(Value::Float)
                    .ok_or_else(wrong)
            }
            (Self::WorkLimits, Value::Array(items)) => list(items, work_limit),
            (Self::Patterns, Value::Array(items)) => list(items, pattern),
            (Self::ScrapeJobs, Value::Array(items)) => {
                scrape_form::unique(items)?;
                list(items, scrape_form::job)
            }
            (Self::HttpEndpoints, Value::Array(items)) => {
                endpoint_form::unique(items)?;
                list(items, endpoint_form::endpoint)
            }
            (Self::SecondsByName, Value::Table(table)) => seconds_by_name(table),
            (Self::SeveritiesByName, Value::Table(table)) => severities_by_name(table),
            (Self::ShipTargets, Value::Array(items)) => list(items, ship_form::target),
            _ => Err(wrong()),
        }
    }

    /// The value that an environment variable's text means.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn parse(self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        let value = match self {
            Self::Flag => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Value::Boolean(true),
                "false" | "0" | "no" | "off" => Value::Boolean(false),
                _ => Value::String(text.to_owned()),
            },
            Self::Text | Self::Path | Self::Address | Self::Choice(_) => Value::String(text.to_owned()),
            Self::Texts => Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| item.into())
                    .collect(),
            ),
            Self::Count(..) | Self::Bytes(..) => text
                .parse()
                .map_or_else(|_| Value::String(text.to_owned()), Value::Integer),
            Self::Number(..) => text
                .parse()
                .map_or_else(|_| Value::String(text.to_owned()), Value::Float),
            Self::WorkLimits
            | Self::Patterns
            | Self::ScrapeJobs
            | Self::HttpEndpoints
            | Self::SecondsByName
            | Self::SeveritiesByName
            | Self::ShipTargets => format!("value = {text}")
                .parse::<Table>()
                .ok()
                .and_then(|mut table| table.remove("value"))
                .unwrap_or_else(|| Value::String(text.to_owned())),
        };
        self.check(&value)
    }
}

trait MapQuoted {
    fn map_quoted(&self) -> String;
}

impl MapQuoted for [&str] {
    fn map_quoted(&self) -> String {
        self.iter()
            .map(|word| format!("\"{word}\""))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn within(number: Option<u64>, least: u64, most: u64) -> Option<Value> {
    let number = number.filter(|number| (least..=most).contains(number))?;
    i64::try_from(number).ok().map(Value::Integer)
}

/// A value as an error shows it: its type, and the value where it is short.
pub(super) fn show(value: &Value) -> String {
    let text = value.to_string();
    let kind = match value {
        Value::String(_) => "the text",
        Value::Integer(_) | Value::Float(_) => "the number",
        Value::Boolean(_) => "",
        Value::Datetime(_) => "the time",
        Value::Array(_) => return "a list".to_owned(),
        Value::Table(_) => return "a table".to_owned(),
    };
    let short: String = text.chars().take(60).collect();
    format!("{kind} {short}").trim().to_owned()
}

fn list(items: &[Value], check: fn(&Table) -> Result<(), String>) -> Result<Value, String> {
    for (index, item) in items.iter().enumerate() {
        let Some(table) = item.as_table() else {
            return Err(format!(
                "entry {}: expected a table, got a value of the kind {}",
                index + 1,
                item.type_str()
            ));
        };
        check(table).map_err(|reason| format!("entry {}: {reason}", index + 1))?;
    }
    Ok(Value::Array(items.to_vec()))
}

fn seconds_by_name(table: &Table) -> Result<Value, String> {
    let seconds = table.iter().map(|(name, value)| {
        let checked = Form::Number(0.0, 30.0 * 86_400.0).check(value);
        let value = checked.map_err(|reason| format!("`{name}`: {reason}"))?;
        Ok((name.clone(), value))
    });
    seconds.collect::<Result<Table, String>>().map(Value::Table)
}

fn severities_by_name(table: &Table) -> Result<Value, String> {
    let severities = table.iter().map(|(name, value)| {
        let checked = Form::Choice(&["critical", "warning", "info"]).check(value);
        let value = checked.map_err(|reason| format!("`{name}`: {reason}"))?;
        Ok((name.clone(), value))
    });
    severities.collect::<Result<Table, String>>().map(Value::Table)
}

fn work_limit(table: &Table) -> Result<(), String> {
    known_fields(table, &["name", "limit_s"])?;
    text_field(table, "name")?.ok_or("`name` is missing")?;
    let limit = table.get("limit_s").ok_or("`limit_s` is missing")?;
    Form::Number(1.0, 2_592_000.0)
        .check(limit)
        .map(|_| ())
        .map_err(|reason| format!("`limit_s`: {reason}"))
}

fn pattern(table: &Table) -> Result<(), String> {
    known_fields(table, &["name", "program", "argument", "kind"])?;
    text_field(table, "name")?.ok_or("`name` is missing")?;
    text_field(table, "kind")?;
    let program = text_field(table, "program")?;
    let argument = text_field(table, "argument")?;
    if program.is_some_and(|program| program.contains('/')) {
        return Err("`program`: expected a file name without its folder".to_owned());
    }
    if program.is_none() && argument.is_none() {
        return Err("one of `program` and `argument` is needed, or every process would match".to_owned());
    }
    Ok(())
}

pub(super) fn known_fields(table: &Table, known: &[&str]) -> Result<(), String> {
    match table.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!(
            "`{key}` is not known here; known are {}",
            known.join(", ")
        )),
        None => Ok(()),
    }
}

pub(super) fn text_field<'a>(table: &'a Table, name: &str) -> Result<Option<&'a str>, String> {
    match table.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
        Some(other) => Err(format!("`{name}`: expected text, got {}", show(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_text_is_read_by_what_the_key_takes() {
        assert_eq!(Form::Flag.parse(" Yes "), Ok(Value::Boolean(true)));
        assert_eq!(Form::Bytes(0, 1 << 40).parse("2GiB"), Ok(Value::Integer(2 << 30)));
        assert_eq!(Form::Number(0.0, 9.0).parse("3"), Ok(Value::Float(3.0)));
        assert_eq!(
            Form::Texts.parse("a, b,"),
            Ok(Value::Array(vec!["a".into(), "b".into()]))
        );
        let limits = Form::WorkLimits
            .parse("[{ name = \"train\", limit_s = 7200 }]")
            .unwrap();
        assert_eq!(limits[0]["limit_s"], Value::Integer(7200));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_is_right() {
        let says = |form: Form, text: &str| form.parse(text).unwrap_err();
        assert_eq!(
            says(Form::Flag, "maybe"),
            "expected true or false, got the text \"maybe\""
        );
        assert_eq!(
            says(Form::Count(1, 9), "10"),
            "expected a whole number from 1 to 9, got the number 10"
        );
        assert!(says(Form::Address, "localhost").contains("127.0.0.1:9870"));
        for cut in ["[{url=\"http://a/?key=hidden\"", "[\"hidden\"]"] {
            let told = says(Form::HttpEndpoints, cut);
            assert!(told.contains("expected a") && !told.contains("hidden"), "{told}");
        }
        assert!(says(Form::Number(0.0, 1.0), "nan").starts_with("expected a number from 0 to 1"));
        assert_eq!(
            says(Form::Patterns, "[{ name = \"x\" }]"),
            "entry 1: one of `program` and `argument` is needed, or every process would match"
        );
        assert_eq!(
            says(Form::Patterns, "[{ name = \"x\", programm = \"y\" }]"),
            "entry 1: `programm` is not known here; known are name, program, argument, kind"
        );
        assert_eq!(
            says(Form::SeveritiesByName, "{ a = \"info\", b = \"P1\" }"),
            "`b`: expected one of \"critical\", \"warning\", \"info\", got the text \"P1\""
        );
        assert_eq!(
            says(Form::Choice(&["text", "json"]), "xml"),
            "expected one of \"text\", \"json\", got the text \"xml\""
        );
    }
}
