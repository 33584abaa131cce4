//! The desk's thread: gives the desk every effect, journals what it decides, and hands on what is to be told.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, select};
use swarmpulse_alert::{Desk, Routing};
use swarmpulse_model::{Effect, Record, Severity, Source, Text, Timestamp, entity};
use swarmpulse_store::HistoryRow;
use tokio::sync::mpsc;

use super::board::AlertBoard;
use super::chunks::chunks;
use super::new_routes::NewRoutes;
use super::own_conditions::{self, OwnConditions};
use super::posts::{Post, Posts};
use super::projections::Projections;
use super::surroundings::FleetSurroundings;
use crate::batch::Batch;
use crate::catch_up::{self, Skipped};
use crate::clock::Stopwatch;
use crate::error::SubmitError;
use crate::handle::{Handle, Shared};
use crate::notifying::{Outbox, Work, monitor_alert, of_one, unjournaled_id};
use crate::owner::Chapter;

/// The longest wait while nothing is due.
const IDLE: Duration = Duration::from_secs(1);
/// The sender had no room for all that waits; it is asked again after so long.
const HAND_OVER_AGAIN: Duration = Duration::from_millis(5);
/// Chapters taken before the desk is asked again.
const CHAPTERS_AT_ONCE: usize = 256;
/// Requests of others taken before the desk is asked again.
const POSTS_AT_ONCE: usize = 64;
/// The monitor looks at itself so often, in seconds.
const LOOK_EVERY_S: f64 = 1.0;
/// Desk and outbox are kept so often, in seconds.
const KEEP_EVERY_S: f64 = 60.0;
/// Between two boards, in seconds; more while making one takes long.
const SHOW_EVERY_S: f64 = 0.02;
/// So many times what making a board takes is left to the rest.
const SHOW_SHARE: f64 = 10.0;
/// What could not be journaled is decided again after so long, in seconds.
const DECIDE_AGAIN_S: f64 = 1.0;

/// Everything that comes to the desk: effects, other routes, alerts of others.
pub(crate) type Inboxes = (Receiver<Chapter>, Receiver<NewRoutes>, Receiver<Post>);

pub(crate) struct DeskThread {
    handle: Handle,
    chapters: Receiver<Chapter>,
    routes: Receiver<NewRoutes>,
    posted: Receiver<Post>,
    posts: Posts,
    works: mpsc::Sender<Work>,
    desk: Desk,
    outbox: Outbox,
    routing: Arc<Routing>,
    routing_text: Arc<str>,
    receivers: Vec<swarmpulse_alert::Receiver>,
    own: OwnConditions,
    /// Effects of entries before this are applied.
    next_offset: u64,
    /// Something came that the desk may decide upon.
    news: bool,
    /// Nothing is decided before: what was journaled last must come back first, and what was refused needs a pause.
    decide_from: (u64, Timestamp),
    /// The desk's changes that the board shows, and ends of alerts that moved.
    shown_changes: (u64, u64),
    shown: Stopwatch,
    shown_took_s: f64,
    /// The desk's changes that were kept, and whether the outbox changed since.
    kept_changes: Option<u64>,
    outbox_changed: bool,
    /// The changes of dead letters that are shown.
    shown_dead: u64,
    /// What was decided last could not be journaled whole: once what was is applied, it is to be decided again.
    refused: bool,
    kept: Stopwatch,
    kept_next: u64,
    looked: Stopwatch,
    /// What was told without the journal, while it refuses.
    told_directly: Option<Timestamp>,
}

impl DeskThread {
    pub fn new(
        handle: Handle,
        projections: Projections,
        (chapters, routes, posted): Inboxes,
        works: mpsc::Sender<Work>,
        first: NewRoutes,
    ) -> Self {
        let next_offset = handle.fleet(swarmpulse_fleet::Fleet::next_offset);
        let kept_next = handle.shared.status.desk_next();
        let own = OwnConditions::known(&handle.fleet(|fleet| fleet.conditions(0)));
        let mut desk = projections.desk;
        desk.resume(handle.now());
        let mut thread = Self {
            handle,
            chapters,
            routes,
            posted,
            posts: Posts::default(),
            works,
            desk,
            outbox: projections.outbox,
            routing: first.routing,
            routing_text: first.routing_text.into(),
            receivers: first.receivers,
            own,
            next_offset,
            news: true,
            decide_from: (0, Timestamp::default()),
            shown_changes: (0, 0),
            shown: Stopwatch::start(),
            shown_took_s: 0.0,
            kept_changes: None,
            outbox_changed: false,
            // None, so that those of before the start are shown.
            shown_dead: u64::MAX,
            refused: false,
            kept: Stopwatch::start(),
            kept_next,
            looked: Stopwatch::start(),
            told_directly: None,
        };
        // At once: from here on the next start knows where to begin.
        thread.keep();
        thread.show_now();
        thread.show_outbox();
        thread
    }

    /// Runs until the owner has ended and every effect is applied.
    pub fn run(mut self) {
        loop {
            select! {
                recv(self.chapters) -> chapter => match chapter {
                    Ok(chapter) => self.take_many(&chapter),
                    Err(_) => break,
                },
                recv(self.routes) -> routes => if let Ok(routes) = routes {
                    self.reroute(routes);
                },
                recv(self.posted) -> post => if let Ok(post) = post {
                    self.take_posts(post);
                },
                default(self.until_next()) => self.catch_up(),
            }
            self.look_at_itself();
            self.decide();
            self.answer_posts();
            self.hand_over();
            self.show();
            if self.kept.seconds() >= KEEP_EVERY_S {
                self.keep();
            }
        }
        self.keep();
    }

    fn shared(&self) -> &Shared {
        &self.handle.shared
    }

    /// How long to wait for something to happen.
    fn until_next(&self) -> Duration {
        let now = self.shared().clock.now();
        let due = self.desk.next_due().max(self.decide_from.1);
        let left_ns = u64::try_from(due.since(now).max(0)).unwrap_or(0);
        let mut wait = Duration::from_nanos(left_ns).min(IDLE);
        if self.outbox.has_fresh() && !self.works.is_closed() {
            wait = wait.min(HAND_OVER_AGAIN);
        }
        if self.is_unshown() {
            wait = wait.min(Duration::from_secs_f64(self.until_shown_s()));
        }
        // What is due and cannot be decided yet is no reason to spin.
        wait.max(Duration::from_millis(1))
    }

    fn take_many(&mut self, first: &Chapter) {
        self.take(first);
        for _ in 0..CHAPTERS_AT_ONCE {
            match self.chapters.try_recv() {
                Ok(next) => self.take(&next),
                Err(_) => return,
            }
        }
    }

    fn take_posts(&mut self, first: Post) {
        let now = self.shared().clock.now();
        // What is known already is heard of also while no new records are taken.
        let may_begin = !self.shared().status.is_low_on_space();
        let mut next = Some(first);
        for _ in 0..POSTS_AT_ONCE {
            let Some(post) = next else { return };
            self.news |= self.posts.take(&mut self.desk, post, now, may_begin);
            next = self.posted.try_recv().ok();
        }
        if let Some(post) = next {
            self.news |= self.posts.take(&mut self.desk, post, now, may_begin);
        }
    }

    fn answer_posts(&mut self) {
        let now = self.shared().clock.now();
        self.posts.answer(&self.desk, now, self.next_offset);
    }

    /// Applies a chapter. What lies between it and the one before is read from the journal; if that cannot be, this one
    /// is read from there later as well.
    fn take(&mut self, chapter: &Chapter) {
        if chapter.next_offset <= self.next_offset {
            return;
        }
        if chapter.first_offset > self.next_offset && !self.fill(chapter.first_offset) {
            // Nothing else may come for long.
            self.shared().status.set_desk_deferred();
            return;
        }
        for row in chapter.rows.iter() {
            self.apply(row);
        }
        self.next_offset = chapter.next_offset;
    }

    fn apply(&mut self, row: &HistoryRow) {
        let concerns = match &row.effect {
            Effect::Condition(_)
            | Effect::Alert(_)
            | Effect::Silence(_)
            | Effect::Acknowledgement(_)
            | Effect::Notification(_)
            | Effect::Delivery(_)
            | Effect::Forgotten(_)
            | Effect::Verdict(_) => true,
            Effect::Task(_)
            | Effect::Sandbox(_)
            | Effect::Restart(_)
            | Effect::Event(_)
            | Effect::Failure(_)
            | Effect::Joined(_) => false,
        };
        if !concerns {
            return;
        }
        self.desk.apply(row.id, row.at, &row.effect);
        if self.outbox.apply(row.id, row.at, &row.effect) {
            self.outbox_changed = true;
            self.show_outbox();
        }
        self.news = true;
    }

    /// Applies from the journal what did not come as it happened; false if that cannot be read.
    fn fill(&mut self, to: u64) -> bool {
        let (state, journal) = (Arc::clone(self.handle.state()), Arc::clone(self.handle.journal()));
        let from = self.next_offset;
        let mut skipped = Skipped::default();
        let Ok(mut fleet) = catch_up::fleet_before(&*state, from, &mut skipped) else {
            return false;
        };
        let filled = catch_up::apply_span(
            &mut fleet,
            &journal,
            from,
            to,
            &mut skipped,
            |rows, next_offset| {
                for row in &rows {
                    self.apply(row);
                }
                self.next_offset = self.next_offset.max(next_offset);
                true
            },
        );
        if let Err(error) = &filled {
            tracing::warn!(%error, "alerts wait for effects that cannot be read from the journal");
        }
        filled.is_ok()
    }

    /// Nothing came for a while: perhaps because it did not fit.
    fn catch_up(&mut self) {
        if self.chapters.is_empty() && self.shared().status.take_desk_deferred() {
            let to = self.handle.fleet(swarmpulse_fleet::Fleet::next_offset);
            if !self.fill(to) {
                self.shared().status.set_desk_deferred();
            }
        }
    }

    fn reroute(&mut self, routes: NewRoutes) {
        routes.lead(&mut self.desk);
        self.routing = routes.routing;
        self.routing_text = routes.routing_text.into();
        self.receivers = routes.receivers;
        self.news = true;
        self.show_now();
        // Whoever asked may have given up waiting.
        if let Some(done) = routes.done {
            let _ = done.try_send(());
        }
    }

    fn decide(&mut self) {
        let now = self.shared().clock.now();
        let waits = self.next_offset < self.decide_from.0 || now < self.decide_from.1;
        let due = now >= self.desk.next_due();
        if waits || !(self.news || due) {
            return;
        }
        self.news = false;
        if std::mem::take(&mut self.refused) {
            self.desk.withdraw();
        }
        let records = {
            let around = FleetSurroundings::new(&self.handle.shared.fleet, now);
            self.desk.decide(now, &around)
        };
        for records in chunks(records) {
            match self.submit(records) {
                Ok(next_offset) => self.decide_from.0 = next_offset,
                Err(error) => {
                    tracing::warn!(%error, "what becomes of alerts is journaled later");
                    self.posts.fail(&error);
                    self.refused = true;
                    self.decide_from.1 = now.plus_s(DECIDE_AGAIN_S);
                    self.news = true;
                    return;
                }
            }
        }
    }

    /// Journals records; gives the entry after them.
    fn submit(&self, records: Vec<Record>) -> Result<u64, SubmitError> {
        let batch = Batch {
            namespace: Text::const_new(entity::DEFAULT_NAMESPACE),
            principal: Text::default(),
            source: Source::Monitor,
            records,
        };
        let receipt = self.handle.submit_blocking(batch)?;
        Ok(receipt.position.offset + 1)
    }

    fn hand_over(&mut self) {
        if !self.outbox.has_fresh() {
            return;
        }
        let works = &self.works;
        self.outbox.hand_over(|id, waiting| {
            let work = Work::Tell {
                id,
                notification: Arc::clone(&waiting.notification),
                since: waiting.since,
            };
            works.try_send(work).is_ok()
        });
    }

    fn show_outbox(&mut self) {
        let shown = &self.handle.shared.outbox;
        shown
            .waiting
            .store(self.outbox.waiting(), std::sync::atomic::Ordering::Relaxed);
        let changes = self.outbox.dead_changes();
        if std::mem::replace(&mut self.shown_dead, changes) != changes {
            *shown.dead.write() = Arc::new(self.outbox.dead());
            let dropped = self.outbox.take_dead_dropped();
            if dropped > 0 {
                self.shared().counters.drop_for("dead_letters", dropped);
            }
        }
    }

    fn until_shown_s(&self) -> f64 {
        let pause_s = SHOW_EVERY_S.max(self.shown_took_s * SHOW_SHARE);
        (pause_s - self.shown.seconds()).max(0.0)
    }

    fn is_unshown(&self) -> bool {
        (self.desk.changes(), self.desk.prolonged()) != self.shown_changes
    }

    fn show(&mut self) {
        if !self.is_unshown() {
            self.shared().alerts.reach(self.next_offset);
        } else if self.until_shown_s() <= 0.0 {
            self.show_now();
        }
    }

    fn show_now(&mut self) {
        let watch = Stopwatch::start();
        let board = AlertBoard {
            alerts: self.desk.alerts(),
            silences: self.desk.silences(),
            groups: self.desk.groups(),
            receivers: self.receivers.clone(),
            routed: self
                .routing
                .routes()
                .iter()
                .map(|route| route.receiver.clone())
                .collect(),
            routing_text: Arc::clone(&self.routing_text),
            next_offset: self.next_offset,
            at: self.shared().clock.now(),
            dropped: self.desk.dropped().named().to_vec(),
        };
        self.shared().alerts.show(board);
        self.shown_changes = (self.desk.changes(), self.desk.prolonged());
        self.shown = Stopwatch::start();
        self.shown_took_s = watch.seconds();
    }

    fn keep(&mut self) {
        self.kept = Stopwatch::start();
        let changed = self.outbox_changed || self.kept_changes != Some(self.desk.changes());
        if !changed && self.kept_next == self.next_offset {
            return;
        }
        let state = Arc::clone(self.handle.state());
        let kept = if changed {
            Projections::keep(&*state, &self.desk, &self.outbox, self.next_offset)
        } else {
            Projections::keep_unchanged(&*state, self.next_offset).map_err(Into::into)
        };
        let now = self.shared().clock.now();
        match kept {
            Ok(()) => {
                self.outbox_changed = false;
                self.kept_changes = Some(self.desk.changes());
                self.kept_next = self.next_offset;
                self.shared().status.set_desk_next(self.next_offset);
            }
            Err(error) => {
                if self.shared().status.fault("state", error.to_string(), now) {
                    tracing::error!(
                        error,
                        "alerts are not kept; the next start reads more of the journal"
                    );
                }
            }
        }
    }

    /// Says what is true of the monitor itself.
    fn look_at_itself(&mut self) {
        if self.looked.seconds() < LOOK_EVERY_S {
            return;
        }
        self.looked = Stopwatch::start();
        let now = self.shared().clock.now();
        self.say_directly(now);
        let holds = own_conditions::holds(self.shared(), now);
        let changes = self.own.changes(&holds);
        if changes.is_empty() {
            return;
        }
        let record = |condition| Record::Condition(Box::new(condition));
        match self.submit(changes.into_iter().map(record).collect()) {
            Ok(_) => self.own.said(holds),
            Err(error) => tracing::debug!(%error, "what is true of the monitor is said later"),
        }
    }

    /// While the journal refuses, nothing that the desk decides can be journaled, and so nothing told: that alone is told
    /// without it, once when it begins and once when it is over.
    fn say_directly(&mut self, now: Timestamp) {
        let fault = own_conditions::journal_fault(self.shared(), now);
        let (since, reason) = match (&fault, self.told_directly) {
            (Some(fault), None) => {
                let reason = format!(
                    "the journal cannot be written, so records are refused and no other alert can be told: {}",
                    fault.detail
                );
                (fault.since, reason)
            }
            (None, Some(since)) => (since, "the journal is written again".to_owned()),
            (Some(_), Some(_)) | (None, None) => return,
        };
        self.told_directly = fault.as_ref().map(|fault| fault.since);
        let mut alert = monitor_alert("journal_fault", Severity::Critical, &reason, since);
        if fault.is_none() {
            alert.state = swarmpulse_model::AlertState::Resolved;
            alert.ended_at = Some(now);
        }
        let id = unjournaled_id(now);
        let routes = self.routing.destinations(&alert.labels);
        let told = self
            .receivers
            .iter()
            .filter(|receiver| routes.iter().any(|route| route.receiver == receiver.name));
        for receiver in told {
            for channel in &receiver.channels {
                let notification = Arc::new(of_one(alert.clone(), &receiver.name, &channel.name, now));
                if self
                    .works
                    .try_send(Work::TellDirectly { id, notification })
                    .is_err()
                {
                    self.shared().counters.drop_for("direct_notifications", 1);
                }
            }
        }
    }
}
