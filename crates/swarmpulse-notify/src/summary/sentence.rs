//! The first sentences: what is wrong, since when, and why.

use swarmpulse_model::alert::{NotifiedAlert, NotifyReason};
use swarmpulse_model::{AlertState, Severity};

use super::moment::{clock, span};
use super::subject::subject;
use super::text::{plain, shorten};
use crate::Message;

/// The most characters of the sentences together.
const CHARACTERS_MAX: usize = 1000;

/// What is wrong, since when, and why.
pub(super) fn sentence(message: &Message<'_>) -> String {
    let notification = message.notification;
    if notification.reason == NotifyReason::Test {
        let (channel, receiver) = (&notification.channel, &notification.receiver);
        let end = match notification.state() {
            AlertState::Resolved => " The test is over.",
            _ => "",
        };
        let words = format!("Somebody tries the channel {channel} of {receiver}. Nothing is wrong.{end}");
        return plain(&words, CHARACTERS_MAX);
    }
    let state = notification.state();
    let told: Vec<&NotifiedAlert> = notification
        .alerts
        .iter()
        .filter(|told| told.alert.state == state)
        .collect();
    let total = match state {
        AlertState::Resolved => notification.resolved.len(),
        _ => notification.firing.len(),
    };
    let mut words = match (told.as_slice(), state) {
        ([], AlertState::Resolved) => "Nothing of this group fires any longer.".to_owned(),
        ([], _) => format!("{} fire.", alerts(total)),
        ([only], AlertState::Resolved) if total <= 1 => one_over(message, only),
        ([only], _) if total <= 1 => one_firing(message, only),
        (many, AlertState::Resolved) => many_over(message, many, total),
        (many, _) => many_firing(message, many, total),
    };
    let over = notification.resolved.len();
    if state == AlertState::Firing && over > 0 {
        let verb = if over == 1 { "is" } else { "are" };
        words.push_str(&format!(" {over} of the group {verb} over."));
    }
    shorten(&words, CHARACTERS_MAX)
}

fn one_firing(message: &Message<'_>, told: &NotifiedAlert) -> String {
    let alert = &told.alert;
    let reason = super::line::reason(alert);
    let mut words = format!("{}.", join(&who(told), &reason));
    words.push_str(&format!(
        " Since {}, for {}.",
        clock(alert.active_at, message.now),
        span(alert.active_at, message.now)
    ));
    if alert.flapping {
        words.push_str(" It comes and goes.");
    }
    match told.symptoms_total {
        0 => {}
        1 => words.push_str(" 1 other alert follows from it."),
        total => words.push_str(&format!(" {total} other alerts follow from it.")),
    }
    words
}

fn one_over(message: &Message<'_>, told: &NotifiedAlert) -> String {
    let alert = &told.alert;
    let ended = alert.ended_at.unwrap_or(message.now);
    let over = format!("{} is over", told.alert.name);
    let subject = subject(alert);
    let over = if subject.is_empty() {
        over
    } else {
        format!("{over} for {subject}")
    };
    format!(
        "{}. It lasted {}, from {} to {}.",
        join(&over, &super::line::reason(alert)),
        span(alert.active_at, ended),
        clock(alert.active_at, message.now),
        clock(ended, message.now),
    )
}

fn many_firing(message: &Message<'_>, told: &[&NotifiedAlert], total: usize) -> String {
    let by_severity: Vec<String> = [Severity::Critical, Severity::Warning, Severity::Info]
        .into_iter()
        .filter_map(|severity| {
            let number = told.iter().filter(|told| told.alert.severity == severity).count();
            (number > 0).then(|| format!("{number} {}", severity.as_str()))
        })
        .collect();
    // Of alerts that did not fit nobody knows here how grave they are.
    let severities = if told.len() == total {
        format!(", {}", by_severity.join(" and "))
    } else {
        String::new()
    };
    let oldest = told
        .iter()
        .map(|told| told.alert.active_at)
        .min()
        .unwrap_or(message.now);
    let mut words = format!(
        "{} fire{severities}, the oldest since {}, for {}.",
        alerts(total),
        clock(oldest, message.now),
        span(oldest, message.now)
    );
    if let Some(first) = told.first() {
        let reason = super::line::reason(&first.alert);
        words.push_str(&format!(" First of all {}.", join(&who(first), &reason)));
    }
    let symptoms: u64 = told.iter().map(|told| told.symptoms_total).sum();
    if symptoms > 0 {
        words.push_str(&format!(" {symptoms} more follow from them."));
    }
    words
}

fn many_over(message: &Message<'_>, told: &[&NotifiedAlert], total: usize) -> String {
    let last = told
        .iter()
        .filter_map(|told| told.alert.ended_at)
        .max()
        .unwrap_or(message.now);
    format!(
        "{} are over, the last since {}.",
        alerts(total),
        clock(last, message.now)
    )
}

fn who(told: &NotifiedAlert) -> String {
    let subject = subject(&told.alert);
    if subject.is_empty() {
        told.alert.name.to_string()
    } else {
        subject
    }
}

fn join(head: &str, reason: &str) -> String {
    if reason.is_empty() {
        head.to_owned()
    } else {
        format!("{head}: {reason}")
    }
}

fn alerts(number: usize) -> String {
    if number == 1 {
        "1 alert".to_owned()
    } else {
        format!("{number} alerts")
    }
}
