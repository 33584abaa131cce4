//! Alerts as others send them: a Prometheus, `amtool`, another monitor.

use crate::series::Label;
use crate::{Text, Timestamp};

/// The annotation of an alert that was forwarded by a monitor such as this one: by which. What has it is not forwarded once
/// more, so that no alert goes round in a circle.
pub const FORWARDED_BY: &str = "swarmpulse_forwarded_by";

/// An alert as somebody sent it, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostedAlert {
    /// Its labels, sorted by name: one at least, none without a value.
    pub labels: Vec<Label>,
    /// What to show of it, sorted by name.
    pub annotations: Vec<Label>,
    /// Since when it holds, if that was said.
    pub starts_at: Option<Timestamp>,
    /// When it is over, or was; if that was said. Not before it began.
    pub ends_at: Option<Timestamp>,
    /// Where its sender shows it: an address of HTTP.
    pub source_url: Option<Text>,
}

impl PostedAlert {
    /// The value of a label.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        super::find(&self.labels, name)
    }

    /// The value of an annotation.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        super::find(&self.annotations, name)
    }
}
