//! Notifications and what became of them.

use swarmpulse_api::NotifiedAlert;
use swarmpulse_model::EffectId;
use swarmpulse_model::alert::{Delivery, DeliveryOutcome, Notification};

use super::alert::{labels, message};

/// What is known of a notification's way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fate<'d> {
    /// It waits for its turn, or is tried again and again.
    Waiting,
    /// It was delivered or given up; or somebody wants it tried again.
    Told(&'d Delivery),
    /// Nobody knows any more.
    Unknown,
}

/// A notification.
pub(crate) fn notification(
    id: EffectId,
    told: &Notification,
    fate: &Fate<'_>,
) -> swarmpulse_api::Notification {
    let alerts = told.alerts.iter().map(|told| NotifiedAlert {
        id: told.alert.id.to_string(),
        name: told.alert.name.to_string(),
        severity: told.alert.severity.as_str().to_owned(),
        state: told.alert.state.as_str().to_owned(),
        message: message(&told.alert),
        symptoms: told.symptoms_total,
    });
    let mut shown = swarmpulse_api::Notification {
        id: id.to_string(),
        at: told.at.to_string(),
        receiver: told.receiver.to_string(),
        channel: told.channel.to_string(),
        reason: told.reason.as_str().to_owned(),
        state: told.state().as_str().to_owned(),
        group_key: told.group_key.to_string(),
        group_labels: labels(&told.group_labels),
        alerts: alerts.collect(),
        firing: told.firing.len() as u64,
        resolved: told.resolved.len() as u64,
        ..swarmpulse_api::Notification::default()
    };
    match fate {
        Fate::Waiting => "waiting".clone_into(&mut shown.outcome),
        Fate::Told(delivery) if delivery.outcome == DeliveryOutcome::Retried => {
            "waiting".clone_into(&mut shown.outcome);
        }
        Fate::Told(delivery) => {
            delivery.outcome.as_str().clone_into(&mut shown.outcome);
            shown.attempts = Some(delivery.attempts);
            shown.error = delivery.error.as_ref().map(ToString::to_string);
            shown.settled_at = Some(delivery.at.to_string());
        }
        Fate::Unknown => "unknown".clone_into(&mut shown.outcome),
    }
    shown
}
