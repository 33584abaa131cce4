//! Sending notifications: what the desk decided and the journal holds is told, each at least once.
//!
//! The outbox knows what waits and what was given up; the sender speaks to the channels, each in order and all at the same
//! time. A `Delivery` in the journal closes a notification.

mod backoff;
mod board;
#[cfg(test)]
mod cases;
mod dead_man;
mod lane;
mod lanes;
mod outbox;
mod queue;
mod receivers;
mod sender;
mod trial;
mod unjournaled;

pub(crate) use board::Shown;
pub use board::{ChannelFigures, DeadLetter, OutboxBoard};
pub use dead_man::{DeadManOptions, Pinger, Pinging};
pub(crate) use lanes::Work;
pub(crate) use outbox::Outbox;
pub use receivers::{LoadedChannel, LoadedReceiver};
pub(crate) use sender::Sender;
pub use trial::ChannelTest;
pub(crate) use unjournaled::{id as unjournaled_id, monitor_alert, of_one};
