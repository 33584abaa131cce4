//! The desk's state as it is kept between starts. Whatever can be derived is not in it.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use swarmpulse_model::alert::{AlertOrigin, Silence, fingerprint};
use swarmpulse_model::{AlertState, EffectId, Timestamp};

use super::Desk;
use super::agenda::Due;
use super::entry::Entry;
use super::groups::{Told, ToldKey};
use crate::drops::Drops;
use crate::identity::subject_of;
use crate::nature::Nature;

/// The version of the state that is kept; another one is refused, and the journal is applied anew.
pub const KEPT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    now: Timestamp,
    applied: &'a BTreeMap<u32, EffectId>,
    entries: Vec<&'a Entry>,
    silences: Vec<&'a Silence>,
    told: Vec<(&'a ToldKey, &'a Told)>,
    looked_through_at: Timestamp,
    dropped: Drops,
}

#[derive(Deserialize)]
struct Read {
    version: u32,
    now: Timestamp,
    applied: BTreeMap<u32, EffectId>,
    entries: Vec<Entry>,
    silences: Vec<Silence>,
    told: Vec<(ToldKey, Told)>,
    looked_through_at: Timestamp,
    dropped: Drops,
}

impl Serialize for Desk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            version: KEPT_VERSION,
            now: self.now,
            applied: &self.applied,
            entries: self
                .book
                .sorted()
                .into_iter()
                .filter(|entry| entry.alert.is_some() || entry.word.is_some())
                .collect(),
            silences: self.silences.iter().map(|known| &known.silence).collect(),
            told: self.groups.told.iter().collect(),
            looked_through_at: self.looked_through_at,
            dropped: self.dropped,
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Desk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        if read.version != KEPT_VERSION {
            let (found, known) = (read.version, KEPT_VERSION);
            return Err(D::Error::custom(format!(
                "the desk's state has version {found}, this release reads {known}"
            )));
        }
        let mut desk = Self {
            now: read.now,
            applied: read.applied,
            looked_through_at: read.looked_through_at,
            ..Self::default()
        };
        desk.groups.told = read.told.into_iter().collect();
        let mut unread = Drops::default();
        for silence in read.silences {
            desk.silences.take(silence, read.now, usize::MAX, &mut unread);
        }
        for mut entry in read.entries {
            let subject = match (&entry.word, &entry.alert) {
                (_, Some(alert)) => subject_of(alert),
                (Some(word), None) => word.subject.clone(),
                (None, None) => None,
            };
            entry.live.nature = Some(Nature::of(entry.name()));
            entry.live.fires = entry.is_firing();
            entry.live.fingerprint = entry.alert.as_ref().map_or(0, |alert| fingerprint(&alert.labels));
            let firing = entry
                .alert
                .clone()
                .filter(|alert| alert.state == AlertState::Firing);
            let known = entry.alert.as_ref().map(|_| entry.live.fingerprint);
            let is_external = entry.origin() == AlertOrigin::External;
            let slot = desk.book.insert(entry);
            if let Some(fingerprint) = known {
                desk.alike.insert(fingerprint, slot);
            }
            if is_external {
                desk.book.mark_external(slot);
            }
            desk.book.place(slot, subject);
            desk.causes.keep(None, firing.as_ref());
        }
        desk.dropped = read.dropped;
        desk.reconsider();
        Ok(desk)
    }
}

impl Desk {
    /// Looks at everything again, as after a start.
    pub(super) fn reconsider(&mut self) {
        let outlive_s = self.options.cause.outlive_s;
        let mut all = Vec::new();
        for (slot, entry) in self.book.iter() {
            all.push(slot);
            if !entry.is_over()
                || entry
                    .word
                    .as_ref()
                    .is_some_and(|word| word.state != AlertState::Resolved)
            {
                self.dirty.insert(slot);
            } else {
                self.agenda
                    .add(entry.over_at().plus_s(outlive_s), Due::Outlived(slot));
            }
            if entry.flaps(self.now) {
                self.dirty.insert(slot);
            }
            if let Some(sending) = &entry.sending {
                self.agenda.add(sending.until, Due::Expires(slot));
            }
        }
        for slot in all {
            self.keep_for_a_while(slot);
        }
        self.agenda
            .add(self.silences.next_change(Timestamp(0)), Due::Silences);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_refused_with_both() {
        let mut kept = serde_json::to_value(Desk::default()).unwrap();
        let restored: Desk = serde_json::from_value(kept.clone()).unwrap();
        assert_eq!(serde_json::to_value(&restored).unwrap(), kept);
        kept["version"] = (KEPT_VERSION + 1).into();
        let error = serde_json::from_value::<Desk>(kept).unwrap_err().to_string();
        assert!(error.contains("version 2, this release reads 1"), "{error}");
    }
}
