//! The records of one request: contact of every agent that is heard, calls, events, names that join.

use std::borrow::Cow;

use hashbrown::HashMap;
use swarmpulse_model::record::{Alias, Call, CallState, Event, EventSource, Heartbeat};
use swarmpulse_model::{Record, Text, Timestamp, Value};

use crate::dialect::{Answer, Request, ToolResult};
use crate::generations::Generations;
use crate::identity::{Place, Who};
use crate::options::Options;
use crate::pace::{Bucket, Pace, Rhythm};
use crate::taken::Taken;

/// Contact is recorded at most so often.
const CONTACT_EVERY_MS: i64 = 1000;
/// Agents of one request; further ones are not heard.
const SPEAKERS_MAX: usize = 10_000;

/// The paces of all agents.
#[derive(Debug)]
pub(crate) struct Paces {
    agents: Generations<(Text, Text), Pace>,
    all: Bucket,
}

impl Paces {
    pub fn new(options: &Options, now_ms: i64) -> Self {
        Self {
            agents: Generations::new(options.sessions_max, 3_600_000),
            all: Bucket::full(options.events_per_s, now_ms),
        }
    }
}

#[derive(Debug, Default)]
struct Speaker {
    heartbeat: Heartbeat,
    /// A call of it ended well: that shows progress.
    has_progress: bool,
    /// Metrics of it came that are exported on a schedule.
    is_regular: bool,
    spans: u64,
    failed_spans: u64,
    joins: Vec<(Text, &'static str)>,
}

/// The records of one request while they are gathered.
pub(crate) struct Report<'a> {
    options: &'a Options,
    paces: &'a mut Paces,
    namespace: &'a str,
    now_ms: i64,
    speakers: HashMap<Text, Speaker>,
    records: Vec<Record>,
    sampled_out: u64,
    unheard: u64,
}

impl<'a> Report<'a> {
    pub fn new(options: &'a Options, paces: &'a mut Paces, namespace: &'a str, now_ms: i64) -> Self {
        Self {
            options,
            paces,
            namespace,
            now_ms,
            speakers: HashMap::new(),
            records: Vec::new(),
            sampled_out: 0,
            unheard: 0,
        }
    }

    /// An agent was heard.
    pub fn hear(&mut self, who: &Who<'_>, place: &Place) {
        let Some(agent) = who.agent() else { return };
        if self.speakers.contains_key(agent) {
            let known = self.speakers.get_mut(agent);
            known.into_iter().for_each(|speaker| speaker.learn(who));
            return;
        }
        if self.speakers.len() >= SPEAKERS_MAX {
            self.unheard += 1;
            return;
        }
        let mut speaker = Speaker {
            heartbeat: Heartbeat {
                agent: agent.into(),
                kind: place.kind.as_deref().map(Text::from),
                host: place.host.as_deref().map(Text::from),
                pid: place.pid,
                interval_s: place.interval_s,
                ..Heartbeat::default()
            },
            ..Speaker::default()
        };
        speaker.learn(who);
        self.speakers.insert(agent.into(), speaker);
    }

    /// An agent was heard by metrics. SDKs export them on a schedule; programs that a person drives send nothing while they
    /// wait.
    pub fn hear_metrics(&mut self, who: &Who<'_>, place: &Place) {
        self.hear(who, place);
        if let Some(speaker) = who.agent().and_then(|agent| self.speakers.get_mut(agent)) {
            speaker.is_regular |= !place.is_driven_by_a_person();
        }
    }

    /// A finished span: work went on.
    pub fn span(&mut self, who: &Who<'_>, failed: bool) {
        let speaker = who.agent().and_then(|agent| self.speakers.get_mut(agent));
        if let Some(speaker) = speaker {
            speaker.spans += 1;
            speaker.failed_spans += u64::from(failed);
        }
    }

    /// A call, unless its agent makes too many.
    pub fn call(&mut self, who: &Who<'_>, mut call: Call) {
        let Some(agent) = who.agent() else { return };
        call.agent = Some(agent.into());
        call.task = who.task.as_deref().map(Text::from);
        let options = self.options;
        let pace = self.pace(agent);
        if !pace.1.calls.take(options.agent_calls_per_s, pace.0) {
            self.sampled_out += 1;
            return;
        }
        if call.state == CallState::Closed
            && call.error.is_none()
            && call.status_code.is_none_or(|code| code < 400)
            && let Some(speaker) = self.speakers.get_mut(agent)
        {
            speaker.has_progress = true;
        }
        self.records.push(Record::Call(Box::new(call)));
    }

    /// An event, unless its agent or all of them send too many.
    pub fn event(&mut self, who: &Who<'_>, mut event: Event) {
        let agent = who.agent();
        let (per_agent, of_all) = (self.options.agent_events_per_s, self.options.events_per_s);
        let now_ms = self.now_ms;
        let kept = agent.is_none_or(|agent| self.pace(agent).1.events.take(per_agent, now_ms))
            && self.paces.all.take(of_all, now_ms);
        if !kept {
            self.sampled_out += 1;
            return;
        }
        event.agent = agent.map(Text::from);
        event.sandbox = who.sandbox.as_deref().map(Text::from);
        event.task = who.task.as_deref().map(Text::from);
        self.records.push(Record::Event(Box::new(event)));
    }

    fn pace(&mut self, agent: &str) -> (i64, &mut Pace) {
        let (options, now_ms) = (self.options, self.now_ms);
        let key = (Text::from(self.namespace), Text::from(agent));
        let pace = self.paces.agents.get_or_insert(&key, now_ms, || Pace {
            events: Bucket::full(options.agent_events_per_s, now_ms),
            calls: Bucket::full(options.agent_calls_per_s, now_ms),
            contact_ms: i64::MIN,
            is_regular: false,
            rhythm: Rhythm::default(),
        });
        (now_ms, pace)
    }

    /// Everything, contact first: what follows is then of known agents.
    pub fn finish(mut self, taken: &mut Taken) {
        let mut speakers: Vec<Speaker> = std::mem::take(&mut self.speakers).into_values().collect();
        speakers.sort_unstable_by(|one, other| one.heartbeat.agent.cmp(&other.heartbeat.agent));
        let mut gathered = std::mem::take(&mut self.records);
        let mut heard = Vec::new();
        for mut speaker in speakers {
            let agent = speaker.heartbeat.agent.clone();
            for (other, reason) in &speaker.joins {
                taken.joins.push(Alias {
                    agent: agent.clone(),
                    other: other.clone(),
                    reason: Text::const_new(reason),
                });
            }
            if speaker.spans > 0 && !speaker.has_progress {
                let who = Who {
                    agent_id: Some(Cow::Borrowed(agent.as_str())),
                    sandbox: speaker.heartbeat.sandbox.as_deref().map(Cow::Borrowed),
                    task: speaker.heartbeat.task.as_deref().map(Cow::Borrowed),
                    ..Who::default()
                };
                self.event(&who, speaker.spans_event());
                gathered.append(&mut self.records);
            }
            let now_ms = self.now_ms;
            let pace = self.pace(&agent).1;
            let turns_regular = speaker.is_regular && !pace.is_regular;
            pace.is_regular |= speaker.is_regular;
            if speaker.is_regular {
                pace.rhythm.beat(now_ms);
            }
            let told = speaker.heartbeat.interval_s;
            speaker.heartbeat.on_demand = (told.is_none() && !pace.is_regular).then_some(true);
            if pace.is_regular {
                speaker.heartbeat.interval_s = told.or(Some(pace.rhythm.interval_s()));
            }
            if turns_regular || now_ms.saturating_sub(pace.contact_ms) >= CONTACT_EVERY_MS {
                pace.contact_ms = now_ms;
                heard.push(Record::Heartbeat(Box::new(speaker.heartbeat)));
            }
        }
        heard.append(&mut gathered);
        taken.records.append(&mut heard);
        taken.refused.sampled_out += self.sampled_out;
        taken.refused.left_out += self.unheard;
    }
}

impl Speaker {
    fn learn(&mut self, who: &Who<'_>) {
        let heartbeat = &mut self.heartbeat;
        if heartbeat.sandbox.is_none() {
            heartbeat.sandbox = who.sandbox.as_deref().map(Text::from);
        }
        if heartbeat.task.is_none() {
            heartbeat.task = who.task.as_deref().map(Text::from);
        }
        for (name, why) in who.other_names() {
            if self.joins.len() < 8 && !self.joins.iter().any(|(known, _)| known == name) {
                self.joins.push((name.into(), why));
            }
        }
    }

    fn spans_event(&self) -> Event {
        let mut event = Event {
            event_type: Text::const_new("otlp.spans"),
            source: EventSource::Agent,
            ..Event::default()
        };
        let numbers = [("spans", self.spans), ("failed", self.failed_spans)];
        let numbers = numbers.into_iter().filter(|(_, count)| *count > 0);
        event.attributes.0 = numbers
            .map(|(name, count)| {
                (
                    Text::const_new(name),
                    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)),
                )
            })
            .collect();
        event
    }
}

/// The call that an LLM request was.
pub(crate) fn request_call(request: &Request, answer: &Answer, id: Text, at: Option<Timestamp>) -> Call {
    Call {
        call: Some(id),
        service: request.provider.clone(),
        operation: Some(request.model.clone()),
        status_code: answer.status_code,
        latency_ms: answer.duration_s.map(|duration_s| duration_s * 1000.0),
        error: answer.error.clone().filter(|_| answer.failed),
        at,
        ..Call::default()
    }
}

/// The call that a tool was.
pub(crate) fn tool_call(result: &ToolResult, id: Text, at: Option<Timestamp>) -> Call {
    let failed = result.ok == Some(false);
    Call {
        call: Some(id),
        service: tool_service(&result.tool),
        latency_ms: result.duration_s.map(|duration_s| duration_s * 1000.0),
        error: failed.then(|| result.error.clone().unwrap_or(Text::const_new("failed"))),
        at,
        ..Call::default()
    }
}

/// The service that a tool is.
pub(crate) fn tool_service(tool: &str) -> Text {
    Text::from(format!("tool:{tool}"))
}

/// A time by the sender's clock.
pub(crate) fn timestamp(ns: u64) -> Option<Timestamp> {
    i64::try_from(ns).ok().filter(|ns| *ns > 0).map(Timestamp)
}
