//! Receivers as the desk knows them: names, and whether ends are told. What a channel is, is somebody else's.

use serde::{Deserialize, Serialize};
use swarmpulse_model::Text;

/// Whom a route leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// Its name, as routes say it.
    pub name: Text,
    /// Its channels; without any, what is routed to it is told nobody.
    pub channels: Vec<ReceiverChannel>,
}

/// One channel of a receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiverChannel {
    /// Its kind and its number among the receiver's channels of that kind: `slack/0`.
    pub name: Text,
    /// Whether it is told that alerts ended.
    pub send_resolved: bool,
}
