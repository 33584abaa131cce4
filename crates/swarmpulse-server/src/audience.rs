//! Whom something that happened concerns.

use swarmpulse_model::alert::{Alert, AlertOrigin, Notification};
use swarmpulse_model::{Effect, EntityKey, Text};

/// Who may see something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Everybody: it is about the monitor itself, on which all rely.
    Everyone,
    /// Those who see that namespace.
    Namespace(Text),
    /// Those alone who see all namespaces: it is about several.
    Overseers,
}

impl Audience {
    /// Whom an effect concerns.
    pub(crate) fn of(effect: &Effect) -> Self {
        let of_key = |key: &EntityKey| Self::Namespace(key.namespace.clone());
        match effect {
            Effect::Verdict(change) => of_key(&change.agent),
            Effect::Task(change) => of_key(&change.task),
            Effect::Sandbox(change) => of_key(&change.sandbox),
            Effect::Restart(restart) => of_key(&restart.agent),
            Effect::Event(seen) => Self::Namespace(seen.namespace.clone()),
            Effect::Failure(seen) => Self::Namespace(seen.namespace.clone()),
            Effect::Condition(condition) => condition.subject.as_ref().map_or(Self::Everyone, of_key),
            Effect::Joined(joined) => of_key(&joined.agent),
            Effect::Forgotten(key) => of_key(key),
            Effect::Alert(alert) => Self::of_alert(alert),
            Effect::Silence(silence) => silence.namespace.clone().map_or(Self::Overseers, Self::Namespace),
            Effect::Acknowledgement(said) => Self::Namespace(said.namespace.clone()),
            Effect::Notification(notification) => Self::of_notification(notification),
            Effect::Delivery(_) => Self::Overseers,
        }
    }

    /// Whom an alert concerns.
    pub(crate) fn of_alert(alert: &Alert) -> Self {
        let of_monitor = matches!(alert.origin, AlertOrigin::Condition | AlertOrigin::Cause);
        if alert.subject.is_none() && of_monitor {
            Self::Everyone
        } else {
            Self::Namespace(alert.namespace.clone())
        }
    }

    /// Whom a notification concerns: those of the one namespace that all of its alerts are of.
    pub(crate) fn of_notification(notification: &Notification) -> Self {
        let mut namespaces = notification.alerts.iter().map(|told| &told.alert.namespace);
        match namespaces.next() {
            Some(first) if notification.omitted == 0 && namespaces.all(|other| other == first) => {
                Self::Namespace(first.clone())
            }
            _ => Self::Overseers,
        }
    }

    /// Whether those who see that namespace, or all without one, are among them.
    pub(crate) fn has(&self, namespace: Option<&str>) -> bool {
        let Some(own) = namespace else { return true };
        match self {
            Self::Everyone => true,
            Self::Namespace(about) => about == own,
            Self::Overseers => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Timestamp;
    use swarmpulse_model::alert::{Silence, SilencePurpose};

    use super::*;

    #[test]
    fn what_is_about_several_namespaces_is_for_those_who_see_all() {
        let silence = |namespace: Option<&str>| {
            Audience::of(&Effect::Silence(Box::new(Silence {
                id: "s".into(),
                namespace: namespace.map(Text::from),
                matchers: Vec::new(),
                starts_at: Timestamp(0),
                ends_at: Timestamp(1),
                author: "a".into(),
                comment: "c".into(),
                purpose: SilencePurpose::Silence,
                updated_at: Timestamp(0),
            })))
        };
        let (all, team) = (silence(None), silence(Some("team")));
        assert!(all.has(None) && team.has(None));
        assert!(team.has(Some("team")) && !team.has(Some("other")));
        assert!(!all.has(Some("team")) && !all.has(Some("default")));
        assert!(Audience::Everyone.has(Some("team")));
    }
}
