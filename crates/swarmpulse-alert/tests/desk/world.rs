//! A world around a desk: time, the graph, the journal that gives its records back, and people who write.

mod expecting;
mod happening;

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmpulse_alert::{Desk, DeskOptions, Receiver, ReceiverChannel, Routing};
use swarmpulse_model::alert::{AlertOrigin, PostedAlert};
use swarmpulse_model::{Effect, EffectId, Position, Record, Text, Timestamp};

use crate::graph::Graph;
use crate::language::{BEGIN, Case};
use crate::render;

/// How a case is run; all come to the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Plain,
    /// The desk is written down and read again after every step.
    Restarted,
    /// The journal refuses every decision once.
    Refused,
    /// The desk is lost after every decision, before it was journaled.
    Crashed,
}

impl Manner {
    pub const ALL: [Self; 4] = [Self::Plain, Self::Restarted, Self::Refused, Self::Crashed];
}

/// A rule's alert as rules know it.
#[derive(Clone, Debug)]
struct RuleAlert {
    active_at: Timestamp,
    fired_at: Option<Timestamp>,
}

pub(crate) struct World {
    desk: Desk,
    /// Is given the same effects and never decides: it must come to the same state.
    replayed: Desk,
    options: DeskOptions,
    routing: Arc<Routing>,
    receivers: Vec<Receiver>,
    graph: Graph,
    now: Timestamp,
    journal: Vec<(EffectId, Timestamp, Effect)>,
    rules: BTreeMap<String, RuleAlert>,
    manner: Manner,
    /// Effects up to which states were compared.
    compared: usize,
    /// What was posted at this time: whoever posted it has no answer yet, and posts it again if the desk is lost.
    posts: Vec<(Text, PostedAlert)>,
    /// Ids of those that must be on record before they are answered.
    unsaid: Vec<Text>,
    told: Vec<(Timestamp, String)>,
    expected: Vec<(Timestamp, String)>,
}

impl World {
    pub fn new(case: &Case, manner: Manner) -> Result<Self, String> {
        let options = DeskOptions::default();
        let mut world = Self {
            desk: Desk::new(options.clone()),
            replayed: Desk::new(options.clone()),
            options,
            routing: Arc::new(Routing::default()),
            receivers: Vec::new(),
            graph: Graph::default(),
            now: BEGIN,
            journal: Vec::new(),
            rules: BTreeMap::new(),
            manner,
            compared: 0,
            posts: Vec::new(),
            unsaid: Vec::new(),
            told: Vec::new(),
            expected: Vec::new(),
        };
        let first = case.routings.first().map(|(_, text)| text.as_str());
        world.route(first)?;
        Ok(world)
    }

    /// Routes by this file; receivers have one channel, `hook/0`, which is told of ends unless the name ends in `-quiet`.
    fn route(&mut self, yaml: Option<&str>) -> Result<(), String> {
        let mut names = vec!["default".into()];
        if let Some(yaml) = yaml {
            let zone = |name: &str| jiff::tz::TimeZone::get(name).ok();
            let file = Routing::parse(yaml, &zone).map_err(|errors| format!("{errors:?}"))?;
            names = file.receivers;
            self.options.resolve_timeout_s = file.resolve_timeout_s;
            self.desk.expire_after(file.resolve_timeout_s);
            self.routing = Arc::new(file.routing);
        }
        self.receivers = names
            .into_iter()
            .map(|name| Receiver {
                channels: vec![ReceiverChannel {
                    name: "hook/0".into(),
                    send_resolved: !name.ends_with("-quiet"),
                }],
                name,
            })
            .collect();
        self.desk.route(Arc::clone(&self.routing), self.receivers.clone());
        self.replayed
            .route(Arc::clone(&self.routing), self.receivers.clone());
        Ok(())
    }

    pub fn play(&mut self, case: &Case) -> Result<(), String> {
        let mut lines = case.lines.iter().peekable();
        while let Some(line) = lines.peek() {
            let due = self.desk.next_due();
            if due < line.at {
                self.step(due)?;
                continue;
            }
            let at = line.at;
            self.now = at;
            self.graph.now = at;
            let mut expectations = Vec::new();
            while let Some(line) = lines.next_if(|line| line.at == at) {
                let error = |error| format!("line {}: {error}", line.number);
                if !self.happen(case, line).map_err(error)? {
                    expectations.push(line);
                }
            }
            self.step(at)?;
            for line in expectations {
                self.expect(line)
                    .map_err(|error| format!("line {}: {error}", line.number))?;
            }
        }
        Ok(())
    }

    /// Decides until there is nothing more to decide by that time.
    fn step(&mut self, at: Timestamp) -> Result<(), String> {
        self.now = self.now.max(at);
        self.graph.now = self.now;
        for _ in 0..100 {
            let records = self.decide();
            if records.is_empty() {
                if self.manner == Manner::Restarted {
                    self.restart()?;
                    // Figures of a place may be told anew whenever it is looked at.
                    let (figures, anew): (Vec<Record>, Vec<Record>) =
                        self.decide().into_iter().partition(is_of_place);
                    let told_figures = !figures.is_empty();
                    for record in figures {
                        if let Record::Alert(alert) = record {
                            self.write(Effect::Alert(alert));
                        }
                    }
                    if told_figures {
                        continue;
                    }
                    if !anew.is_empty() {
                        let at = render::time(self.now);
                        return Err(format!("a restart at {at} decides something anew: {anew:?}"));
                    }
                }
                self.compare_replay()?;
                let now = self.now;
                if let Some(id) = self.unsaid.drain(..).find(|id| !self.desk.is_said(id, now)) {
                    return Err(format!("{id} is not said at {}", render::time(now)));
                }
                self.posts.clear();
                let due = self.desk.next_due();
                if due <= self.now {
                    return Err(format!("it is due again and again at {}", render::time(self.now)));
                }
                return Ok(());
            }
            for record in records {
                match record {
                    Record::Alert(alert) => self.write(Effect::Alert(alert)),
                    Record::Notification(told) => {
                        self.told.push((told.at, render::notification(&told)));
                        self.write(Effect::Notification(told));
                    }
                    other => return Err(format!("decided {other:?}")),
                }
            }
        }
        Err(format!("it does not come to rest at {}", render::time(self.now)))
    }

    /// A desk that was given the same effects and never decided is in the same state.
    fn compare_replay(&mut self) -> Result<(), String> {
        if self.compared == self.journal.len() {
            return Ok(());
        }
        self.compared = self.journal.len();
        let kept = |desk: &Desk| {
            let mut kept = serde_json::to_value(desk).map_err(|error| error.to_string())?;
            // When an alert was sent again is in no effect.
            for entry in kept["entries"].as_array_mut().into_iter().flatten() {
                entry["sending"].take();
            }
            Ok::<_, String>(kept)
        };
        if kept(&self.desk)? != kept(&self.replayed)? {
            return Err(format!("a replay differs at {}", render::time(self.now)));
        }
        Ok(())
    }

    fn decide(&mut self) -> Vec<Record> {
        let records = self.desk.decide(self.now, &self.graph);
        match self.manner {
            Manner::Plain | Manner::Restarted => records,
            _ if records.is_empty() => records,
            Manner::Refused => {
                assert_eq!(self.desk.decide(self.now, &self.graph), [], "decided twice");
                self.desk.withdraw();
                self.again(&records)
            }
            Manner::Crashed => {
                self.restart().unwrap();
                self.again(&records)
            }
        }
    }

    /// What was not journaled is decided again, the same. Places are looked at whenever that is.
    fn again(&mut self, before: &[Record]) -> Vec<Record> {
        let records = self.desk.decide(self.now, &self.graph);
        let at = render::time(self.now);
        let without_places = |records: &[Record]| {
            records
                .iter()
                .filter(|record| !is_of_place(record))
                .cloned()
                .collect::<Vec<_>>()
        };
        let (first, second) = (without_places(before), without_places(&records));
        assert_eq!(first.len(), second.len(), "records at {at}");
        for (first, second) in first.iter().zip(&second) {
            assert_eq!(first, second, "at {at}");
        }
        records
    }

    /// Writes the desk down and reads it again.
    fn restart(&mut self) -> Result<(), String> {
        let kept = serde_json::to_string(&self.desk).map_err(|error| error.to_string())?;
        self.desk = serde_json::from_str(&kept).map_err(|error| error.to_string())?;
        self.desk.configure(self.options.clone());
        self.desk.route(Arc::clone(&self.routing), self.receivers.clone());
        for (namespace, posted) in &self.posts {
            self.desk.post(namespace, posted, self.now, true);
        }
        Ok(())
    }

    /// Journals an effect and applies it.
    fn write(&mut self, effect: Effect) {
        let offset = self.journal.len() as u64;
        let position = Position { partition: 0, offset };
        let id = EffectId { position, n: 0 };
        self.desk.apply(id, self.now, &effect);
        self.replayed.apply(id, self.now, &effect);
        self.journal.push((id, self.now, effect));
    }

    /// Everything told was expected, and the other way round.
    pub fn compare(&mut self) -> Result<(), String> {
        self.told.sort();
        self.expected.sort();
        let text = |(at, what): &(Timestamp, String)| format!("at {} {what}", render::time(*at));
        let without = |some: &[(Timestamp, String)], others: &[(Timestamp, String)]| {
            let mut others = others.to_vec();
            let missing = some
                .iter()
                .filter(|one| match others.iter().position(|other| other == *one) {
                    Some(place) => {
                        others.remove(place);
                        false
                    }
                    None => true,
                });
            missing.map(text).collect::<Vec<String>>()
        };
        let missing = without(&self.expected, &self.told);
        let surplus = without(&self.told, &self.expected);
        if missing.is_empty() && surplus.is_empty() {
            return Ok(());
        }
        Err(format!(
            "expected and not told:\n  {}\ntold and not expected:\n  {}",
            missing.join("\n  "),
            surplus.join("\n  ")
        ))
    }
}

fn is_of_place(record: &Record) -> bool {
    matches!(record, Record::Alert(alert) if alert.origin == AlertOrigin::Cause)
}
