//! What holds for any records: batching does not matter, snapshots lose nothing, nothing panics, and the fleet's word
//! is one chain. Debug builds check the fleet's invariants after every record.

mod records;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use swarmpulse_fleet::Fleet;
use swarmpulse_model::record::MonitorEvent;
use swarmpulse_model::{
    Effect, EffectId, EntityKey, EntityKind, Envelope, Position, Record, Source, Text, Timestamp, Verdict,
};

use records::{BEGIN, Sent, sent, settings};

/// What a fleet said, checked as it is said.
#[derive(Default)]
struct Listener {
    verdicts: BTreeMap<EntityKey, Verdict>,
    said: Vec<Effect>,
}

impl Listener {
    fn hear(&mut self, effects: &mut Vec<(EffectId, Effect)>) -> Result<(), TestCaseError> {
        for (_, effect) in effects.drain(..) {
            match &effect {
                Effect::Verdict(change) => {
                    let before = self.verdicts.insert(change.agent.clone(), change.to);
                    prop_assert_eq!(before, change.from, "the chain of {}", change.agent.id);
                    prop_assert_ne!(before, Some(change.to));
                    prop_assert!(
                        !change.evidence.is_empty(),
                        "{} without evidence",
                        change.agent.id
                    );
                }
                Effect::Forgotten(key) => drop(self.verdicts.remove(key)),
                Effect::Joined(joined) => {
                    let other = EntityKey {
                        id: joined.other.clone(),
                        ..joined.agent.clone()
                    };
                    self.verdicts.remove(&other);
                }
                _ => {}
            }
            self.said.push(effect);
        }
        Ok(())
    }
}

fn envelope(offset: u64, at: Timestamp, sent: &[Sent]) -> Envelope {
    Envelope {
        position: Position { partition: 0, offset },
        received_at: at,
        namespace: sent[0].namespace.into(),
        principal: Text::default(),
        source: sent[0].source,
        records: sent.iter().map(|sent| sent.record.clone()).collect(),
    }
}

fn bytes(fleet: &Fleet) -> Vec<u8> {
    rmp_serde::to_vec_named(fleet).unwrap_or_default()
}

fn restored(fleet: &Fleet) -> Fleet {
    let mut restored: Fleet = rmp_serde::from_slice(&bytes(fleet)).unwrap_or_default();
    restored.restore();
    restored
}

/// Times and offsets as the journal would give them, each record in an envelope of its own.
fn stamped(records: &[Sent]) -> Vec<(Timestamp, &Sent)> {
    let mut at = Timestamp(BEGIN);
    records
        .iter()
        .map(|sent| {
            at = at.plus_ns(sent.after_ms * 1_000_000);
            (at, sent)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_records_keep_the_invariants_and_one_chain_of_verdicts(records in vec(sent(), 1..120)) {
        let mut fleet = Fleet::new(settings());
        let mut listener = Listener::default();
        let mut effects = Vec::new();
        for (offset, (at, sent)) in stamped(&records).into_iter().enumerate() {
            fleet.apply_envelope(envelope(offset as u64, at, std::slice::from_ref(sent)), &mut effects);
            listener.hear(&mut effects)?;
            if matches!(sent.record, Record::Tick) {
                prop_assert!(fleet.next_due() > at, "due {:?} after a tick at {at:?}", fleet.next_due());
            }
            let agents: Vec<_> = fleet.agents_from(0).map(|(_, agent)| agent).collect();
            prop_assert_eq!(listener.verdicts.len(), agents.len());
            prop_assert_eq!(fleet.counts().total(), agents.len() as u64);
            for agent in &agents {
                let key = EntityKey::new(fleet.namespace_of(agent), EntityKind::Agent, agent.id());
                prop_assert_eq!(listener.verdicts.get(&key), Some(&agent.verdict()));
                prop_assert!(!fleet.explain(agent, at).is_empty());
            }
            let limits = settings();
            prop_assert!(agents.len() as u64 <= limits.agents_max);
            prop_assert!(fleet.tasks_from(0).count() as u64 <= limits.entities_max);
            prop_assert!(fleet.services_from(0).count() as u64 <= limits.entities_max);
            prop_assert!(fleet.sandboxes_from(0).count() as u64 <= limits.entities_max);
        }
        // Left alone, the fleet comes to an end: every agent is decided on and forgotten.
        let mut at = fleet.now();
        for offset in 0..100_000 {
            let due = fleet.next_due();
            if due == Timestamp::NEVER {
                break;
            }
            prop_assert!(offset < 99_999, "ticks without end, due {due:?}");
            at = at.max(due);
            let tick = Sent { after_ms: 0, namespace: "default", source: Source::Monitor, record: Record::Tick };
            fleet.apply_envelope(envelope(1_000 + offset, at, &[tick]), &mut effects);
            listener.hear(&mut effects)?;
        }
        prop_assert_eq!(fleet.counts().total(), 0, "nobody is kept for ever");
        prop_assert_eq!(fleet.tasks_from(0).count() + fleet.sandboxes_from(0).count(), 0);
    }

    #[test]
    fn batching_does_not_matter(records in vec(sent(), 1..80), cuts in vec(any::<bool>(), 80)) {
        let (mut single, mut batched) = (Fleet::new(settings()), Fleet::new(settings()));
        let (mut of_single, mut of_batched) = (Vec::new(), Vec::new());
        // A batch has one time, one door and one credential; its records have one position.
        let mut first = 0;
        let mut at = Timestamp(BEGIN);
        let mut offset = 0;
        while first < records.len() {
            at = at.plus_ns(records[first].after_ms * 1_000_000);
            let like = |sent: &Sent| sent.namespace == records[first].namespace && sent.source == records[first].source;
            let mut last = first + 1;
            while last < records.len() && !cuts[last] && like(&records[last]) {
                last += 1;
            }
            for sent in &records[first..last] {
                single.apply_envelope(envelope(offset, at, std::slice::from_ref(sent)), &mut of_single);
            }
            batched.apply_envelope(envelope(offset, at, &records[first..last]), &mut of_batched);
            offset += 1;
            first = last;
        }
        prop_assert_eq!(bytes(&single), bytes(&batched));
        let effects = |all: Vec<(EffectId, Effect)>| all.into_iter().map(|(_, effect)| effect).collect::<Vec<_>>();
        prop_assert_eq!(effects(of_single), effects(of_batched));
    }

    #[test]
    fn a_snapshot_at_any_point_and_the_rest_is_all(records in vec(sent(), 1..80), cut in 0..80_usize) {
        let mut whole = Fleet::new(settings());
        let mut parted = Fleet::new(settings());
        let (mut of_whole, mut of_parted) = (Vec::new(), Vec::new());
        for (n, (at, sent)) in stamped(&records).into_iter().enumerate() {
            if n == cut {
                parted = restored(&parted);
            }
            let envelope = envelope(n as u64, at, std::slice::from_ref(sent));
            whole.apply_envelope(envelope.clone(), &mut of_whole);
            parted.apply_envelope(envelope, &mut of_parted);
        }
        prop_assert_eq!(&of_whole, &of_parted);
        prop_assert_eq!(bytes(&whole), bytes(&parted));
        prop_assert_eq!(bytes(&restored(&whole)), bytes(&whole));
    }

    #[test]
    fn a_tick_before_the_due_one_changes_nothing(records in vec(sent(), 1..80), share in 0.0..1.0_f64) {
        let mut fleet = Fleet::new(settings());
        let mut effects = Vec::new();
        for (n, (at, sent)) in stamped(&records).into_iter().enumerate() {
            fleet.apply_envelope(envelope(n as u64, at, std::slice::from_ref(sent)), &mut effects);
        }
        let (now, due) = (fleet.now(), fleet.next_due());
        if due > now && due != Timestamp::NEVER {
            let early = now.plus_ns(((due.since(now) - 1) as f64 * share) as i64);
            let nothing = Record::Monitor(MonitorEvent::ProbeFailed { probe: Text::default(), error: Text::default() });
            let mut after = [Record::Tick, nothing].map(|record| {
                let mut fleet = fleet.clone();
                let mut effects = Vec::new();
                let sent = Sent { after_ms: 0, namespace: "default", source: Source::Monitor, record };
                fleet.apply_envelope(envelope(1_000, early, &[sent]), &mut effects);
                (bytes(&fleet), effects)
            });
            prop_assert!(after[0].1.is_empty());
            let nothing = std::mem::take(&mut after[1].0);
            prop_assert_eq!(std::mem::take(&mut after[0].0), nothing);
        }
    }
}
