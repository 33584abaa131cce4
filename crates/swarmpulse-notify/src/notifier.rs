//! A channel, whatever it is.

use std::future::Future;
use std::pin::Pin;

use crate::message::Message;

/// One attempt under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>>;

/// A channel that notifications go out by. Holds its own connections and secrets; shows neither.
pub trait Notifier: Send + Sync {
    /// Its kind: `slack`, `email`, ...
    fn kind(&self) -> &'static str;

    /// Whether it wants to be told that alerts are over.
    fn send_resolved(&self) -> bool;

    /// Whether what fires stays open on the other side until its end is told, as an incident does: who tries the channel
    /// tells the end as well, so that no person has to close it.
    fn keeps_open(&self) -> bool {
        false
    }

    /// The Alertmanagers that it forwards alerts to, as they may be shown: without credentials. Of other channels none.
    fn alertmanagers(&self) -> Vec<String> {
        Vec::new()
    }

    /// Sends a message once. The caller bounds the time.
    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a>;
}

/// Why an attempt failed. Words without secrets: no URL that carries one, no header, no body of ours.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SendError {
    /// It may go better later.
    #[error("{detail}")]
    Later {
        /// What happened.
        detail: String,
        /// Not before so many seconds, if the other side said so.
        after_s: Option<f64>,
    },
    /// It never will as it is: the channel is misconfigured, or its secret no longer holds.
    #[error("{detail}")]
    Refused {
        /// What happened.
        detail: String,
    },
}
