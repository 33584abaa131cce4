//! Alerts of others on their way to the desk, and the answers to whoever sent them.
//!
//! A request is answered once everything of it that is to be on record is, and the desk has applied it.

use std::sync::atomic::{AtomicU64, Ordering};

use swarmpulse_alert::{Desk, Posted};
use swarmpulse_model::alert::PostedAlert;
use swarmpulse_model::{Text, Timestamp};
use tokio::sync::oneshot;

use crate::error::SubmitError;

/// Requests that wait for the desk.
pub(crate) const POSTS: usize = 256;

/// What one request posts.
pub(crate) struct Post {
    pub namespace: Text,
    pub alerts: Vec<PostedAlert>,
    pub reply: oneshot::Sender<Result<PostReceipt, SubmitError>>,
}

/// What became of the alerts of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostReceipt {
    /// So many found no room and were not taken.
    pub refused: usize,
    /// Effects of entries before this offset are what the request came to; 0 if it came to nothing new.
    pub next_offset: u64,
}

/// Alerts of others that were received, counted.
#[derive(Debug, Default)]
pub struct PostFigures {
    firing: AtomicU64,
    resolved: AtomicU64,
    invalid: AtomicU64,
}

impl PostFigures {
    /// These were received, as they are at that time.
    pub(crate) fn receive(&self, alerts: &[PostedAlert], now: Timestamp) {
        let is_over = |alert: &&PostedAlert| alert.ends_at.is_some_and(|ends_at| ends_at <= now);
        let resolved = alerts.iter().filter(is_over).count();
        self.resolved.fetch_add(resolved as u64, Ordering::Relaxed);
        self.firing
            .fetch_add((alerts.len() - resolved) as u64, Ordering::Relaxed);
    }

    /// So many could not be read.
    pub fn refuse(&self, count: u64) {
        self.invalid.fetch_add(count, Ordering::Relaxed);
    }

    /// Those that fired when they were received.
    #[must_use]
    pub fn firing(&self) -> u64 {
        self.firing.load(Ordering::Relaxed)
    }

    /// Those that were over when they were received.
    #[must_use]
    pub fn resolved(&self) -> u64 {
        self.resolved.load(Ordering::Relaxed)
    }

    /// Those that were not taken because something is wrong with them.
    #[must_use]
    pub fn invalid(&self) -> u64 {
        self.invalid.load(Ordering::Relaxed)
    }
}

/// A request that waits for what it came to.
struct Waiting {
    unsaid: Vec<Text>,
    refused: usize,
    reply: oneshot::Sender<Result<PostReceipt, SubmitError>>,
}

/// Requests that were given to the desk and have no answer yet.
#[derive(Default)]
pub(crate) struct Posts {
    waiting: Vec<Waiting>,
}

impl Posts {
    /// Gives a request to the desk; whether there is something to decide.
    pub fn take(&mut self, desk: &mut Desk, post: Post, now: Timestamp, may_begin: bool) -> bool {
        let Post {
            namespace,
            alerts,
            reply,
        } = post;
        let (mut unsaid, mut refused) = (Vec::new(), 0);
        for alert in &alerts {
            match desk.post(&namespace, alert, now, may_begin) {
                Posted::Known => {}
                Posted::Unsaid(id) => unsaid.push(id),
                Posted::Refused => refused += 1,
            }
        }
        let news = !unsaid.is_empty();
        self.waiting.push(Waiting {
            unsaid,
            refused,
            reply,
        });
        news
    }

    /// Answers those of which everything is said.
    pub fn answer(&mut self, desk: &Desk, now: Timestamp, next_offset: u64) {
        let mut waiting = Vec::new();
        for mut one in std::mem::take(&mut self.waiting) {
            let news = !one.unsaid.is_empty();
            one.unsaid.retain(|id| !desk.is_said(id, now));
            if !one.unsaid.is_empty() {
                waiting.push(one);
                continue;
            }
            let receipt = PostReceipt {
                refused: one.refused,
                next_offset: if news { next_offset } else { 0 },
            };
            // Whoever asked may have given up waiting.
            let _ = one.reply.send(Ok(receipt));
        }
        self.waiting = waiting;
    }

    /// What was decided cannot be journaled now: whoever waits for it is to send it again.
    pub fn fail(&mut self, error: &SubmitError) {
        for waiting in self.waiting.drain(..) {
            let _ = waiting.reply.send(Err(error.clone()));
        }
    }
}
