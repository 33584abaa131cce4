//! What a channel is to say.

use swarmpulse_model::alert::Notification;
use swarmpulse_model::{EffectId, Timestamp};

/// A notification with what a channel needs beside it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The id of the effect: the same in every attempt. The key by which the other side knows a repeat.
    pub id: EffectId,
    /// The group of alerts.
    pub notification: &'a Notification,
    /// Where this monitor is reached, for links; without a slash at its end.
    pub external_url: &'a str,
    /// Now.
    pub now: Timestamp,
}
