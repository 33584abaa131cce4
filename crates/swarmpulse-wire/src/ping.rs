//! Pings: heartbeats by URL alone, for shell scripts and cron.

use swarmpulse_model::entity::check_id;
use swarmpulse_model::record::Heartbeat;
use swarmpulse_model::{Attributes, Record, Text, Value};

use crate::counters::Reason;
use crate::decoded::ItemError;
use crate::limits::Limits;
use crate::redact;

/// What a ping says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// It ran and all is well.
    Success,
    /// It begins to run.
    Start,
    /// It failed.
    Fail,
    /// It ended with that exit code: 0 is success.
    ExitCode(i32),
}

impl Signal {
    /// The signal of the last part of a ping's path: `start`, `fail` or an exit code.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "start" => Some(Self::Start),
            "fail" => Some(Self::Fail),
            code => code.parse().ok().map(Self::ExitCode),
        }
    }

    /// The status that the heartbeat declares.
    fn status(self) -> &'static str {
        match self {
            Self::Success | Self::ExitCode(0) => "idle",
            Self::Start => "working",
            Self::Fail | Self::ExitCode(_) => "failed",
        }
    }
}

/// The heartbeat that a ping stands for: its status by the signal, the exit code and the body as attributes
/// `exit_code` and `message`, the latter without secrets and cut to the limit of an attribute.
///
/// # Errors
/// If `agent` may not name an agent.
pub fn ping(
    agent: &str,
    signal: Signal,
    body_text: Option<&str>,
    limits: &Limits,
) -> Result<Record, ItemError> {
    check_id(agent).map_err(|error| ItemError::new(Reason::Id, format!("`agent`: {error}")))?;
    let mut attributes = Attributes::default();
    if let Signal::ExitCode(code) = signal {
        attributes
            .0
            .push((Text::const_new("exit_code"), Value::Integer(code.into())));
    }
    if let Some(message) = body_text.map(str::trim).filter(|message| !message.is_empty()) {
        let clean = redact::text(message);
        let cut = clean.floor_char_boundary(limits.attribute_value_bytes);
        attributes
            .0
            .push((Text::const_new("message"), Value::Text(clean[..cut].into())));
    }
    Ok(Record::Heartbeat(Box::new(Heartbeat {
        agent: agent.into(),
        status: Some(Text::const_new(signal.status())),
        attributes,
        ..Heartbeat::default()
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heartbeat(signal: Signal, body: Option<&str>, limits: &Limits) -> Heartbeat {
        match ping("cron-1", signal, body, limits) {
            Ok(Record::Heartbeat(heartbeat)) => *heartbeat,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn signals_become_statuses() {
        for (word, status, code) in [
            ("start", "working", None),
            ("fail", "failed", None),
            ("0", "idle", Some(Value::Integer(0))),
            ("137", "failed", Some(Value::Integer(137))),
            ("-9", "failed", Some(Value::Integer(-9))),
        ] {
            let beat = heartbeat(Signal::parse(word).unwrap(), None, &Limits::default());
            assert_eq!(beat.status.as_deref(), Some(status), "{word}");
            assert_eq!(beat.attributes.get("exit_code"), code.as_ref(), "{word}");
        }
        assert_eq!(
            heartbeat(Signal::Success, None, &Limits::default())
                .status
                .as_deref(),
            Some("idle")
        );
        for word in ["", "stop", "1e3", "99999999999"] {
            assert_eq!(Signal::parse(word), None, "{word}");
        }
    }

    #[test]
    fn messages_are_redacted_and_cut_between_characters() {
        let limits = Limits {
            attribute_value_bytes: 30,
            ..Limits::default()
        };
        let beat = heartbeat(Signal::Fail, Some(" password=hunter2 é é é é \n"), &limits);
        let message = Value::Text("password=[redacted secret] é ".into());
        assert_eq!(beat.attributes.get("message"), Some(&message));
        assert!(
            heartbeat(Signal::Fail, Some(" \n"), &limits)
                .attributes
                .is_empty()
        );
    }

    #[test]
    fn agents_without_a_valid_name_are_refused() {
        let error = ping("a\nb", Signal::Success, None, &Limits::default()).unwrap_err();
        assert_eq!(error.to_string(), "`agent`: contains a control character");
        assert_eq!(error.reason, Reason::Id);
    }
}
