//! How many alerts one message shows: texts of rules may be long, and a message must find room in the journal.

use swarmpulse_model::Alert;
use swarmpulse_model::series::Label;

/// Texts of the alerts that one message shows, in bytes. One alert is always shown.
const SHOWN_BYTES_MAX: usize = 8 << 20;

/// Keeps so many of the first alerts as fit into a message.
pub(crate) fn keep_shown(alerts: &mut Vec<Alert>, shown_max: usize) {
    alerts.truncate(shown_max);
    let mut left = SHOWN_BYTES_MAX;
    let fits = |alert: &Alert| {
        let rest = left.checked_sub(bytes_of(alert));
        left = rest.unwrap_or_default();
        rest.is_some()
    };
    let fitting = alerts.iter().map(fits).take_while(|fits| *fits).count();
    alerts.truncate(fitting.max(1));
}

fn bytes_of(alert: &Alert) -> usize {
    let of_label = |label: &Label| label.name.len() + label.value.len();
    let labels = alert.labels.iter().chain(&alert.annotations).map(of_label);
    labels.sum::<usize>() + alert.id.len() + alert.reason.len()
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::alert::AlertOrigin;
    use swarmpulse_model::{AlertState, Severity, Text, Timestamp};

    use super::*;

    fn alert(number: usize, bytes: usize) -> Alert {
        Alert {
            id: Text::from(format!("odd/{number}")),
            name: "odd".into(),
            state: AlertState::Firing,
            severity: Severity::Info,
            namespace: "default".into(),
            subject: None,
            origin: AlertOrigin::Rule,
            group: Text::default(),
            labels: Vec::new(),
            annotations: vec![Label {
                name: "description".into(),
                value: "x".repeat(bytes).into(),
            }],
            value: None,
            active_at: Timestamp(1),
            fired_at: Some(Timestamp(1)),
            ended_at: None,
            reason: Text::default(),
            cause: None,
            flapping: false,
            expires_at: None,
            source_url: None,
            kept_since: None,
        }
    }

    fn shown(count: usize, bytes: usize) -> usize {
        let mut alerts = (0..count).map(|number| alert(number, bytes)).collect();
        keep_shown(&mut alerts, 1_000);
        assert!(alerts.first().is_none_or(|first| first.id == "odd/0"));
        alerts.len()
    }

    #[test]
    fn a_message_shows_what_fits_and_one_alert_always() {
        assert_eq!(shown(0, 10), 0);
        assert_eq!(shown(3_000, 1_000), 1_000);
        // The longest texts that templates give.
        assert_eq!(shown(1_000, 64 << 10), 127);
        assert_eq!(shown(2, SHOWN_BYTES_MAX), 1);
    }
}
