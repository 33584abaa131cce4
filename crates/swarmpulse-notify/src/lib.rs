//! Channels that notifications go out by, one file each.
//!
//! A channel renders a [`Message`] (pure, and tested as such) and sends it once. Queues, retries, back-off and order are the
//! runtime's business.

pub mod channel;
pub mod dead_man;
mod digest;
#[cfg(test)]
mod examples;
pub mod http;
#[cfg(test)]
mod listener;
mod message;
mod notifier;
pub mod settings;
pub mod ship;
pub mod summary;
pub mod wording;

pub use channel::{BuildError, CHANNELS, ChannelKind, build};
pub use message::Message;
pub use notifier::{Notifier, SendError, Sending};
pub use wording::Remarks;
