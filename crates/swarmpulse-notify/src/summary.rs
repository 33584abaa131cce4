//! What a notification says in words: the same in every channel. Plain text; who shows markup escapes it.

mod line;
mod moment;
mod sentence;
mod subject;
mod text;
mod title;

use std::fmt::Write as _;

use swarmpulse_model::alert::{NotifiedAlert, NotifyReason};
use swarmpulse_model::{Alert, AlertState, Severity};

use crate::Message;

pub use line::Line;
pub use subject::subject;
pub use text::{Place, characters, escaped, plain, shorten, shorten_bytes};

/// A notification in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Whether anything of it still fires.
    pub state: AlertState,
    /// The gravest of what fires, or of what is over if nothing does.
    pub severity: Severity,
    /// Alerts that fire, also those that are not among the lines.
    pub firing: u64,
    /// Alerts that are over, also those that are not among the lines.
    pub resolved: u64,
    /// `[FIRING:2] agent_down: 2 agents on host h1`, at most 250 characters.
    pub title: String,
    /// What is wrong, since when and why: one to three plain sentences, at most 1,000 characters.
    pub sentence: String,
    /// The alerts, as many as were wanted: those that fire first, the gravest first.
    pub lines: Vec<Line>,
    /// The alerts that are no lines: `and 190 more: 150 agent_down, 40 agent_stuck`.
    pub more: Option<String>,
    /// Where to look: the alert if it is one, else all of them.
    pub url: String,
}

impl Summary {
    /// What a message says, with at most so many alerts, and of each at most so many of those that follow from it.
    #[must_use]
    pub fn of(message: &Message<'_>, alerts_max: usize, symptoms_max: usize) -> Self {
        let notification = message.notification;
        let state = notification.state();
        let lines: Vec<Line> = notification
            .alerts
            .iter()
            .take(alerts_max)
            .map(|told| Line::of(message, told, symptoms_max))
            .collect();
        let gravest = |wanted: Option<AlertState>| {
            notification
                .alerts
                .iter()
                .filter(|told| wanted.is_none_or(|state| told.alert.state == state))
                .map(|told| told.alert.severity)
                .max()
        };
        let left = notification.alerts.get(alerts_max..).unwrap_or_default();
        let url = match (notification.alerts.as_slice(), notification.omitted) {
            ([only], 0) => alert_url(message.external_url, &only.alert.id),
            _ => format!("{}/", message.external_url),
        };
        Self {
            state,
            severity: gravest(Some(state))
                .or_else(|| gravest(None))
                .unwrap_or(Severity::Info),
            firing: notification.firing.len() as u64,
            resolved: notification.resolved.len() as u64,
            title: title::title(notification),
            sentence: sentence::sentence(message),
            lines,
            more: more(left, notification.omitted),
            url,
        }
    }

    /// Its color, as six hexadecimal digits: red, orange, blue or, when it is over, green.
    #[must_use]
    pub fn color(&self) -> &'static str {
        match (self.state, self.severity) {
            (AlertState::Resolved, _) => "2EB67D",
            (_, Severity::Critical) => "D92D20",
            (_, Severity::Warning) => "F79009",
            (_, Severity::Info) => "2E90FA",
        }
    }

    /// All of it as lines of plain text, without the title.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.sentence);
        for line in &self.lines {
            if self.is_list() {
                let _ = write!(text, "\n- {}", line.text());
            }
            if let Some(symptoms) = &line.symptoms {
                let indent = if self.is_list() { "  " } else { "" };
                let _ = write!(text, "\n{indent}{symptoms}");
            }
        }
        if let Some(more) = &self.more {
            let _ = write!(text, "\n- {more}");
        }
        let end = if text.ends_with('\n') { "\n" } else { "\n\n" };
        let _ = write!(text, "{end}{}", self.url);
        text
    }

    /// Whether there is more to list than the title and the sentence say already.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.lines.len() > 1 || self.more.is_some()
    }
}

/// Whether somebody tries the channel.
#[must_use]
pub fn is_test(message: &Message<'_>) -> bool {
    message.notification.reason == NotifyReason::Test
}

/// Where an alert is from: where its sender shows it, if somebody else sent it and says so, or the page.
#[must_use]
pub fn source_url(external_url: &str, alert: &Alert) -> String {
    match &alert.source_url {
        Some(url) => url.to_string(),
        None => alert_url(external_url, &alert.id),
    }
}

/// Where one alert is shown on the page.
#[must_use]
pub fn alert_url(external_url: &str, alert: &str) -> String {
    let mut url = format!("{external_url}/#/alerts/");
    for byte in alert.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

/// The most names in what is said of alerts that are not shown.
const NAMES_MAX: usize = 5;

/// What is not shown: those that fire by name, and how many are over.
fn more(left: &[NotifiedAlert], omitted: u64) -> Option<String> {
    let total = left.len() as u64 + omitted;
    if total == 0 {
        return None;
    }
    let (over, firing): (Vec<&NotifiedAlert>, Vec<&NotifiedAlert>) = left
        .iter()
        .partition(|told| told.alert.state == AlertState::Resolved);
    let names = title::by_name(firing.iter().copied());
    let named: usize = names.iter().take(NAMES_MAX).map(|(_, alerts)| alerts.len()).sum();
    let mut parts: Vec<String> = names
        .iter()
        .take(NAMES_MAX)
        .map(|(name, alerts)| format!("{} {}", alerts.len(), plain(name, 100)))
        .collect();
    let others = total - named as u64 - over.len() as u64;
    if others > 0 && total > others {
        parts.push(format!("{others} others"));
    }
    if !over.is_empty() {
        parts.push(format!("{} that ended", over.len()));
    }
    let detail = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    };
    Some(format!("and {total} more{detail}"))
}

#[cfg(test)]
mod tests;
