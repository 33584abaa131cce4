//! Telling: which groups have something new for which channels, and the notifications that say it.

use swarmpulse_model::alert::{Notification, NotifiedAlert, NotifyReason, Symptom, fingerprint};
use swarmpulse_model::time::{SECOND_NS, seconds};
use swarmpulse_model::{Alert, AlertState, Record, Text, Timestamp};

use super::Desk;
use super::audience::Theirs;
use super::groups::{Group, Member, Told, ToldKey};
use super::membership::told_as;
use super::showing::keep_shown;
use crate::identity::subject_text;
use crate::receiver::ReceiverChannel;
use crate::routing::Route;

/// Symptoms of all alerts of a notification together.
const SYMPTOMS_IN_ALL: usize = 2_000;
/// A group in which something is held back is looked at at least so often, in seconds.
const HELD_LOOK_S: f64 = 300.0;
/// Time intervals begin and end on minutes.
const MINUTE_NS: i64 = 60 * SECOND_NS;

/// An alert of a group, as far as all channels see it alike.
struct Standing {
    slot: u32,
    fingerprint: u64,
    member: Member,
    state: State,
    /// When it fired, or ended.
    since: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fires,
    /// It fires and is not to be told.
    Held,
    /// Its next state is decided and not on record yet.
    Unsettled,
    Over,
}

/// What a channel is to be told.
struct Message {
    reason: NotifyReason,
    firing: Vec<u64>,
    shown: Vec<u32>,
    ended: Vec<(u32, u64)>,
}

/// What is new for a channel, and when it may be told.
enum News {
    None { next: Timestamp },
    Now(Message),
}

impl Desk {
    /// Adds the notifications that are due.
    pub(super) fn tell(&mut self, now: Timestamp, records: &mut Vec<Record>) {
        let mut told = Vec::new();
        for number in std::mem::take(&mut self.due_groups) {
            let next = self.tell_group(number, now, &mut told);
            self.touch(number, next);
            self.remember_passed_over(number);
        }
        // One order, whatever numbers the groups have.
        told.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (key, notification) in told {
            self.inflight.insert(key);
            records.push(Record::Notification(Box::new(notification)));
        }
    }

    /// What is not on record yet was not told: once it is, its groups are looked at again.
    fn remember_passed_over(&mut self, number: u32) {
        let members = self.groups.get(number).into_iter();
        let slots = members.flat_map(|group| group.members.keys()).copied();
        let awaiting = slots.filter(|slot| {
            let entry = self.book.get(*slot);
            entry.is_some_and(|entry| entry.live.awaiting.is_some())
        });
        self.passed_over.extend(awaiting);
    }

    /// Adds what is to be told of a group; gives when to look at it again.
    fn tell_group(&self, number: u32, now: Timestamp, told: &mut Vec<(ToldKey, Notification)>) -> Timestamp {
        let Some((group, route)) = self.groups.get(number).and_then(|group| {
            let route = self.groups.route(group)?;
            Some((group, route))
        }) else {
            return Timestamp::NEVER;
        };
        let channels = self.groups.channels(&group.receiver);
        if channels.is_empty() {
            return Timestamp::NEVER;
        }
        let standing = self.standing(group, now);
        let held = standing.iter().any(|alert| alert.state == State::Held);
        let mut next = if held {
            now.plus_s(HELD_LOOK_S)
        } else {
            Timestamp::NEVER
        };
        let mut mute = None;
        for channel in channels {
            let key = group.told_key(&channel.name);
            if self.inflight.contains(&key) {
                continue;
            }
            match self.news(
                (group, &standing),
                self.groups.told.get(&key),
                channel,
                route,
                now,
            ) {
                News::None { next: due } => next = next.min(due),
                News::Now(message) => {
                    let is_mute =
                        *mute.get_or_insert_with(|| !self.groups.routing.muted_by(route, now).is_empty());
                    if is_mute {
                        let minute = now.0.div_euclid(MINUTE_NS).saturating_add(1);
                        next = next.min(Timestamp(minute.saturating_mul(MINUTE_NS)));
                    } else {
                        let notification = self.notification(group, channel, message, now);
                        told.push((key, notification));
                    }
                }
            }
        }
        next
    }

    fn standing(&self, group: &Group, now: Timestamp) -> Vec<Standing> {
        let alerts = group.members.iter().filter_map(|(slot, member)| {
            let entry = self.book.get(*slot)?;
            let state = match (entry.state(), member) {
                (_, Member::Before) => State::Over,
                _ if entry.live.awaiting.is_some() => State::Unsettled,
                (Some(AlertState::Firing), _) if self.is_held(*slot, entry, now) => State::Held,
                (Some(AlertState::Firing), Member::Brought)
                    if !self.would_hear(&entry.id, &group.receiver, now) =>
                {
                    State::Held
                }
                (Some(AlertState::Firing), _) => State::Fires,
                _ if entry.flaps(now) && entry.word.as_ref().is_some_and(|word| !word.gone) => {
                    State::Unsettled
                }
                _ => State::Over,
            };
            let fired_at = entry.alert.as_ref().and_then(|alert| alert.fired_at);
            let since = match state {
                State::Over if *member == Member::Before => entry.updated_at,
                State::Over => entry.over_at(),
                // Nobody waits for more of its kind.
                _ if entry.is_told_at_once() => Timestamp(0),
                _ if *member == Member::Brought => fired_at
                    .unwrap_or(entry.updated_at)
                    .max(self.brought_since(&entry.id, &group.receiver)),
                _ => fired_at.unwrap_or(entry.updated_at),
            };
            Some(Standing {
                slot: *slot,
                fingerprint: entry.live.fingerprint,
                member: *member,
                state,
                since,
            })
        });
        alerts.collect()
    }

    fn news(
        &self,
        (group, standing): (&Group, &[Standing]),
        told: Option<&Told>,
        channel: &ReceiverChannel,
        route: &Route,
        now: Timestamp,
    ) -> News {
        let (mut firing, mut shown, mut ended) = (Vec::new(), Vec::new(), Vec::new());
        let (mut new_since, mut ended_since) = (Timestamp::NEVER, Timestamp::NEVER);
        let mut repeats = false;
        for alert in standing {
            let Some(entry) = self.book.get(alert.slot) else {
                continue;
            };
            let known = told.and_then(|told| told_as(told, channel, entry, alert.member));
            match alert.state {
                State::Fires => {
                    firing.push(alert.fingerprint);
                    shown.push(alert.slot);
                    if known == Some(alert.fingerprint) {
                        repeats = true;
                    } else {
                        new_since = new_since.min(alert.since);
                    }
                }
                State::Held | State::Unsettled => firing.extend(known),
                State::Over => {
                    let outlived = |known: &u64| self.is_outlived(*known, group, alert.slot, entry);
                    let ends = |known: &u64| channel.send_resolved && !outlived(known);
                    if let Some(known) = known.filter(ends) {
                        ended.push((alert.slot, known));
                        ended_since = ended_since.min(alert.since);
                    }
                }
            }
        }
        let interval = told.map_or(Timestamp(0), |told| told.at.plus_s(route.group_interval_s));
        let due = |since: Timestamp| match since {
            Timestamp::NEVER => Timestamp::NEVER,
            Timestamp(0) => now,
            since => since.plus_s(route.group_wait_s).max(interval),
        };
        let fired_due = due(new_since);
        let ended_due = due(ended_since);
        let repeat_due = told.filter(|_| repeats).map_or(Timestamp::NEVER, |told| {
            told.at.plus_ns(seconds(route.repeat_interval_s))
        });
        let next = fired_due.min(ended_due).min(repeat_due);
        if next > now {
            return News::None { next };
        }
        let reason = if new_since != Timestamp::NEVER {
            NotifyReason::Fired
        } else if !ended.is_empty() {
            NotifyReason::Resolved
        } else {
            NotifyReason::Repeated
        };
        firing.sort_unstable();
        firing.dedup();
        News::Now(Message {
            reason,
            firing,
            shown,
            ended,
        })
    }

    fn notification(
        &self,
        group: &Group,
        channel: &ReceiverChannel,
        message: Message,
        now: Timestamp,
    ) -> Notification {
        let Message {
            reason,
            firing,
            shown,
            ended,
        } = message;
        let total = shown.len() + ended.len();
        let mut alerts: Vec<Alert> = shown
            .iter()
            .filter_map(|slot| self.book.get(*slot)?.shown())
            .collect();
        let gravest_first = |alert: &Alert| {
            let grave = std::cmp::Reverse(alert.severity);
            (grave, alert.fired_at, alert.id.clone())
        };
        alerts.sort_by_cached_key(gravest_first);
        let mut over: Vec<Alert> = ended
            .iter()
            .filter_map(|(slot, known)| self.ended(*slot, *known))
            .collect();
        over.sort_by_cached_key(gravest_first);
        alerts.extend(over);
        keep_shown(&mut alerts, self.options.alerts_shown);
        let mut resolved: Vec<u64> = ended.into_iter().map(|(_, known)| known).collect();
        resolved.sort_unstable();
        let mut room = SYMPTOMS_IN_ALL;
        let alerts: Vec<NotifiedAlert> = alerts
            .into_iter()
            .map(|alert| self.with_symptoms(alert, group, &mut room))
            .collect();
        Notification {
            group_key: group.key.clone(),
            receiver: group.receiver.clone(),
            channel: channel.name.clone(),
            reason,
            group_labels: group.labels.clone(),
            omitted: (total - alerts.len()) as u64,
            alerts,
            firing,
            resolved,
            at: now,
        }
    }

    /// An alert whose end is told, under the labels that it was told by.
    fn ended(&self, slot: u32, known: u64) -> Option<Alert> {
        let entry = self.book.get(slot)?;
        let alert = entry.alert.as_ref()?;
        let mut over = if entry.live.fingerprint == known {
            alert.clone()
        } else {
            let former = entry
                .former
                .iter()
                .find(|former| fingerprint(&former.labels) == known)?;
            let mut former = former.clone();
            former.reason = match alert.state {
                AlertState::Resolved => alert.reason.clone(),
                _ => format!("it is {} now", alert.severity.as_str()).into(),
            };
            former
        };
        over.state = AlertState::Resolved;
        over.ended_at = Some(entry.over_at());
        Some(over)
    }

    /// An alert with what follows from it: all of it, or what is the receiver's where it hears of the alert by that.
    fn with_symptoms(&self, alert: Alert, group: &Group, room: &mut usize) -> NotifiedAlert {
        let shown = self.options.symptoms_shown.min(*room);
        let slot = self.book.find(&alert.id);
        let brought = slot.is_some_and(|slot| group.members.get(&slot) == Some(&Member::Brought));
        let (symptoms, symptoms_total) = if brought {
            let theirs = self.audience.of(&alert.id, &group.receiver);
            let ids = theirs.into_iter().flat_map(Theirs::ids);
            (self.symptoms(ids.take(shown)), theirs.map_or(0, Theirs::count))
        } else {
            let ids = self.causes.symptoms(&alert.id);
            (self.symptoms(ids.take(shown)), self.causes.count(&alert.id))
        };
        *room -= symptoms.len();
        NotifiedAlert {
            symptoms_total,
            symptoms,
            alert,
        }
    }

    fn symptoms<'a>(&self, ids: impl Iterator<Item = &'a Text>) -> Vec<Symptom> {
        ids.filter_map(|id| self.book.named(id)?.alert.as_ref())
            .map(|symptom| Symptom {
                alert: symptom.id.clone(),
                name: symptom.name.clone(),
                subject: subject_text(symptom),
                since: symptom.fired_at.unwrap_or(symptom.active_at),
            })
            .collect()
    }

    /// When a group is told next at the earliest, if there is anything to tell.
    pub(super) fn next_of(&self, group: &Group) -> Option<Timestamp> {
        Some(group.next)
            .filter(|next| *next != Timestamp::NEVER && !self.groups.channels(&group.receiver).is_empty())
    }

    /// Names of the time intervals for which a group is mute.
    pub(super) fn mute_of(&self, group: &Group, now: Timestamp) -> Vec<Text> {
        self.groups
            .route(group)
            .map(|route| self.groups.routing.muted_by(route, now))
            .unwrap_or_default()
    }
}
