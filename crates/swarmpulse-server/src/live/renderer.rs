//! The renderer: one thread that makes messages of effects, once for all clients, off the asynchronous workers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use swarmpulse_api::Topic;
use swarmpulse_model::{Alert, Effect, EffectId, EntityKey, EntityKind, Position, Text, Timestamp};
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_runtime::{Counter, Handle};
use swarmpulse_store::HistoryRow;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::hub::Hub;
use super::message::{Frame, Message};
use crate::access::Access;
use crate::audience::Audience;
use crate::convert;
use crate::read::summary;

/// Effects rendered together: agents are looked at under one lock.
const AT_ONCE: usize = 128;
/// Summaries are told at most this often, in seconds.
const SUMMARY_EVERY_S: f64 = 1.0;
/// Counting a large fleet takes time: at most this share of it.
const SUMMARY_SHARE: f64 = 0.05;

/// Effects of the runtime, in groups.
pub(super) type Groups = Receiver<Arc<Vec<HistoryRow>>>;

/// Makes messages of effects.
pub(super) struct Renderer {
    handle: Handle,
    hub: Arc<Hub>,
    /// Groups were lost: what comes next has a gap before it.
    gap: bool,
    /// Something changed since the last summaries.
    changed: bool,
    /// When the last summaries were made, and for how long none follow.
    summarized: Option<(Stopwatch, f64)>,
}

impl Renderer {
    pub(super) fn new(handle: Handle, hub: Arc<Hub>) -> Self {
        Self {
            handle,
            hub,
            gap: false,
            changed: false,
            summarized: None,
        }
    }

    /// Runs until it is told to stop, or the runtime has ended.
    pub(super) async fn run(mut self, mut groups: Groups, mut stop: watch::Receiver<bool>) {
        let hub = Arc::clone(&self.hub);
        let stopping = stop.clone();
        loop {
            let due_in = self.summaries_due_in();
            let due = async {
                match due_in {
                    Some(due_in) => tokio::time::sleep(due_in).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                () = hub.summary_wanted.notified() => self.summarize(true),
                () = due => self.summarize(false),
                group = groups.recv() => match group {
                    Ok(rows) => self.render(&rows, &stopping),
                    Err(RecvError::Lagged(groups)) => {
                        self.handle.counters().add(Counter::LiveLaggedTotal, groups);
                        self.gap = true;
                    }
                    Err(RecvError::Closed) => return,
                },
            }
        }
    }

    fn render(&mut self, rows: &[HistoryRow], stop: &watch::Receiver<bool>) {
        // What was applied before the hub began is no news.
        let known = self.hub.head();
        let news = rows.partition_point(|row| row.id <= known);
        for rows in rows[news..].chunks(AT_ONCE) {
            if *stop.borrow() {
                return;
            }
            let Some(through) = rows.last().map(|row| row.id) else {
                return;
            };
            if std::mem::take(&mut self.gap) {
                let reason = "the stream fell behind the fleet; read the lists anew";
                self.hub.tell_gap(before(rows[0].id), reason);
            }
            if self.hub.is_heard(through) {
                self.publish(rows);
            }
            self.changed = true;
            if self.summaries_due_in().is_some_and(|due_in| due_in.is_zero()) {
                self.summarize(false);
            }
        }
    }

    fn publish(&self, rows: &[HistoryRow]) {
        let now = self.handle.now();
        let mut agents = self.look_at_agents(rows, now).into_iter();
        let mut alerts = self.look_at_alerts(rows).into_iter();
        let mut buffer = Vec::with_capacity(rows.len() * 1024);
        let mut written = Vec::with_capacity(rows.len());
        for row in rows {
            let topic = topic(&row.effect);
            let (id, name) = (Some(row.id), topic.as_str());
            let span = match &row.effect {
                Effect::Verdict(_) => Frame::write(&mut buffer, id, name, &agents.next()),
                Effect::Alert(_) => Frame::write(&mut buffer, id, name, &alerts.next()),
                _ => Frame::write(&mut buffer, id, name, &convert::history_event(row)),
            };
            written.push((row, topic, span));
        }
        let buffer = Bytes::from(buffer);
        let messages = written.into_iter().map(|(row, topic, span)| Message {
            id: row.id,
            topic: Some(topic),
            audience: Audience::of(&row.effect),
            agent: agent_of(&row.effect),
            frame: Frame::cut(&buffer, span),
        });
        self.hub.publish(&self.handle, messages);
    }

    /// The agents whose verdicts changed, as they are now.
    fn look_at_agents(&self, rows: &[HistoryRow], now: Timestamp) -> Vec<swarmpulse_api::Agent> {
        let changes = rows.iter().filter_map(|row| match &row.effect {
            Effect::Verdict(change) => Some(change),
            _ => None,
        });
        self.handle.fleet(|fleet| {
            let agents =
                changes.map(
                    |change| match fleet.agent_named(&change.agent.namespace, &change.agent.id) {
                        Some(agent) => convert::agent(fleet, agent, now),
                        None => convert::agent_changed(change, now),
                    },
                );
            agents.collect()
        })
    }

    /// The alerts whose state changed, as they were told, with what the desk says is done about them.
    fn look_at_alerts(&self, rows: &[HistoryRow]) -> Vec<swarmpulse_api::Alert> {
        let told: Vec<&Alert> = rows
            .iter()
            .filter_map(|row| match &row.effect {
                Effect::Alert(alert) => Some(alert.as_ref()),
                _ => None,
            })
            .collect();
        if told.is_empty() {
            return Vec::new();
        }
        let board = self.handle.alerting();
        let ids: HashSet<&str> = told.iter().map(|alert| alert.id.as_str()).collect();
        let views = board.alerts.iter();
        let known: HashMap<&str, _> = views
            .map(|view| (view.alert.id.as_str(), view))
            .filter(|(id, _)| ids.contains(id))
            .collect();
        let shown = told
            .into_iter()
            .map(|alert| convert::alert_told(alert, known.get(alert.id.as_str()).copied()));
        shown.collect()
    }

    /// The time until summaries are due; `None` if nothing changed.
    fn summaries_due_in(&self) -> Option<Duration> {
        if !self.changed {
            return None;
        }
        let left_s = self
            .summarized
            .map_or(0.0, |(watch, pause_s)| pause_s - watch.seconds());
        Some(Duration::from_secs_f64(left_s.max(0.0)))
    }

    /// Makes the summaries that someone wants; or only those that nobody has made yet.
    fn summarize(&mut self, first_only: bool) {
        let watch = Stopwatch::start();
        for (namespace, is_first) in self.hub.wanted_summaries() {
            if first_only && !is_first {
                continue;
            }
            let access = Access {
                namespace: namespace.clone(),
                ..Access::open()
            };
            let frame = Frame::of(None, Topic::Summary.as_str(), &summary(&self.handle, &access));
            self.hub.publish_summary(&namespace, frame);
        }
        if !first_only {
            self.changed = false;
            self.summarized = Some((
                Stopwatch::start(),
                SUMMARY_EVERY_S.max(watch.seconds() / SUMMARY_SHARE),
            ));
        }
    }
}

/// The id just before one, whether there is such an effect or not.
fn before(id: EffectId) -> EffectId {
    let Position { partition, offset } = id.position;
    match id.n.checked_sub(1) {
        Some(n) => EffectId { n, ..id },
        None => EffectId {
            position: Position {
                partition,
                offset: offset.saturating_sub(1),
            },
            n: u32::MAX,
        },
    }
}

fn topic(effect: &Effect) -> Topic {
    match effect {
        Effect::Verdict(_) => Topic::Verdicts,
        Effect::Task(_) => Topic::Tasks,
        Effect::Sandbox(_) => Topic::Sandboxes,
        Effect::Alert(_) => Topic::Alerts,
        Effect::Condition(_)
        | Effect::Event(_)
        | Effect::Failure(_)
        | Effect::Restart(_)
        | Effect::Joined(_)
        | Effect::Forgotten(_)
        | Effect::Silence(_)
        | Effect::Acknowledgement(_)
        | Effect::Notification(_)
        | Effect::Delivery(_) => Topic::Events,
    }
}

/// The agent that an effect is about.
fn agent_of(effect: &Effect) -> Option<Text> {
    let of_key = |key: &EntityKey| (key.kind == EntityKind::Agent).then(|| key.id.clone());
    match effect {
        Effect::Verdict(change) => Some(change.agent.id.clone()),
        Effect::Condition(condition) => condition.subject.as_ref().and_then(of_key),
        Effect::Event(seen) => seen.event.agent.clone(),
        Effect::Failure(seen) => seen.failure.agent.clone(),
        Effect::Task(change) => change.agent.clone(),
        Effect::Sandbox(change) => change.agent.clone(),
        Effect::Restart(restart) => Some(restart.agent.id.clone()),
        Effect::Joined(joined) => Some(joined.agent.id.clone()),
        Effect::Forgotten(key) => of_key(key),
        Effect::Alert(alert) => alert.subject.as_ref().and_then(of_key),
        Effect::Silence(_) | Effect::Acknowledgement(_) | Effect::Notification(_) | Effect::Delivery(_) => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_before_lies_between_its_neighbours() {
        let id = |offset, n| EffectId {
            position: Position { partition: 0, offset },
            n,
        };
        assert_eq!(before(id(7, 3)), id(7, 2));
        assert!(before(id(7, 0)) < id(7, 0) && before(id(7, 0)) > id(6, 1_000_000));
    }
}
