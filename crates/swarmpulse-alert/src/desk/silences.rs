//! Silences: which are in force, and which alerts they match.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use swarmpulse_model::alert::{LabelOp, Silence};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, Text, Timestamp};

use crate::drops::Drops;
use crate::matcher::Matchers;
use crate::view::SilenceState;

#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub silence: Silence,
    /// `None` if they cannot be read: then nothing is silenced.
    matchers: Option<Matchers>,
}

/// Every silence, also those to come and those that ended lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct Silences {
    known: BTreeMap<Text, Known>,
    /// Ids of those that ask for one value of a label, by that; without one under `None`. Only those not over.
    by_value: HashMap<Option<Label>, Vec<Text>>,
}

/// Whether a silence is in force.
pub(crate) fn state_at(silence: &Silence, now: Timestamp) -> SilenceState {
    if now >= silence.ends_at {
        SilenceState::Expired
    } else if now >= silence.starts_at {
        SilenceState::Active
    } else {
        SilenceState::Pending
    }
}

impl Silences {
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.known.values()
    }

    pub fn get(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    /// Takes a word on a silence in. Whether it stands.
    pub fn take(&mut self, silence: Silence, now: Timestamp, limit: usize, drops: &mut Drops) -> bool {
        if let Some(known) = self.known.get(&silence.id) {
            let known = &known.silence;
            if silence.namespace.is_some() && silence.namespace != known.namespace {
                drops.foreign_silences += 1;
                return false;
            }
            if silence.updated_at < known.updated_at {
                drops.late_silences += 1;
                return false;
            }
        } else if self.known.len() >= limit && !self.drop_oldest_expired(now) {
            drops.silences += 1;
            return false;
        }
        self.remove(&silence.id.clone());
        let matchers = Matchers::new(silence.matchers.clone())
            .ok()
            .filter(|matchers| !matchers.matches_nothing_at_all());
        if matchers.is_none() {
            drops.bad_silences += 1;
        }
        if matchers.is_some() && silence.ends_at > now {
            self.by_value
                .entry(key(&silence))
                .or_default()
                .push(silence.id.clone());
        }
        self.known.insert(silence.id.clone(), Known { silence, matchers });
        true
    }

    fn remove(&mut self, id: &Text) {
        if let Some(known) = self.known.remove(id) {
            self.forget_value(&known.silence);
        }
    }

    fn forget_value(&mut self, silence: &Silence) {
        let key = key(silence);
        let empty = self.by_value.get_mut(&key).is_some_and(|ids| {
            ids.retain(|id| *id != silence.id);
            ids.is_empty()
        });
        if empty {
            self.by_value.remove(&key);
        }
    }

    fn drop_oldest_expired(&mut self, now: Timestamp) -> bool {
        let oldest = self
            .known
            .values()
            .filter(|known| state_at(&known.silence, now) == SilenceState::Expired)
            .min_by_key(|known| known.silence.ends_at)
            .map(|known| known.silence.id.clone());
        if let Some(id) = &oldest {
            self.remove(id);
        }
        oldest.is_some()
    }

    /// Forgets those that ended before that time.
    pub fn forget_before(&mut self, ended: Timestamp) {
        let gone: Vec<Text> = self
            .known
            .values()
            .filter(|known| known.silence.ends_at < ended)
            .map(|known| known.silence.id.clone())
            .collect();
        for id in gone {
            self.remove(&id);
        }
    }

    /// Ids of those in force that match an alert, sorted.
    pub fn matching(&self, alert: &Alert, now: Timestamp) -> Vec<Text> {
        if self.by_value.is_empty() {
            return Vec::new();
        }
        let general = self.by_value.get(&None);
        let particular = alert
            .labels
            .iter()
            .filter_map(|label| self.by_value.get(&Some(label.clone())));
        let mut found: Vec<Text> = general
            .into_iter()
            .chain(particular)
            .flatten()
            .filter_map(|id| self.known.get(id))
            .filter(|known| state_at(&known.silence, now) == SilenceState::Active && known.matches(alert))
            .map(|known| known.silence.id.clone())
            .collect();
        found.sort_unstable();
        found
    }

    /// When the next one begins or ends.
    pub fn next_change(&self, now: Timestamp) -> Timestamp {
        let times = self
            .known
            .values()
            .flat_map(|known| [known.silence.starts_at, known.silence.ends_at]);
        times.filter(|at| *at > now).min().unwrap_or(Timestamp::NEVER)
    }

    /// Those that began or ended within the span, the end included.
    pub fn changed(&self, after: Timestamp, until: Timestamp) -> Vec<Text> {
        let within = |at: Timestamp| after < at && at <= until;
        self.known
            .values()
            .filter(|known| within(known.silence.starts_at) || within(known.silence.ends_at))
            .map(|known| known.silence.id.clone())
            .collect()
    }
}

impl Known {
    /// Whether it is about an alert, in force or not.
    pub fn matches(&self, alert: &Alert) -> bool {
        let theirs = &self.silence.namespace;
        theirs
            .as_ref()
            .is_none_or(|namespace| *namespace == alert.namespace)
            && self
                .matchers
                .as_ref()
                .is_some_and(|matchers| matchers.matches(&alert.labels))
    }
}

fn key(silence: &Silence) -> Option<Label> {
    silence
        .matchers
        .iter()
        .find(|matcher| matcher.op == LabelOp::Equal && !matcher.value.is_empty())
        .map(|matcher| Label {
            name: matcher.name.clone(),
            value: matcher.value.clone(),
        })
}
