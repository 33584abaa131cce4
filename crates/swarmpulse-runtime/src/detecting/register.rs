//! The register: findings with their lives, and what the fleet must be told of them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use swarmpulse_detect::Finding;
use swarmpulse_model::{Condition, EntityKey, Severity, Text, Timestamp};
use xxhash_rust::xxh3::xxh3_64;

use super::detections::Held;

/// Findings held at once; further ones are left out and counted.
const HELD_MAX: usize = 10_000;
/// Findings that ended which are still shown.
const ENDED_MAX: usize = 1_000;
/// Other words for the same are told so often at most, in seconds.
const REWORD_EVERY_S: f64 = 300.0;
/// After a start detectors must learn first: what held before it stays so long without being found again, in seconds.
const ADOPTED_FOR_S: f64 = 1800.0;

/// A condition's name and of what it is true.
type Key = (Text, EntityKey);

/// What the fleet was told last.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    severity: Severity,
    sentence: String,
    at: Timestamp,
}

#[derive(Debug)]
struct Entry {
    held: Arc<Held>,
    told: Option<Told>,
    /// Seen in the current round.
    seen: bool,
}

/// Findings with their lives.
#[derive(Debug, Default)]
pub(crate) struct Register {
    entries: BTreeMap<Key, Entry>,
    ended: VecDeque<Arc<Held>>,
    /// Conditions from before the start that nothing was found of yet.
    adopted: BTreeMap<Key, Condition>,
    adopted_at: Timestamp,
    /// Ends that the fleet was not told of yet.
    ending: BTreeMap<Key, Condition>,
    left_out: u64,
}

impl Register {
    /// Takes over the conditions that detectors raised before the start.
    pub fn adopt(&mut self, now: Timestamp, conditions: Vec<Condition>) {
        self.adopted_at = now;
        for condition in conditions {
            if let Some(subject) = condition.subject.clone() {
                self.adopted.insert((condition.name.clone(), subject), condition);
            }
        }
    }

    /// Takes in everything that holds now.
    pub fn settle(&mut self, now: Timestamp, findings: Vec<Finding>) {
        for entry in self.entries.values_mut() {
            entry.seen = false;
        }
        for finding in findings {
            self.take(now, finding);
        }
        self.end_unseen(now);
        if now.seconds_since(self.adopted_at) >= ADOPTED_FOR_S {
            for (key, mut condition) in std::mem::take(&mut self.adopted) {
                condition.active = false;
                condition.reason = "not found again after the monitor's restart".into();
                self.ending.insert(key, condition);
            }
        }
    }

    fn take(&mut self, now: Timestamp, finding: Finding) {
        let key: Key = (Text::const_new(finding.condition), finding.subject.clone());
        self.ending.remove(&key);
        if let Some(entry) = self.entries.get_mut(&key) {
            let held = &entry.held;
            entry.held = Arc::new(Held {
                id: held.id.clone(),
                first_at: held.first_at,
                last_at: now,
                ended_at: None,
                finding: Finding {
                    // A detector may come to see a later or an earlier beginning; the first word stands.
                    since: held.finding.since,
                    ..finding
                },
            });
            entry.seen = true;
            return;
        }
        if self.entries.len() >= HELD_MAX {
            self.left_out += 1;
            return;
        }
        let adopted = self.adopted.remove(&key);
        let told = adopted.as_ref().map(|condition| Told {
            severity: condition.severity,
            sentence: condition.reason.to_string(),
            at: self.adopted_at,
        });
        let since = adopted
            .as_ref()
            .map_or(finding.since, |condition| condition.since);
        let held = Held {
            id: id_of(&key, since),
            first_at: if adopted.is_some() { since } else { now },
            last_at: now,
            ended_at: None,
            finding: Finding { since, ..finding },
        };
        let entry = Entry {
            held: Arc::new(held),
            told,
            seen: true,
        };
        self.entries.insert(key, entry);
    }

    fn end_unseen(&mut self, now: Timestamp) {
        let gone: Vec<Key> = self
            .entries
            .iter()
            .filter(|(_, entry)| !entry.seen)
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            let Some(entry) = self.entries.remove(&key) else {
                continue;
            };
            if entry.told.is_some() {
                let mut condition = condition(&entry.held.finding);
                condition.active = false;
                condition.reason = format!("no longer holds; it was: {}", entry.held.finding.sentence).into();
                self.ending.insert(key, condition);
            }
            let ended = Held {
                ended_at: Some(now),
                ..(*entry.held).clone()
            };
            self.ended.push_front(Arc::new(ended));
        }
        self.ended.truncate(ENDED_MAX);
    }

    /// What the fleet must be told: what began, changed its severity, is worded otherwise since a while, or ended.
    pub fn untold(&self, now: Timestamp) -> Vec<Condition> {
        let changed = self.entries.values().filter_map(|entry| {
            let finding = &entry.held.finding;
            let tell = entry.told.as_ref().is_none_or(|told| {
                told.severity != finding.severity
                    || told.sentence != finding.sentence && now.seconds_since(told.at) >= REWORD_EVERY_S
            });
            tell.then(|| condition(finding))
        });
        self.ending.values().cloned().chain(changed).collect()
    }

    /// The fleet was told all that.
    pub fn told(&mut self, now: Timestamp, conditions: &[Condition]) {
        for condition in conditions {
            let Some(subject) = condition.subject.clone() else {
                continue;
            };
            let key = (condition.name.clone(), subject);
            if !condition.active {
                self.ending.remove(&key);
            } else if let Some(entry) = self.entries.get_mut(&key) {
                entry.told = Some(Told {
                    severity: condition.severity,
                    sentence: condition.reason.to_string(),
                    at: now,
                });
            }
        }
    }

    /// What holds, the most severe and then the oldest first.
    pub fn held(&self) -> Vec<Arc<Held>> {
        let mut held: Vec<_> = self
            .entries
            .values()
            .map(|entry| Arc::clone(&entry.held))
            .collect();
        held.sort_by_key(|held| (std::cmp::Reverse(held.finding.severity), held.finding.since));
        held
    }

    /// What held lately, the last to end first.
    pub fn ended(&self) -> Vec<Arc<Held>> {
        self.ended.iter().cloned().collect()
    }

    /// Findings left out for want of room since this was last asked.
    pub fn take_left_out(&mut self) -> u64 {
        std::mem::take(&mut self.left_out)
    }
}

/// The finding as the fleet takes it.
fn condition(finding: &Finding) -> Condition {
    Condition {
        name: Text::const_new(finding.condition),
        subject: Some(finding.subject.clone()),
        severity: finding.severity,
        active: true,
        since: finding.since,
        reason: finding.sentence.as_str().into(),
    }
}

/// Names a finding by what it is and since when, so that it keeps its name over a restart.
fn id_of((name, subject): &Key, since: Timestamp) -> String {
    let whole = format!("{}\0{}\0{}", subject.namespace, subject.kind.as_str(), subject.id);
    let digest = xxh3_64(whole.as_bytes()) as u32;
    format!("{name}-{digest:08x}-{}", since.unix_ms() / 1000)
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::EntityKind;

    use super::*;

    fn finding(agent: &str, severity: Severity, sentence: &str) -> Finding {
        Finding {
            detector: "leak",
            condition: "memory_leak",
            subject: EntityKey::new("default", EntityKind::Agent, agent),
            severity,
            confidence: 0.99,
            since: Timestamp::from_unix_s(100.0),
            sentence: sentence.into(),
            figures: Vec::new(),
            charts: Vec::new(),
            related: Vec::new(),
            advice: Vec::new(),
        }
    }

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_unix_s(seconds)
    }

    /// Settles, tells, and gives what was told in short.
    fn round(register: &mut Register, seconds: f64, findings: Vec<Finding>) -> Vec<(bool, Severity, String)> {
        register.settle(at(seconds), findings);
        let told = register.untold(at(seconds));
        register.told(at(seconds), &told);
        told.into_iter()
            .map(|condition| (condition.active, condition.severity, condition.reason.to_string()))
            .collect()
    }

    #[test]
    fn a_beginning_a_change_and_an_end_are_told_once_each() {
        let mut register = Register::default();
        let warning = || vec![finding("a", Severity::Warning, "grows")];
        assert_eq!(
            round(&mut register, 200.0, warning()),
            [(true, Severity::Warning, "grows".to_owned())]
        );
        assert_eq!(round(&mut register, 215.0, warning()), []);
        let critical = || vec![finding("a", Severity::Critical, "grows fast")];
        assert_eq!(
            round(&mut register, 230.0, critical()),
            [(true, Severity::Critical, "grows fast".to_owned())]
        );
        let ended = "no longer holds; it was: grows fast".to_owned();
        assert_eq!(
            round(&mut register, 245.0, vec![]),
            [(false, Severity::Critical, ended)]
        );
        assert_eq!(round(&mut register, 260.0, vec![]), []);
        let last = &register.ended()[0];
        assert_eq!(
            (last.first_at, last.last_at, last.ended_at),
            (at(200.0), at(230.0), Some(at(245.0)))
        );
    }

    #[test]
    fn other_words_are_told_after_a_while() {
        let mut register = Register::default();
        round(&mut register, 200.0, vec![finding("a", Severity::Warning, "one")]);
        assert_eq!(
            round(&mut register, 300.0, vec![finding("a", Severity::Warning, "two")]),
            []
        );
        let later = round(
            &mut register,
            200.0 + REWORD_EVERY_S,
            vec![finding("a", Severity::Warning, "three")],
        );
        assert_eq!(later, [(true, Severity::Warning, "three".to_owned())]);
    }

    #[test]
    fn what_could_not_be_told_is_told_the_next_time() {
        let mut register = Register::default();
        register.settle(at(200.0), vec![finding("a", Severity::Warning, "grows")]);
        assert_eq!(register.untold(at(200.0)).len(), 1);
        register.settle(at(215.0), vec![finding("a", Severity::Warning, "grows")]);
        let told = register.untold(at(215.0));
        assert_eq!(told.len(), 1);
        register.told(at(215.0), &told);
        register.settle(at(230.0), vec![]);
        assert_eq!(register.untold(at(230.0)).len(), 1);
        register.settle(at(245.0), vec![]);
        assert_eq!(register.untold(at(245.0)).len(), 1, "the end waits to be told");
    }

    #[test]
    fn what_held_before_a_restart_keeps_its_name_and_is_not_ended_at_once() {
        let mut before = Register::default();
        before.settle(
            at(200.0),
            vec![
                finding("a", Severity::Warning, "grows"),
                finding("b", Severity::Warning, "grows"),
            ],
        );
        let conditions = before.untold(at(200.0));
        let mut after = Register::default();
        after.adopt(at(300.0), conditions);
        assert_eq!(round(&mut after, 315.0, vec![]), []);
        let mut again = finding("a", Severity::Warning, "grows");
        again.since = at(310.0);
        assert_eq!(round(&mut after, 330.0, vec![again.clone()]), []);
        let named = |register: &Register| {
            register
                .held()
                .iter()
                .map(|held| held.id.clone())
                .collect::<Vec<_>>()
        };
        assert!(named(&before).contains(&named(&after)[0]));
        let late = round(&mut after, 300.0 + ADOPTED_FOR_S, vec![again]);
        let why = "not found again after the monitor's restart".to_owned();
        assert_eq!(late, [(false, Severity::Warning, why)]);
    }

    #[test]
    fn there_is_room_for_so_many() {
        let mut register = Register::default();
        let many = (0..HELD_MAX + 2)
            .map(|n| finding(&format!("a{n}"), Severity::Info, "x"))
            .collect();
        register.settle(at(200.0), many);
        assert_eq!(register.held().len(), HELD_MAX);
        assert_eq!(register.take_left_out(), 2);
    }
}
