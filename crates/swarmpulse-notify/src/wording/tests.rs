//! Templates as people write them, with what Alertmanager makes of the same data.

mod templates;

use swarmpulse_model::Severity;
use swarmpulse_model::alert::{AlertState, Notification, NotifyReason};
use swarmpulse_model::series::Label;

use crate::examples;

/// One alert that fires, with what HTML must not take as it is, and one that is over.
fn mixed() -> Notification {
    let label = |name: &str, value: &str| Label {
        name: name.into(),
        value: value.into(),
    };
    let mut fires = examples::alert("agent_down", "a1", Severity::Critical, 245.5);
    fires.annotations = vec![
        label("description", "no contact"),
        label("evil", "javascript:alert(1)"),
        label("summary", "a1 & <b>\"others\"</b> + 'more'"),
    ];
    let mut over = examples::alert("agent_down", "a2", Severity::Critical, 3725.0);
    over.state = AlertState::Resolved;
    over.ended_at = Some(over.active_at.plus_s(3661.0));
    over.annotations = vec![label("description", "is back"), label("summary", "a2")];
    examples::of(
        NotifyReason::Fired,
        vec![examples::told(fires), examples::told(over)],
    )
}
