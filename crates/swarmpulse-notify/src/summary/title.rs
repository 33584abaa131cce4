//! The title: what, of whom, and of how many.

use swarmpulse_model::AlertState;
use swarmpulse_model::alert::{Notification, NotifiedAlert, NotifyReason};

use super::subject::{host, kind_words, subject};
use super::text::{plain, shorten};

/// The most characters of a title.
const TITLE_CHARACTERS_MAX: usize = 250;
/// The most names of alerts in a title.
const NAMES_MAX: usize = 3;

/// `[FIRING:2] agent_down: 2 agents on host h1`.
pub(super) fn title(notification: &Notification) -> String {
    let state = notification.state();
    let told = notification
        .alerts
        .iter()
        .filter(|told| told.alert.state == state);
    let names = by_name(told);
    let mut parts: Vec<String> = names
        .iter()
        .take(NAMES_MAX)
        .map(|(name, alerts)| named(name, alerts))
        .collect();
    if names.len() > NAMES_MAX {
        parts.push(format!("{} other names", names.len() - NAMES_MAX));
    }
    if notification.omitted > 0 {
        parts.push(format!("{} more alerts", notification.omitted));
    }
    if parts.is_empty() {
        parts.push(group(notification));
    }
    let text = format!("{} {}", prefix(notification, state), parts.join("; "));
    shorten(text.trim_end(), TITLE_CHARACTERS_MAX)
}

/// The alerts by their names, in the order in which the names are first seen.
pub(super) fn by_name<'a>(
    alerts: impl Iterator<Item = &'a NotifiedAlert>,
) -> Vec<(&'a str, Vec<&'a NotifiedAlert>)> {
    let mut names: Vec<(&str, Vec<&NotifiedAlert>)> = Vec::new();
    for told in alerts {
        let name = told.alert.name.as_str();
        match names.iter_mut().find(|(other, _)| *other == name) {
            Some((_, those)) => those.push(told),
            None => names.push((name, vec![told])),
        }
    }
    names
}

fn prefix(notification: &Notification, state: AlertState) -> String {
    let firing = notification.firing.len();
    match (notification.reason, state) {
        (NotifyReason::Test, _) => "[TEST]".to_owned(),
        (_, AlertState::Resolved) if notification.resolved.len() > 1 => {
            format!("[RESOLVED:{}]", notification.resolved.len())
        }
        (_, AlertState::Resolved) => "[RESOLVED]".to_owned(),
        (NotifyReason::Repeated, _) => format!("[STILL FIRING:{firing}]"),
        _ => format!("[FIRING:{firing}]"),
    }
}

fn named(name: &str, alerts: &[&NotifiedAlert]) -> String {
    let of = match alerts {
        [only] => {
            let subject = subject(&only.alert);
            let symptoms = match only.symptoms_total {
                0 => String::new(),
                1 => ", 1 follows from it".to_owned(),
                total => format!(", {total} follow from it"),
            };
            match only.alert.annotation("summary") {
                Some(summary) if only.alert.subject.is_none() && !summary.trim().is_empty() => {
                    format!("{}{symptoms}", plain(summary, 150))
                }
                _ => format!("{subject}{symptoms}"),
            }
        }
        many => counted(many),
    };
    let name = plain(name, 100);
    if of.is_empty() {
        name
    } else {
        format!("{name}: {of}")
    }
}

/// `2 agents on host h1`, `2 alerts`.
fn counted(alerts: &[&NotifiedAlert]) -> String {
    let kind = common(alerts, |told| told.alert.subject.as_ref().map(|key| key.kind));
    let noun = kind.map_or("alerts", |kind| kind_words(kind, alerts.len()));
    let place = common(alerts, |told| host(&told.alert).map(str::to_owned));
    let place = place.map_or_else(String::new, |host| format!(" on host {}", plain(&host, 100)));
    format!("{} {noun}{place}", alerts.len())
}

/// What all of them have in common.
fn common<T: PartialEq>(alerts: &[&NotifiedAlert], read: impl Fn(&NotifiedAlert) -> Option<T>) -> Option<T> {
    let mut values = alerts.iter().map(|told| read(told));
    let first = values.next()??;
    values
        .all(|value| value.as_ref() == Some(&first))
        .then_some(first)
}

fn group(notification: &Notification) -> String {
    let labels: Vec<String> = notification
        .group_labels
        .iter()
        .map(|label| format!("{}={:?}", label.name, label.value.as_str()))
        .collect();
    plain(&labels.join(", "), 200)
}
