//! One alert in words.

use swarmpulse_model::alert::{Alert, NotifiedAlert};
use swarmpulse_model::{AlertState, Severity};

use super::moment::{clock, span};
use super::subject::subject;
use super::text::plain;
use crate::Message;

/// The most characters of a reason.
const REASON_CHARACTERS_MAX: usize = 500;
/// The most bytes of an address that a rule gives.
const URL_BYTES_MAX: usize = 500;

/// One alert in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Whether it fires or is over.
    pub state: AlertState,
    /// How much it matters.
    pub severity: Severity,
    /// Its name.
    pub name: String,
    /// What it is true of; empty if there is nothing to say.
    pub subject: String,
    /// `since 10:42:05 UTC, for 4 min`, or from when to when.
    pub when: String,
    /// Why, without a full stop.
    pub reason: String,
    /// What to do, where its rule says so: an `http` or `https` address.
    pub runbook_url: Option<String>,
    /// Where it is shown.
    pub url: String,
    /// What follows from it: `200 follow from it: agent_down of agent a1, ... and 190 more`.
    pub symptoms: Option<String>,
}

impl Line {
    pub(crate) fn of(message: &Message<'_>, told: &NotifiedAlert, symptoms_max: usize) -> Self {
        let alert = &told.alert;
        Self {
            state: alert.state,
            severity: alert.severity,
            name: plain(&alert.name, 100),
            subject: subject(alert),
            when: when(message, alert),
            reason: reason(alert),
            runbook_url: alert.annotation("runbook_url").and_then(address),
            url: super::alert_url(message.external_url, &alert.id),
            symptoms: symptoms(told, symptoms_max),
        }
    }

    /// `critical`, `warning`, `info`, or `resolved`.
    #[must_use]
    pub fn level(&self) -> &'static str {
        match self.state {
            AlertState::Resolved => "resolved",
            _ => self.severity.as_str(),
        }
    }

    /// `agent_down: agent a1 on host h1`, or its name alone.
    #[must_use]
    pub fn head(&self) -> String {
        if self.subject.is_empty() {
            self.name.clone()
        } else {
            format!("{}: {}", self.name, self.subject)
        }
    }

    /// Its time and its reason: `since 10:42:05 UTC, for 4 min: no contact within 30 s`.
    #[must_use]
    pub fn detail(&self) -> String {
        if self.reason.is_empty() {
            self.when.clone()
        } else {
            format!("{}: {}", self.when, self.reason)
        }
    }

    /// All but what follows from it, on one line.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} {}, {}", self.level(), self.head(), self.detail())
    }
}

/// An address that can be opened, as services take it; `None` of anything else. One that is cut would lead elsewhere.
fn address(text: &str) -> Option<String> {
    let url = reqwest::Url::parse(text.trim()).ok()?;
    let opens = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= URL_BYTES_MAX;
    opens.then(|| url.to_string())
}

/// Why, without a full stop: the reason, else what its rule says of it, else its value.
pub(super) fn reason(alert: &Alert) -> String {
    let said = [
        Some(alert.reason.as_str()),
        alert.annotation("summary"),
        alert.annotation("description"),
    ]
    .into_iter()
    .flatten()
    .find(|text| !text.trim().is_empty());
    let text = match (said, alert.value) {
        (Some(text), _) => plain(text, REASON_CHARACTERS_MAX),
        (None, Some(value)) => format!("the value is {value}"),
        (None, None) => String::new(),
    };
    text.trim_end_matches('.').to_owned()
}

fn when(message: &Message<'_>, alert: &Alert) -> String {
    let since = clock(alert.active_at, message.now);
    let words = match alert.ended_at {
        Some(ended) => format!(
            "from {since} to {}, for {}",
            clock(ended, message.now),
            span(alert.active_at, ended)
        ),
        None => format!("since {since}, for {}", span(alert.active_at, message.now)),
    };
    if alert.flapping {
        format!("{words}, coming and going")
    } else {
        words
    }
}

fn symptoms(told: &NotifiedAlert, symptoms_max: usize) -> Option<String> {
    if told.symptoms_total == 0 {
        return None;
    }
    let mut shown: Vec<String> = Vec::new();
    let mut last = None;
    for symptom in told.symptoms.iter().take(symptoms_max) {
        let name = plain(&symptom.name, 100);
        let of = plain(&symptom.subject, 200);
        let said_already = last.as_ref() == Some(&name);
        shown.push(match (name.is_empty(), of.is_empty(), said_already) {
            (true, true, _) => plain(&symptom.alert, 200),
            (_, true, _) => name.clone(),
            (true, ..) | (.., true) => of,
            _ => format!("{name} of {of}"),
        });
        last = Some(name);
    }
    let verb = if told.symptoms_total == 1 {
        "follows"
    } else {
        "follow"
    };
    let mut text = format!("{} {verb} from it", told.symptoms_total);
    if !shown.is_empty() {
        text.push_str(": ");
        text.push_str(&shown.join(", "));
        let left = told.symptoms_total.saturating_sub(shown.len() as u64);
        if left > 0 {
            text.push_str(&format!(" and {left} more"));
        }
    }
    Some(text)
}
