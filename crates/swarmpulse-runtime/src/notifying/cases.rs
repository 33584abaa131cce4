//! Notifications as the tests of this folder make them.

use swarmpulse_model::alert::{Notification, NotifyReason};
use swarmpulse_model::{EffectId, Position, Timestamp};

pub(crate) fn id(offset: u64) -> EffectId {
    EffectId {
        position: Position { partition: 0, offset },
        n: 0,
    }
}

pub(crate) fn notification(group: &str, firing: &[u64], resolved: &[u64]) -> Notification {
    Notification {
        group_key: group.into(),
        receiver: "team".into(),
        channel: "webhook/0".into(),
        reason: NotifyReason::Fired,
        group_labels: Vec::new(),
        alerts: Vec::new(),
        omitted: 0,
        firing: firing.to_vec(),
        resolved: resolved.to_vec(),
        at: Timestamp(1),
    }
}
