//! The desk and the outbox as they are kept from one start to the next.

use swarmpulse_alert::{Desk, DeskOptions};
use swarmpulse_model::{Condition, Effect, EffectId, Position, Timestamp};
use swarmpulse_store::{History, HistoryQuery, HistoryRow, State, StateError};

use super::new_routes::NewRoutes;
use crate::error::StartError;
use crate::notifying::Outbox;

/// The names under which they are kept.
const DESK: &str = "desk";
const OUTBOX: &str = "outbox";
/// A cursor: what is kept holds up to there, too, because nothing changed since.
const UNCHANGED_TO: &str = "desk";
/// Rows of history read at once.
const PAGE: usize = 5_000;
/// What a desk and an outbox are rebuilt from where what was kept cannot be read.
const KINDS: [&str; 5] = ["alert", "silence", "acknowledgement", "notification", "delivery"];

fn new_desk(options: DeskOptions, routes: &NewRoutes) -> Desk {
    let mut desk = Desk::new(options);
    routes.lead(&mut desk);
    desk
}

/// The desk and the outbox, and how far each has come.
pub(crate) struct Projections {
    pub desk: Desk,
    pub outbox: Outbox,
    /// Effects of entries before these are in them.
    desk_next: u64,
    outbox_next: u64,
    /// What was kept could not be read, or never was: conditions that hold must be told to the desk.
    unseeded: bool,
}

impl Projections {
    /// As they were kept, with the routes that are in force now: what comes after is taken in as it was when it came. Without that they begin where history ends; a desk that cannot be read is rebuilt from history,
    /// so that no silence and no waiting notification is lost.
    pub fn load(
        options: DeskOptions,
        routes: &NewRoutes,
        state: &dyn State,
        history: &dyn History,
    ) -> Result<Self, StartError> {
        let written = history.next_offset()?;
        let unchanged_to = state.cursor(UNCHANGED_TO)?;
        let mut projections = Self {
            desk: new_desk(options.clone(), routes),
            outbox: Outbox::default(),
            desk_next: written,
            outbox_next: written,
            unseeded: false,
        };
        let mut damaged = false;
        match state.kept(DESK)? {
            Some((next_offset, body)) => match rmp_serde::from_slice::<Desk>(&body) {
                Ok(mut desk) => {
                    desk.configure(options.clone());
                    routes.lead(&mut desk);
                    projections.desk = desk;
                    projections.desk_next = next_offset.max(unchanged_to);
                }
                Err(error) => {
                    tracing::error!(%error, "the desk as it was kept cannot be read: it is rebuilt from history");
                    damaged = true;
                }
            },
            None => projections.unseeded = true,
        }
        if let Some((next_offset, body)) = state.kept(OUTBOX)? {
            match Outbox::load(&body) {
                Ok(outbox) => {
                    projections.outbox = outbox;
                    projections.outbox_next = next_offset.max(unchanged_to);
                }
                Err(error) => {
                    tracing::error!(%error, "waiting notifications as they were kept cannot be read: they are found in history");
                    damaged = true;
                }
            }
        }
        if damaged {
            projections.rebuild(new_desk(options, routes), history, written)?;
        }
        Ok(projections)
    }

    /// Reads from history what the journal may no longer have.
    fn rebuild(&mut self, desk: Desk, history: &dyn History, written: u64) -> Result<(), StartError> {
        self.desk = desk;
        self.outbox = Outbox::default();
        (self.desk_next, self.outbox_next) = (0, 0);
        self.unseeded = true;
        let mut query = HistoryQuery {
            kinds: KINDS.map(Into::into).to_vec(),
            ascending: true,
            limit: PAGE,
            ..HistoryQuery::default()
        };
        loop {
            let page = history.query(&query)?;
            for row in &page.rows {
                self.apply(row);
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        (self.desk_next, self.outbox_next) = (written, written);
        Ok(())
    }

    /// From where on effects must be made again.
    pub fn needed_from(&self) -> u64 {
        self.desk_next.min(self.outbox_next)
    }

    /// Takes an effect that comes after what they know; others change nothing.
    pub fn apply(&mut self, row: &HistoryRow) {
        let offset = row.id.position.offset;
        if offset >= self.desk_next {
            self.desk.apply(row.id, row.at, &row.effect);
        }
        if offset >= self.outbox_next {
            self.outbox.apply(row.id, row.at, &row.effect);
        }
    }

    /// Effects of all entries before this one were applied.
    pub fn reached(&mut self, next_offset: u64) {
        self.desk_next = self.desk_next.max(next_offset);
        self.outbox_next = self.outbox_next.max(next_offset);
    }

    /// Tells a desk that knows nothing what holds.
    pub fn seed(&mut self, conditions: impl FnOnce() -> Vec<Condition>, at: Timestamp) {
        if !std::mem::take(&mut self.unseeded) {
            return;
        }
        let position = Position {
            partition: 0,
            offset: self.desk_next.saturating_sub(1),
        };
        for (n, condition) in (u32::MAX / 2..).zip(conditions()) {
            let id = EffectId { position, n };
            self.desk.apply(id, at, &Effect::Condition(Box::new(condition)));
        }
    }

    /// The next start may begin here: nothing changed since they were kept.
    pub fn keep_unchanged(state: &dyn State, next_offset: u64) -> Result<(), StateError> {
        state.set_cursor(UNCHANGED_TO, next_offset)
    }

    /// Keeps both, with the effects of entries before `next_offset` in them.
    pub fn keep(
        state: &dyn State,
        desk: &Desk,
        outbox: &Outbox,
        next_offset: u64,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        state.keep(DESK, next_offset, &rmp_serde::to_vec_named(desk)?)?;
        state.keep(OUTBOX, next_offset, &outbox.save()?)?;
        Ok(())
    }
}
