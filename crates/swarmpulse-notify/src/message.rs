//! What a channel is to say.

use swarmpulse_model::alert::Notification;
use swarmpulse_model::{EffectId, Timestamp};

use crate::wording::Remarks;

/// A notification with what a channel needs beside it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The id of the effect: the same in every attempt. The key by which the other side knows a repeat.
    pub id: EffectId,
    /// Who speaks: other monitors have the same ids. As long as this one's data lasts it is the same, whatever its address.
    pub identity: &'a str,
    /// The group of alerts.
    pub notification: &'a Notification,
    /// Where this monitor is reached, for links; without a slash at its end.
    pub external_url: &'a str,
    /// Now.
    pub now: Timestamp,
    /// Where a channel notes what it says otherwise than its settings want.
    pub remarks: &'a Remarks,
}
