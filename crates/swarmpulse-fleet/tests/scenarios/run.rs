//! Runs a scenario: ticks exactly when the fleet asks for it, and checks on the way what must hold in every one.

use std::collections::BTreeMap;

use swarmpulse_fleet::Fleet;
use swarmpulse_model::record::{FleetSettings, MonitorEvent, WorkLimit};
use swarmpulse_model::{
    Effect, EffectId, EntityKey, Envelope, Position, Record, Source, Text, Timestamp, Verdict,
};

use super::records::{self, LOCAL_HOST};
use super::script::{self, BEGIN, Script, Step};
use super::{checks, fields::Fields};

/// Ticks at one moment beyond which the fleet asks for time in vain.
const TICKS_AT_ONCE_MAX: u32 = 1000;

/// A fleet, and everything it has said so far.
pub struct Run {
    /// The fleet.
    pub fleet: Fleet,
    /// All effects, in order.
    pub said: Vec<Effect>,
    offset: u64,
    verdicts: BTreeMap<EntityKey, Verdict>,
    /// The moment that it has come to.
    pub now: Timestamp,
}

/// Runs a scenario and gives what went otherwise than it says.
pub fn run(name: &str, text: &str) -> Vec<String> {
    let told = |line: usize, error: String| format!("{name}:{line}: {error}");
    let script = match Script::parse(text) {
        Ok(script) => script,
        Err(errors) => {
            return errors
                .into_iter()
                .map(|(line, error)| told(line, error))
                .collect();
        }
    };
    let mut settings = FleetSettings {
        local_host: LOCAL_HOST.into(),
        ..FleetSettings::default()
    };
    for (line, name, value) in &script.settings {
        match with_setting(&settings, name, value) {
            Ok(changed) => settings = changed,
            Err(error) => return vec![told(*line, error)],
        }
    }
    let mut run = Run {
        fleet: Fleet::new(settings),
        said: Vec::new(),
        offset: 0,
        verdicts: BTreeMap::new(),
        now: BEGIN,
    };
    let mut failures = Vec::new();
    let mut first = 0;
    while first < script.steps.len() {
        let at = script.steps[first].at;
        let moment = script.steps[first..].partition_point(|step| step.at == at);
        let (next, failed) = run.moment(&script.steps[first..first + moment]);
        failures.extend(failed.into_iter().map(|(line, error)| told(line, error)));
        let skip = next.map_or(0, |next| {
            script.steps[first + moment..].partition_point(|step| step.at < next)
        });
        first += moment + skip;
        if !failures.is_empty() {
            break;
        }
    }
    failures
}

impl Run {
    /// One moment: what is due before it, then its records, then what is due with it, then its expectations. Gives the
    /// end of the time in which nothing is received, if the monitor goes down.
    fn moment(&mut self, steps: &[Step]) -> (Option<Timestamp>, Vec<(usize, String)>) {
        let (line, at) = (steps[0].line, steps[0].at);
        let mut next = None;
        if let Err(error) = self.tick_until(at.plus_ns(-1)) {
            return (None, vec![(line, error)]);
        }
        self.now = self.now.max(at);
        let (checks, records): (Vec<&Step>, Vec<&Step>) =
            steps.iter().partition(|step| step.words[0] == "expect");
        for step in records {
            match self.act(step) {
                Ok(None) => {}
                Ok(Some(until)) => next = Some(until),
                Err(error) => return (None, vec![(step.line, error)]),
            }
        }
        if let Err(error) = self.tick_until(self.now).and_then(|()| checks::always(self)) {
            return (None, vec![(line, error)]);
        }
        let mut failures = Vec::new();
        for step in checks {
            let seconds = step.at.seconds_since(BEGIN);
            if let Err(error) = checks::check(self, &step.words[1..]) {
                failures.push((step.line, format!("at {seconds}s: {error}")));
            }
        }
        (next, failures)
    }

    fn act(&mut self, step: &Step) -> Result<Option<Timestamp>, String> {
        match step.words[0].as_str() {
            "restart" => return self.restart(&Fields::new("restart", &step.words[1..])?).map(Some),
            "set" => {
                let (Some(name), Some(value)) = (step.words.get(1), step.words.get(2)) else {
                    return Err("`set` needs a name and a value".to_owned());
                };
                let settings = with_setting(self.fleet.settings(), name, value)?;
                let record = Record::Settings(Box::new(settings));
                self.apply("default", Source::Monitor, record)?;
            }
            _ => {
                let brought = records::record(step)?;
                self.apply(&brought.namespace, brought.source, brought.record)?;
            }
        }
        Ok(None)
    }

    /// The monitor is killed, its state is read back from a snapshot, and it starts again after a while.
    fn restart(&mut self, fields: &Fields<'_>) -> Result<Timestamp, String> {
        let down_ns = fields.opt("down_for").map(script::duration_ns).transpose()?;
        fields.done()?;
        let last_seen_at = Some(self.now);
        let before = state_of(&self.fleet)?;
        self.fleet = rmp_serde::from_slice(&before)
            .map_err(|error| format!("the snapshot does not come back: {error}"))?;
        self.fleet.restore();
        if state_of(&self.fleet)? != before {
            return Err("the snapshot comes back as another state".to_owned());
        }
        self.now = self.now.plus_ns(down_ns.unwrap_or(0));
        let started = Record::Monitor(MonitorEvent::Started { last_seen_at });
        self.apply("default", Source::Monitor, started)?;
        Ok(self.now)
    }

    fn apply(&mut self, namespace: &str, source: Source, record: Record) -> Result<(), String> {
        let mut effects = Vec::new();
        let envelope = self.envelope(self.now, namespace, source, record);
        self.offset += 1;
        self.fleet.apply_envelope(envelope, &mut effects);
        self.hear(effects)
    }

    fn envelope(&self, now: Timestamp, namespace: &str, source: Source, record: Record) -> Envelope {
        Envelope {
            position: Position {
                partition: 0,
                offset: self.offset,
            },
            received_at: now,
            namespace: namespace.into(),
            principal: Text::default(),
            source,
            records: vec![record],
        }
    }

    /// Verdicts are told as a chain: each goes on from what was told before.
    fn hear(&mut self, effects: Vec<(EffectId, Effect)>) -> Result<(), String> {
        for (_, effect) in effects {
            match &effect {
                Effect::Verdict(change) => {
                    let before = self.verdicts.insert(change.agent.clone(), change.to);
                    if before != change.from || before == Some(change.to) {
                        return Err(format!(
                            "the verdict on {} went from {:?} to {}, though {before:?} was told before",
                            change.agent.id,
                            change.from,
                            change.to.as_str()
                        ));
                    }
                }
                Effect::Forgotten(key) => {
                    self.verdicts.remove(key);
                }
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

    /// What was told of every agent is what the fleet says when asked.
    pub fn told_verdicts(&self) -> &BTreeMap<EntityKey, Verdict> {
        &self.verdicts
    }

    /// Ticks whenever the fleet asks for it, up to a time; and shows that a tick before changes nothing.
    fn tick_until(&mut self, until: Timestamp) -> Result<(), String> {
        let mut at_once = 0;
        loop {
            let due = self.fleet.next_due();
            if due > until {
                return Ok(());
            }
            if due > self.now {
                self.check_early_tick(due.plus_ns(-1))?;
                at_once = 0;
            }
            at_once += 1;
            if at_once > TICKS_AT_ONCE_MAX {
                return Err("the fleet asks for ticks without end".to_owned());
            }
            self.now = self.now.max(due);
            self.apply("default", Source::Monitor, Record::Tick)?;
        }
    }

    /// A tick before the due one is compared with a record that means nothing, at the same time and place.
    fn check_early_tick(&self, at: Timestamp) -> Result<(), String> {
        let nothing = Record::Monitor(MonitorEvent::ProbeFailed {
            probe: Text::default(),
            error: Text::default(),
        });
        let after = |record| {
            let mut fleet = self.fleet.clone();
            let mut effects = Vec::new();
            fleet.apply_envelope(
                self.envelope(at, "default", Source::Monitor, record),
                &mut effects,
            );
            (fleet, effects)
        };
        let (ticked, effects) = after(Record::Tick);
        let seconds = at.seconds_since(BEGIN);
        if !effects.is_empty() {
            return Err(format!(
                "a tick at {seconds}s, before the due one, has effects: {effects:?}"
            ));
        }
        if state_of(&ticked)? != state_of(&after(nothing).0)? {
            return Err(format!(
                "a tick at {seconds}s, before the due one, changes the state"
            ));
        }
        Ok(())
    }
}

fn state_of(fleet: &Fleet) -> Result<Vec<u8>, String> {
    rmp_serde::to_vec_named(fleet).map_err(|error| format!("no snapshot: {error}"))
}

/// Settings with one changed; `task_limit.TYPE` and `call_limit.SERVICE` add a limit.
fn with_setting(settings: &FleetSettings, name: &str, value: &str) -> Result<FleetSettings, String> {
    let mut settings = settings.clone();
    let limit = |name: &str| {
        let limit_s = value
            .parse()
            .map_err(|_| format!("`{value}` is no limit in seconds"))?;
        Ok::<_, String>(WorkLimit {
            name: name.into(),
            limit_s,
        })
    };
    if let Some(task_type) = name.strip_prefix("task_limit.") {
        settings.task_limits.push(limit(task_type)?);
        return Ok(settings);
    }
    if let Some(service) = name.strip_prefix("call_limit.") {
        settings.call_limits.push(limit(service)?);
        return Ok(settings);
    }
    let mut values = serde_json::to_value(&settings).map_err(|error| error.to_string())?;
    let slot = values
        .get_mut(name)
        .ok_or_else(|| format!("there is no setting `{name}`"))?;
    *slot = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    serde_json::from_value(values).map_err(|error| format!("`{name}`: {error}"))
}
