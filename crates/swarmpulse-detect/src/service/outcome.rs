//! What came of a call: failed, timed out, how long it took, and whether a probe made it.

use swarmpulse_model::record::Call;
use swarmpulse_model::{Text, Value};

/// The operation of calls that probes of endpoints make.
pub(super) const PROBE: &str = "probe";
/// The longest error text that is kept, in bytes.
const ERROR_BYTES_MAX: usize = 160;

/// What came of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outcome {
    /// It failed: an error, or a status from 400.
    pub failed: bool,
    /// It failed because no answer came in time.
    pub timed_out: bool,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The answer's status.
    pub status_code: Option<u16>,
    /// What went wrong, in short.
    pub error: Option<Text>,
    /// When the certificate expires, in Unix seconds.
    pub tls_expires_at: Option<f64>,
}

impl Outcome {
    /// Of a call that ended. `since_opening_ms` stands in where the caller did not say how long it took.
    pub fn of(call: &Call, since_opening_ms: Option<f64>) -> Self {
        let failed = call.error.is_some() || call.status_code.is_some_and(|code| code >= 400);
        Self {
            failed,
            timed_out: failed && timed_out(call),
            latency_ms: call
                .latency_ms
                .filter(|latency_ms| latency_ms.is_finite() && *latency_ms >= 0.0)
                .or(since_opening_ms),
            status_code: call.status_code,
            error: call.error.as_deref().map(shortened),
            tls_expires_at: number(call.attributes.get("tls_expires_at")),
        }
    }

    /// Whether its latency says how fast the service answers: not that of what failed early.
    pub fn tells_latency(&self) -> bool {
        !self.failed || self.timed_out
    }

    /// What went wrong, in a few words.
    pub fn reason(&self) -> String {
        match (&self.error, self.status_code) {
            (Some(error), _) => error.to_string(),
            (None, Some(code)) => format!("status {code}"),
            (None, None) => "no reason given".to_owned(),
        }
    }
}

/// A finite number among attributes.
pub(super) fn number(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Integer(number) => Some(*number as f64),
        Value::Number(number) if number.is_finite() => Some(*number),
        _ => None,
    }
}

fn timed_out(call: &Call) -> bool {
    if matches!(call.status_code, Some(408 | 504)) {
        return true;
    }
    if let Some(Value::Text(kind)) = call.attributes.get("error_kind") {
        return kind == "timeout";
    }
    let Some(error) = &call.error else { return false };
    let error = error.to_ascii_lowercase();
    [
        "timeout",
        "timed out",
        "time-out",
        "deadline exceeded",
        "etimedout",
    ]
    .iter()
    .any(|word| error.contains(word))
}

fn shortened(text: &str) -> Text {
    let mut end = text.len().min(ERROR_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if end < text.len() {
        format!("{}..", &text[..end]).into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(status_code: Option<u16>, error: Option<&str>) -> Call {
        Call {
            status_code,
            error: error.map(Text::from),
            latency_ms: Some(5.0),
            ..Call::default()
        }
    }

    #[test]
    fn time_outs_are_told_from_other_failures() {
        for (status_code, error, failed, timed_out) in [
            (Some(200), None, false, false),
            (Some(404), None, true, false),
            (Some(504), None, true, true),
            (None, Some("Read timed out. (read timeout=10)"), true, true),
            (None, Some("context deadline exceeded"), true, true),
            (None, Some("connection refused"), true, false),
        ] {
            let outcome = Outcome::of(&call(status_code, error), None);
            assert_eq!(
                (outcome.failed, outcome.timed_out),
                (failed, timed_out),
                "{error:?}"
            );
        }
        let mut probed = call(None, Some("connect: the name timeout.example cannot be found"));
        probed
            .attributes
            .0
            .push(("error_kind".into(), Value::Text("connect".into())));
        assert!(!Outcome::of(&probed, None).timed_out);
    }

    #[test]
    fn error_texts_are_cut_between_characters() {
        let outcome = Outcome::of(&call(None, Some(&"ä".repeat(200))), Some(1.0));
        assert_eq!(outcome.error.unwrap().chars().count(), 82);
    }
}
