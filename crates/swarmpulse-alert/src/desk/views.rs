//! What the desk shows.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use swarmpulse_model::{AlertState, Text};

use super::Desk;
use super::entry::Entry;
use super::silences::state_at;
use crate::view::{AlertView, GroupView, SilenceState, SilenceView};

impl Desk {
    /// Every alert that is known, by id: pending, firing and lately resolved.
    #[must_use]
    pub fn alerts(&self) -> Vec<AlertView> {
        let mut mute = HashMap::new();
        let sorted = self.book.sorted();
        sorted
            .into_iter()
            .filter_map(|entry| self.view(self.book.find(&entry.id)?, entry, &mut mute))
            .collect()
    }

    /// The alert of that id.
    #[must_use]
    pub fn alert(&self, id: &str) -> Option<AlertView> {
        let slot = self.book.find(id)?;
        self.view(slot, self.book.get(slot)?, &mut HashMap::new())
    }

    fn view(&self, slot: u32, entry: &Entry, mute: &mut HashMap<u32, Vec<Text>>) -> Option<AlertView> {
        let alert = entry.shown()?;
        let now = self.now.max(self.decided_until);
        let (mut muted_by, mut receivers) = (BTreeSet::new(), BTreeSet::new());
        for number in &entry.live.groups {
            let Some(group) = self.groups.get(*number) else {
                continue;
            };
            let names = mute.entry(*number).or_insert_with(|| self.mute_of(group, now));
            muted_by.extend(names.iter().cloned());
            receivers.insert(group.receiver.clone());
        }
        if receivers.is_empty() {
            let routes = self.groups.routing.destinations(&alert.labels);
            receivers.extend(routes.into_iter().map(|route| route.receiver.clone()));
        }
        let over = alert.state == AlertState::Resolved;
        Some(AlertView {
            fingerprint: entry.live.fingerprint,
            updated_at: entry.updated_at,
            silenced_by: if over {
                Vec::new()
            } else {
                self.silences.matching(&alert, now)
            },
            inhibited_by: if over {
                Vec::new()
            } else {
                self.inhibited_by(slot, entry)
            },
            muted_by: muted_by.into_iter().collect(),
            acknowledged: entry.in_hand(now).map(|hand| hand.said.clone()),
            receivers: receivers.into_iter().collect(),
            symptoms: self.causes.count(&entry.id),
            alert,
        })
    }

    /// Every silence that is known, by id: to come, in force, and lately expired.
    #[must_use]
    pub fn silences(&self) -> Vec<SilenceView> {
        let now = self.now.max(self.decided_until);
        let mut held: HashMap<Text, u64> = HashMap::new();
        for (_, entry) in self.book.iter().filter(|(_, entry)| entry.is_firing()) {
            let Some(alert) = &entry.alert else {
                continue;
            };
            for id in self.silences.matching(alert, now) {
                *held.entry(id).or_default() += 1;
            }
        }
        self.silences
            .iter()
            .map(|known| {
                let state = state_at(&known.silence, now);
                let alerts = held.get(&known.silence.id).copied().unwrap_or(0);
                SilenceView {
                    silence: known.silence.clone(),
                    alerts: if state == SilenceState::Active { alerts } else { 0 },
                    state,
                }
            })
            .collect()
    }

    /// Every group of alerts, by receiver and key.
    #[must_use]
    pub fn groups(&self) -> Vec<GroupView> {
        let mut views: Vec<GroupView> = self
            .groups
            .iter()
            .map(|(_, group)| {
                let ids = group.members.keys().filter_map(|slot| self.book.get(*slot));
                let mut alerts: Vec<Text> = ids.map(|entry| entry.id.clone()).collect();
                alerts.sort_unstable();
                GroupView {
                    key: group.key.clone(),
                    receiver: group.receiver.clone(),
                    labels: group.labels.clone(),
                    alerts,
                    next_at: self.next_of(group),
                }
            })
            .collect();
        views.sort_by(|a, b| (&a.receiver, &a.key).cmp(&(&b.receiver, &b.key)));
        views
    }
}
