//! What is shipped: a line of a log.

use serde::{Deserialize, Serialize};
use swarmpulse_model::{Text, Timestamp};
use swarmpulse_wire::redact;

/// The longest message that is kept, in bytes.
const MESSAGE_BYTES_MAX: usize = 8 << 10;
/// The longest value of a field that is kept, in bytes.
const VALUE_BYTES_MAX: usize = 2 << 10;
/// The longest name of a field, in bytes.
const NAME_BYTES_MAX: usize = 100;
/// The most fields of a line.
const FIELDS_MAX: usize = 48;

/// How much a line matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// What helps to find a mistake.
    Debug,
    /// What happens in good order.
    Info,
    /// What somebody should look at.
    #[default]
    Warn,
    /// What went wrong.
    Error,
}

impl LogLevel {
    /// Every level, the least first.
    pub const ALL: [Self; 5] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level of that name; `warning` is taken for `warn`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = if name == "warning" { "warn" } else { name };
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
}

impl From<&tracing::Level> for LogLevel {
    fn from(level: &tracing::Level) -> Self {
        match *level {
            tracing::Level::TRACE => Self::Trace,
            tracing::Level::DEBUG => Self::Debug,
            tracing::Level::INFO => Self::Info,
            tracing::Level::WARN => Self::Warn,
            tracing::Level::ERROR => Self::Error,
        }
    }
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// Words.
    Text(Text),
    /// A whole number.
    Integer(i64),
    /// A number; one that is not finite is shipped as words.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for FieldValue {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u64> for FieldValue {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or_else(|_| Self::Text(number.to_string().into()), Self::Integer)
    }
}

impl From<f64> for FieldValue {
    fn from(number: f64) -> Self {
        if number.is_finite() {
            Self::Number(number)
        } else {
            Self::Text(number.to_string().into())
        }
    }
}

impl From<bool> for FieldValue {
    fn from(yes: bool) -> Self {
        Self::Boolean(yes)
    }
}

/// A line of a log: our own, or one that tells of an agent's failure.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// When it was written.
    pub at: Timestamp,
    /// How much it matters.
    pub level: LogLevel,
    /// Who wrote it: a module's path, or `agent.failure`.
    pub target: Text,
    /// What it says.
    pub message: Text,
    /// Its figures and names, each name once.
    pub fields: Vec<(Text, FieldValue)>,
}

impl LogLine {
    /// A line without fields.
    #[must_use]
    pub fn new(at: Timestamp, level: LogLevel, target: &str, message: &str) -> Self {
        Self {
            at,
            level,
            target: target.into(),
            message: message.into(),
            fields: Vec::new(),
        }
    }

    /// The line with one field more; the last of a name stands.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<FieldValue>) -> Self {
        self.set(name, value.into());
        self
    }

    pub(super) fn set(&mut self, name: &str, value: FieldValue) {
        let name = cut(name, NAME_BYTES_MAX);
        if let Some((_, held)) = self.fields.iter_mut().find(|(held, _)| held == name) {
            *held = value;
        } else if self.fields.len() < FIELDS_MAX {
            self.fields.push((name.into(), value));
        }
    }

    /// Sets a field that stands before all others: those behind are dropped when there are too many.
    pub(super) fn front(&mut self, name: &str, value: FieldValue) {
        self.fields.retain(|(held, _)| held != name);
        self.fields.insert(0, (cut(name, NAME_BYTES_MAX).into(), value));
        self.fields.truncate(FIELDS_MAX);
    }

    /// The field of a name, if it holds words.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find_map(|(held, value)| match value {
            FieldValue::Text(text) if held == name => Some(text.as_str()),
            _ => None,
        })
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let of = |(name, value): &(Text, FieldValue)| {
            name.len()
                + 16
                + match value {
                    FieldValue::Text(text) => text.len(),
                    _ => 16,
                }
        };
        96 + self.target.len() + self.message.len() + self.fields.iter().map(of).sum::<usize>()
    }

    /// The line as it may leave: bounded, without secrets by name or look.
    #[must_use]
    pub(super) fn cleaned(mut self) -> Self {
        self.target = cut(&self.target, NAME_BYTES_MAX).into();
        self.message = clean(&self.message, MESSAGE_BYTES_MAX);
        self.fields.truncate(FIELDS_MAX);
        for (name, value) in &mut self.fields {
            if redact::key_class(name).is_secret() {
                *value = FieldValue::from(redact::SECRET_STAND_IN);
            } else if let FieldValue::Text(text) = value {
                *text = clean(text, VALUE_BYTES_MAX);
            }
        }
        self
    }
}

/// Cut first, so that what is looked through is bounded; a secret that the cut went through is still known by how it begins.
fn clean(text: &str, bytes_max: usize) -> Text {
    let kept = cut(text, bytes_max);
    let mut clean = Text::from(redact::text(kept).as_ref());
    if kept.len() < text.len() {
        clean.push('…');
    }
    clean
}

/// The text up to so many bytes, without a broken character.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_lengths_are_bounded_before_a_line_leaves() {
        let line = LogLine::new(
            Timestamp(0),
            LogLevel::Error,
            "swarmpulse_probe",
            "connect to postgres://bot:hunter22hunter@db/x failed",
        )
        .with("api_key", "sk-live-abcdefghijklmnop")
        .with("url", "https://host/?token=abcdefghijklmnop1234")
        .with("long", "x".repeat(5000).as_str())
        .with("count", 3_u64)
        .cleaned();
        let told = format!("{line:?}");
        for secret in ["hunter22hunter", "sk-live", "abcdefghijklmnop"] {
            assert!(!told.contains(secret), "{told}");
        }
        assert!(
            line.message.starts_with("connect to postgres://"),
            "{}",
            line.message
        );
        assert_eq!(
            line.text("long").map(str::len),
            Some(VALUE_BYTES_MAX + '…'.len_utf8())
        );
        assert_eq!(
            line.fields.last(),
            Some(&("count".into(), FieldValue::Integer(3)))
        );
    }

    #[test]
    fn the_last_value_of_a_name_stands_and_fields_are_bounded() {
        let mut line = LogLine::new(Timestamp(0), LogLevel::Info, "t", "m")
            .with("a", 1_i64)
            .with("a", 2_i64);
        assert_eq!(line.fields, [("a".into(), FieldValue::Integer(2))]);
        for n in 0..100 {
            line.set(&format!("f{n}"), true.into());
        }
        assert_eq!(line.fields.len(), FIELDS_MAX);
    }

    #[test]
    fn levels_are_read_by_name() {
        for level in LogLevel::ALL {
            assert_eq!(LogLevel::parse(level.as_str()), Some(level));
        }
        assert_eq!(LogLevel::parse("warning"), Some(LogLevel::Warn));
        assert_eq!(LogLevel::parse("loud"), None);
    }
}
