//! Receivers as the sender needs them: names, and what each channel sends by.

use std::fmt;
use std::sync::Arc;

use swarmpulse_alert::{Receiver, ReceiverChannel};
use swarmpulse_model::Text;
use swarmpulse_notify::Notifier;

/// A receiver, ready to be told.
#[derive(Clone, Debug)]
pub struct LoadedReceiver {
    /// Its name, as routes say it.
    pub name: Text,
    /// Its channels.
    pub channels: Vec<LoadedChannel>,
}

/// A channel of a receiver.
#[derive(Clone)]
pub struct LoadedChannel {
    /// Its kind and its number: `slack/0`.
    pub name: Text,
    /// What it sends by.
    pub notifier: Arc<dyn Notifier>,
}

impl fmt::Debug for LoadedChannel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A notifier holds secrets: it is not shown.
        formatter
            .debug_struct("LoadedChannel")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl LoadedReceiver {
    /// As the desk knows it.
    #[must_use]
    pub fn for_desk(&self) -> Receiver {
        let channel = |channel: &LoadedChannel| ReceiverChannel {
            name: channel.name.clone(),
            send_resolved: channel.notifier.send_resolved(),
        };
        Receiver {
            name: self.name.clone(),
            channels: self.channels.iter().map(channel).collect(),
        }
    }
}
