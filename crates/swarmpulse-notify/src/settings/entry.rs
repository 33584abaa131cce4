//! What every entry of a list of channels has.

use swarmpulse_model::Text;

/// What every channel has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Common {
    /// Its kind and its number among the receiver's channels of that kind: `slack/0`.
    pub name: Text,
    /// Whether it is told that alerts are over.
    pub send_resolved: bool,
}
