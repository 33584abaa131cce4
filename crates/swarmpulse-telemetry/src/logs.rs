//! From logs to facts and records.

use std::borrow::Cow;

use swarmpulse_model::record::{Call, CallState, Event, EventSource};
use swarmpulse_model::{Attributes as Kept, Text, Value};
use swarmpulse_wire::redact;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::attributes::{Attributes, clean, cut, kept, text_of};
use crate::dialect::{self, Fact, is_client_event, rate_limits};
use crate::identity::{Place, Who, is_id};
use crate::message::logs::{LogRecord, ResourceLogs};
use crate::options::Options;
use crate::report::{Report, request_call, timestamp, tool_call, tool_service};
use crate::taken::Refused;
use crate::usage::{Subject, Told, Usage};

/// Severity numbers from here on are errors.
const ERROR: i32 = 17;
const FATAL: i32 = 21;
/// Attributes that an event tells by its own fields.
const USED: [&str; 8] = [
    "event.name",
    "event.timestamp",
    "event.sequence",
    "agent.id",
    "sandbox.id",
    "task.id",
    "prompt.id",
    "terminal.type",
];
/// Ends of the names of events that tell of trouble, not of progress.
const TROUBLE: [&str; 4] = ["error", "exhausted", "refused", "failed"];
/// Events that say that a span began, which ends with the same id.
const SPAN_STARTED: [&str; 2] = ["span.started", "span.start"];

/// Takes logs in.
pub(crate) struct Logs<'a, 'r> {
    pub options: &'a Options,
    pub usage: &'a mut Usage,
    pub report: &'a mut Report<'r>,
    pub refused: &'a mut Refused,
    pub namespace: &'a str,
    pub now_ms: i64,
}

impl Logs<'_, '_> {
    /// All logs of a resource.
    pub fn resource(&mut self, resource: &ResourceLogs) {
        let who = Who::of_resource(resource.resource.as_ref());
        let place = Place::of(resource.resource.as_ref());
        let job = place.kind.clone().unwrap_or_default();
        for scope in &resource.scope_logs {
            let scope_name = scope.scope.as_ref().map_or("", |scope| scope.name.as_str());
            for record in &scope.log_records {
                let who = who.with(&record.attributes);
                self.report.hear(&who, &place);
                self.record(record, &who, &job, scope_name);
            }
        }
    }

    fn record(&mut self, record: &LogRecord, who: &Who<'_>, job: &str, scope: &str) {
        let view = Attributes(&record.attributes);
        let name = event_name(record, scope);
        let at_ns = if record.time_unix_nano > 0 {
            record.time_unix_nano
        } else {
            record.observed_time_unix_nano
        };
        let fact = dialect::event(&name, view);
        let id = identity(&name, record, at_ns, fact.as_ref());
        let subject = Subject::of(self.namespace, who, job);
        let mut told = Told::First;
        if is_client_event(&name) {
            let sequence = view.amount("event.sequence").map(|number| (number as u64, at_ns));
            told = self.usage.hear(&subject, id, sequence, self.now_ms);
        }
        if let Some(fact) = &fact {
            self.fact(fact, &subject, who, (id, at_ns), told);
        }
        if let Some(Fact::Request(request)) = &fact {
            for (limit, share) in rate_limits(view) {
                self.usage
                    .rate_limit(&subject, &request.provider, limit, share, self.now_ms);
            }
        }
        if SPAN_STARTED.contains(&name.as_ref()) {
            self.span_started(record, who, at_ns);
        } else if !name.is_empty() {
            self.event(&name, record, who, (id, at_ns));
        } else if record.severity_number >= ERROR {
            self.error(record, who, (id, at_ns));
        }
    }

    fn fact(
        &mut self,
        fact: &Fact,
        subject: &Subject<'_>,
        who: &Who<'_>,
        (id, at_ns): (u64, u64),
        told: Told,
    ) {
        let at = timestamp(at_ns);
        match fact {
            Fact::Request(request) => {
                if told == Told::First {
                    self.usage.request(subject, request, self.now_ms);
                }
                if let Some(answer) = &request.answer {
                    self.report.call(who, request_call(request, answer, hex(id), at));
                }
            }
            Fact::Tool(result) => {
                if told == Told::First {
                    self.usage.tool(subject, result, self.now_ms);
                }
                let id = result.id.clone().unwrap_or_else(|| hex(id));
                self.report.call(who, tool_call(result, id, at));
            }
            Fact::ToolBegan { tool, id } => {
                let call = Call {
                    call: Some(id.clone()),
                    service: tool_service(tool),
                    state: CallState::Open,
                    at,
                    ..Call::default()
                };
                self.report.call(who, call);
            }
        }
    }

    fn span_started(&mut self, record: &LogRecord, who: &Who<'_>, at_ns: u64) {
        let view = Attributes(&record.attributes);
        let Some(id) = crate::spans::id(&record.span_id) else {
            return;
        };
        let name = view.first_text(&["span.name", "name"]).filter(|name| is_id(name));
        let call = Call {
            call: Some(id),
            service: crate::spans::service(view, name.as_deref().unwrap_or("span")),
            operation: name.map(|name| Text::from(name.as_ref())),
            state: CallState::Open,
            at: timestamp(at_ns),
            ..Call::default()
        };
        self.report.call(who, call);
    }

    fn event(&mut self, name: &str, record: &LogRecord, who: &Who<'_>, (id, at_ns): (u64, u64)) {
        let is_trouble = record.severity_number >= ERROR || TROUBLE.iter().any(|end| name.ends_with(end));
        let (attributes, left_out) = kept(&record.attributes, &USED, self.options);
        self.refused.left_out += left_out;
        self.report.event(
            who,
            Event {
                event: Some(hex(id)),
                event_type: cut(name, 200).into(),
                source: if is_trouble {
                    EventSource::System
                } else {
                    EventSource::Agent
                },
                at: timestamp(at_ns),
                attributes,
                ..Event::default()
            },
        );
    }

    /// A log that tells of an error: an event with its text, without secrets.
    fn error(&mut self, record: &LogRecord, who: &Who<'_>, (id, at_ns): (u64, u64)) {
        let text = record.body.as_ref().map(text_of).unwrap_or_default();
        let (size, text) = (text.len(), clean(text, self.options.attribute_value_bytes));
        let view = Attributes(&record.attributes);
        let mut attributes = Kept::default();
        let said = [
            ("message", (!text.is_empty()).then_some(text)),
            (
                "severity",
                (!record.severity_text.is_empty()).then_some(Cow::Borrowed(record.severity_text.as_str())),
            ),
            ("exception", view.text("exception.type")),
            ("exception_message", view.text("exception.message")),
        ];
        for (name, text) in said {
            if let Some(text) = text {
                let text = redact::text(cut(&text, self.options.attribute_value_bytes)).into_owned();
                attributes
                    .0
                    .push((Text::const_new(name), Value::Text(text.into())));
            }
        }
        let fatal = record.severity_number >= FATAL;
        self.report.event(
            who,
            Event {
                event: Some(hex(id)),
                event_type: Text::const_new(if fatal { "log.fatal" } else { "log.error" }),
                source: EventSource::System,
                at: timestamp(at_ns),
                size_bytes: Some(size as u64),
                attributes,
                ..Event::default()
            },
        );
    }
}

/// What sort of event a record is; empty for a log. Clients write it in different places, with or without their prefix.
fn event_name<'a>(record: &'a LogRecord, scope: &str) -> Cow<'a, str> {
    let view = Attributes(&record.attributes);
    let name = match record.event_name.as_str() {
        "" => view.text("event.name"),
        name => Some(Cow::Borrowed(name)),
    };
    let Some(name) = name.filter(|name| is_id(name)) else {
        let body = record.body.as_ref().and_then(|body| body.string_value.as_deref());
        // A body that is the very name of a client's event.
        let is_name =
            |body: &&str| is_client_event(body) && body.len() <= 100 && !body.contains(char::is_whitespace);
        return body.filter(is_name).map(Cow::Borrowed).unwrap_or_default();
    };
    if name.contains('.') || !scope.contains("claude_code") {
        return name;
    }
    Cow::Owned(format!("claude_code.{name}"))
}

/// What tells an event from others: the client's own id, else all that it says.
fn identity(name: &str, record: &LogRecord, at_ns: u64, fact: Option<&Fact>) -> u64 {
    let own = match fact {
        Some(Fact::Request(request)) => request.id.as_deref(),
        _ => None,
    };
    // A span and the event of the same request share the span's id.
    let by_span = name.starts_with("gen_ai.") && !record.span_id.is_empty();
    if by_span {
        return span_identity(&record.span_id);
    }
    let mut hash = Xxh3::new();
    let mut part = |text: &str| {
        hash.update(&(text.len() as u32).to_le_bytes());
        hash.update(text.as_bytes());
    };
    part(name);
    if let Some(own) = own {
        part(own);
        return hash.digest();
    }
    part(&at_ns.to_string());
    for pair in &record.attributes {
        part(&pair.key);
        part(&pair.value.as_ref().map(text_of).unwrap_or_default());
    }
    part(&record.body.as_ref().map(text_of).unwrap_or_default());
    hash.digest()
}

/// What tells a span from others.
pub(crate) fn span_identity(span_id: &[u8]) -> u64 {
    xxh3_64(span_id)
}

fn hex(id: u64) -> Text {
    Text::from(format!("{id:016x}"))
}
