//! A client of the live stream: reads the hub at its own pace, and loses its place if that is too slow.

use std::sync::Arc;
use std::time::Duration;

use swarmpulse_api::Topic;
use swarmpulse_model::EffectId;
use swarmpulse_runtime::Handle;
use tokio::sync::watch;

use super::hub::{Hub, Seat};
use super::message::{Filter, Frame};
use super::ring::Found;

/// So much is sent at once.
const BATCH_BYTES: usize = 64 << 10;
/// Messages that come together are sent together: a client is woken at most this often.
const GATHER: Duration = Duration::from_millis(5);
/// With nothing to tell for so long, it is told that the stream lives.
const QUIET: Duration = Duration::from_secs(15);

/// What a client is to be sent.
#[derive(Debug)]
pub(super) enum Batch {
    /// Messages in order.
    Messages(Vec<(EffectId, Option<Topic>, Frame)>),
    /// The fleet's figures.
    Summary(Frame),
    /// That the stream lives.
    Alive,
    /// Nothing more: it fell behind.
    Slow,
}

/// A client with a place at the hub.
pub(super) struct Client {
    hub: Arc<Hub>,
    handle: Handle,
    seat: Arc<Seat>,
    head: watch::Receiver<u64>,
    gone: watch::Receiver<bool>,
    filter: Filter,
    summaries: Option<watch::Receiver<Option<Frame>>>,
    /// There is a summary that it has not been sent.
    summary_due: bool,
}

impl Client {
    pub(super) fn new(
        hub: Arc<Hub>,
        handle: Handle,
        seat: Arc<Seat>,
        head: watch::Receiver<u64>,
        filter: Filter,
    ) -> Self {
        let gone = seat.gone();
        let mut client = Self {
            hub,
            handle,
            seat,
            head,
            gone,
            filter: filter.clone(),
            summaries: None,
            summary_due: false,
        };
        client.ask_for(filter);
        client
    }

    /// Asks for something else from here on.
    pub(super) fn ask_for(&mut self, filter: Filter) {
        let same = self.summaries.is_some() && filter.namespace == self.filter.namespace;
        self.summaries = match filter.topics.has(Topic::Summary) {
            true if same => self.summaries.take(),
            true => Some(self.hub.summaries_of(filter.namespace.clone())),
            false => None,
        };
        self.filter = filter;
    }

    /// What it asks for.
    pub(super) fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Becomes true when it lost its place: what is being sent to it now will never end.
    pub(super) fn gone(&self) -> watch::Receiver<bool> {
        self.gone.clone()
    }

    /// What it is to be sent next. May be dropped at any time without a loss.
    pub(super) async fn next(&mut self) -> Batch {
        loop {
            if *self.gone.borrow() {
                return Batch::Slow;
            }
            if let Some(frame) = self.new_summary() {
                return Batch::Summary(frame);
            }
            self.head.mark_unchanged();
            match self.hub.read(&self.seat, &self.filter, BATCH_BYTES) {
                Found::Messages(found) if found.is_empty() => continue,
                Found::Messages(found) => return Batch::Messages(found),
                Found::Behind => {
                    self.hub.drop_slow(&self.handle, &self.seat);
                    return Batch::Slow;
                }
                Found::Nothing => {}
            }
            tokio::select! {
                // The hub is kept alive by this client, so none of these ends.
                _ = self.head.changed() => tokio::time::sleep(GATHER).await,
                _ = self.gone.changed() => {}
                () = summary_changed(self.summaries.as_mut()) => self.summary_due = true,
                () = tokio::time::sleep(QUIET) => return Batch::Alive,
            }
        }
    }

    fn new_summary(&mut self) -> Option<Frame> {
        let summaries = self.summaries.as_mut()?;
        let is_due = std::mem::take(&mut self.summary_due) || summaries.has_changed().unwrap_or(false);
        if is_due {
            summaries.borrow_and_update().clone()
        } else {
            None
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.hub.leave(&self.seat);
    }
}

async fn summary_changed(summaries: Option<&mut watch::Receiver<Option<Frame>>>) {
    let ended = match summaries {
        Some(summaries) => summaries.changed().await.is_err(),
        None => true,
    };
    if ended {
        std::future::pending::<()>().await;
    }
}
