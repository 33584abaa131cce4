//! How alerts, silences and groups are, for whoever shows them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use swarmpulse_alert::{AlertView, GroupView, Receiver, SilenceView};
use swarmpulse_model::{Position, Text, Timestamp};
use tokio::sync::watch;

/// The longest that somebody waits until the board shows what they did.
const PATIENCE: Duration = Duration::from_secs(5);

/// How alerts, silences and groups are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertBoard {
    /// Alerts that are pending or fire, and those that ended a short while ago.
    pub alerts: Vec<AlertView>,
    /// Silences, expired ones of the last days included.
    pub silences: Vec<SilenceView>,
    /// Groups of alerts on their way to receivers.
    pub groups: Vec<GroupView>,
    /// Whom alerts go to.
    pub receivers: Vec<Receiver>,
    /// The names of those that a route leads to.
    pub routed: BTreeSet<Text>,
    /// The text that the routes are from, without secrets; empty without a file.
    pub routing_text: Arc<str>,
    /// Effects of entries before this offset are in it.
    pub next_offset: u64,
    /// When it was made.
    pub at: Timestamp,
    /// What was dropped, by reason.
    pub dropped: Vec<(&'static str, u64)>,
}

/// The board, and how far what it shows has come.
#[derive(Debug)]
pub(crate) struct Shown {
    board: RwLock<Arc<AlertBoard>>,
    /// Effects of entries before this offset are shown.
    next_offset: watch::Sender<u64>,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            board: RwLock::default(),
            next_offset: watch::Sender::new(0),
        }
    }
}

impl Shown {
    /// The newest.
    pub fn board(&self) -> Arc<AlertBoard> {
        Arc::clone(&self.board.read())
    }

    /// Shows this from here on.
    pub fn show(&self, board: AlertBoard) {
        let next_offset = board.next_offset;
        *self.board.write() = Arc::new(board);
        self.reach(next_offset);
    }

    /// What is shown holds up to this offset, too.
    pub fn reach(&self, next_offset: u64) {
        self.next_offset.send_if_modified(|known| {
            let further = next_offset > *known;
            *known = next_offset.max(*known);
            further
        });
    }

    /// The board once it shows that place of the journal, or the newest after some seconds.
    pub async fn at(&self, position: Position) -> Arc<AlertBoard> {
        let mut reached = self.next_offset.subscribe();
        let there = reached.wait_for(|next| *next > position.offset);
        // Too late is no failure: what was journaled will be shown.
        drop(tokio::time::timeout(PATIENCE, there).await);
        self.board()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(offset: u64) -> Position {
        Position { partition: 0, offset }
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_waited_for_but_not_forever() {
        let shown = Arc::new(Shown::default());
        let later = Arc::clone(&shown);
        let waiting = tokio::spawn(async move { later.at(position(7)).await.next_offset });
        shown.show(AlertBoard {
            next_offset: 7,
            ..AlertBoard::default()
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        shown.show(AlertBoard {
            next_offset: 8,
            ..AlertBoard::default()
        });
        assert_eq!(waiting.await.unwrap(), 8);
        assert_eq!(
            shown.at(position(100)).await.next_offset,
            8,
            "after some seconds, the newest"
        );
    }
}
