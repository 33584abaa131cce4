//! What must hold at the end of a story, and all along.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use swarmpulse_model::alert::{DeliveryOutcome, Notification};
use swarmpulse_model::{Effect, EffectId, Text};

use super::super::Outbox;
use super::Story;

/// Six hours, less the longest pause between two attempts.
const PATIENCE_S: f64 = 6.0 * 3600.0 - 900.0;

/// Whether a replay came to the same.
pub(super) fn same(lived: &Outbox, replayed: &Outbox) -> Result<(), TestCaseError> {
    prop_assert_eq!(&lived.waiting, &replayed.waiting, "what waits");
    prop_assert_eq!(&lived.dead, &replayed.dead, "what was given up");
    prop_assert_eq!(
        &lived.by_channel,
        &replayed.by_channel,
        "how many wait for each channel"
    );
    prop_assert_eq!(
        (lived.bytes, lived.dead_bytes),
        (replayed.bytes, replayed.dead_bytes)
    );
    Ok(())
}

/// The news of one group for one channel, as it was decided.
struct News<'a> {
    told: Vec<(EffectId, &'a Notification)>,
    /// Those that the channel took, each the first time.
    taken: Vec<(EffectId, &'a Notification)>,
    /// Some of it was given up, or tried again by a person: then there are gaps.
    gaps: bool,
}

impl Story {
    /// What is counted is what is there, and nothing is both waiting and given up.
    pub(super) fn check_bounds(&self) -> Result<(), TestCaseError> {
        let outbox = &self.outbox;
        let waiting = outbox.by_channel.values().sum::<usize>();
        prop_assert_eq!(waiting, outbox.waiting.len());
        prop_assert!(outbox.by_channel.values().all(|count| *count > 0));
        for dead in &outbox.dead {
            prop_assert!(
                !outbox.waiting.contains_key(&dead.id),
                "{} waits and is dead",
                dead.id
            );
        }
        prop_assert!(
            outbox.fresh.iter().all(|id| outbox.waiting.contains_key(id)),
            "what is handed over waits"
        );
        Ok(())
    }

    /// Everything that was acknowledged was told, or told with newer news, or is among the dead letters.
    pub(super) fn check_end(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(
            self.outbox.waiting(),
            0,
            "all is well, and something waits: {:?}",
            self.outbox.waiting.keys()
        );
        self.check_patience()?;
        let dead: BTreeSet<EffectId> = self.outbox.dead.iter().map(|dead| dead.id).collect();
        let taken = self.channels.taken();
        for ((channel, group), news) in self.news(&taken) {
            self.check_whole(&news, &dead)?;
            // After a crash it goes on where the journal knows of no outcome: from there on in order again.
            let order: Vec<(usize, EffectId)> = taken
                .iter()
                .filter(|one| one.notification.channel == *channel && one.notification.group_key == *group)
                .filter(|one| !self.retried.contains(&one.id))
                .map(|one| (one.life, one.id))
                .collect();
            prop_assert!(
                order.is_sorted(),
                "{channel} heard of {group} in this order: {order:?}"
            );
            if !news.gaps {
                check_ends(&news)?;
                prop_assert_eq!(
                    news.taken.last().map(|(id, _)| *id),
                    news.told.last().map(|(id, _)| *id),
                    "the last word of {} to {}",
                    group,
                    channel
                );
            }
        }
        Ok(())
    }

    /// What failed was given up only after hours, counted anew where a person wanted it to be tried again.
    fn check_patience(&self) -> Result<(), TestCaseError> {
        let mut since = BTreeMap::new();
        for (id, at, effect) in &self.journal {
            match effect {
                Effect::Notification(_) => drop(since.insert(*id, *at)),
                Effect::Delivery(delivery) if delivery.outcome == DeliveryOutcome::Retried => {
                    since.insert(delivery.notification, *at);
                }
                Effect::Delivery(delivery) => {
                    let why = delivery.error.as_deref().unwrap_or_default();
                    let tried_s = since
                        .get(&delivery.notification)
                        .map(|since| delivery.at.seconds_since(*since));
                    prop_assert!(
                        !why.starts_with("given up after")
                            || tried_s.is_some_and(|tried_s| tried_s > PATIENCE_S),
                        "{} {why} and {tried_s:?} s",
                        delivery.notification
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_whole(&self, news: &News<'_>, dead: &BTreeSet<EffectId>) -> Result<(), TestCaseError> {
        let is_taken = |id: EffectId| news.taken.iter().any(|(taken, _)| *taken == id);
        for (id, told) in &news.told {
            let told_later = || {
                told.resolved.is_empty()
                    && news.taken.iter().any(|(later, newer)| {
                        later > id && told.firing.iter().all(|alert| newer.firing.contains(alert))
                    })
            };
            prop_assert!(
                is_taken(*id) || dead.contains(id) || told_later(),
                "{} was neither told nor given up: {:?} {:?}",
                id,
                told.firing,
                told.resolved
            );
            prop_assert!(
                !dead.contains(id)
                    || !is_taken(*id)
                    || self.retried.contains(id)
                    || self.unknown.contains(id),
                "{} was told and is dead",
                id
            );
        }
        Ok(())
    }

    fn news<'a>(&'a self, taken: &'a [super::channels::Taken]) -> BTreeMap<(&'a Text, &'a Text), News<'a>> {
        let mut all: BTreeMap<(&Text, &Text), News<'_>> = BTreeMap::new();
        let mut key_of = BTreeMap::new();
        let mut gaps = BTreeSet::new();
        for (id, _, effect) in &self.journal {
            match effect {
                Effect::Notification(told) => {
                    let key = (&told.channel, &told.group_key);
                    key_of.insert(*id, key);
                    if self.passed_over.contains(id) {
                        gaps.insert(key);
                    }
                    let news = all.entry(key).or_insert_with(|| News {
                        told: Vec::new(),
                        taken: Vec::new(),
                        gaps: false,
                    });
                    news.told.push((*id, told));
                }
                Effect::Delivery(delivery) if delivery.outcome != DeliveryOutcome::Delivered => {
                    gaps.extend(key_of.get(&delivery.notification).copied());
                }
                _ => {}
            }
        }
        let mut seen = BTreeSet::new();
        for one in taken.iter().filter(|one| seen.insert(one.id)) {
            let told = &*one.notification;
            if let Some(news) = all.get_mut(&(&told.channel, &told.group_key)) {
                news.taken.push((one.id, told));
            }
        }
        for key in gaps {
            if let Some(news) = all.get_mut(&key) {
                news.gaps = true;
            }
        }
        all
    }
}

/// An end is told only where the beginning was.
fn check_ends(news: &News<'_>) -> Result<(), TestCaseError> {
    let mut open = BTreeSet::new();
    for (id, told) in &news.taken {
        for alert in &told.resolved {
            prop_assert!(open.remove(alert), "{} ends {}, which never began", id, alert);
        }
        open.extend(told.firing.iter().copied());
    }
    Ok(())
}
