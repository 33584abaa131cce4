//! From spans to facts and records. OTLP exports a span when it ended: it tells of progress after the fact. One without an
//! end is under way, and its agent is at work until it ends.

use swarmpulse_model::Text;
use swarmpulse_model::record::{Call, CallState};

use crate::attributes::{Attributes, clean, cut};
use crate::dialect::{self, Fact, agent_name, rate_limits};
use crate::identity::{Place, Who, is_id};
use crate::logs::span_identity;
use crate::message::trace::{KIND_CLIENT, ResourceSpans, STATUS_ERROR, Span};
use crate::report::{Report, request_call, timestamp, tool_call};
use crate::taken::Refused;
use crate::usage::{Subject, Told, Usage};

/// Who was called, the best name first.
const PEERS: [&str; 7] = [
    "peer.service",
    "server.address",
    "net.peer.name",
    "rpc.service",
    "db.system.name",
    "db.system",
    "messaging.system",
];
const STATUS_KEYS: [&str; 2] = ["http.response.status_code", "http.status_code"];

/// Takes spans in.
pub(crate) struct Spans<'a, 'r> {
    pub usage: &'a mut Usage,
    pub report: &'a mut Report<'r>,
    pub refused: &'a mut Refused,
    pub namespace: &'a str,
    pub now_ms: i64,
}

impl Spans<'_, '_> {
    /// All spans of a resource.
    pub fn resource(&mut self, resource: &ResourceSpans) {
        let who = Who::of_resource(resource.resource.as_ref());
        let place = Place::of(resource.resource.as_ref());
        let job = place.kind.clone().unwrap_or_default();
        for span in resource.scope_spans.iter().flat_map(|scope| &scope.spans) {
            let who = who.with(&span.attributes);
            self.report.hear(&who, &place);
            self.span(span, &who, &job);
        }
    }

    fn span(&mut self, span: &Span, who: &Who<'_>, job: &str) {
        let Some(id) = id(&span.span_id) else {
            self.refused.add(1, || {
                format!(
                    "span {:?}: an id of {} bytes; send 8",
                    cut(&span.name, 64),
                    span.span_id.len()
                )
            });
            return;
        };
        let view = Attributes(&span.attributes);
        if span.end_time_unix_nano == 0 {
            self.report.call(
                who,
                Call {
                    state: CallState::Open,
                    ..peer_call(span, view, id)
                },
            );
            return;
        }
        let duration_s = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano) as f64 / 1e9;
        let failed = span
            .status
            .as_ref()
            .is_some_and(|status| status.code == STATUS_ERROR);
        self.report.span(who, failed);
        let at = timestamp(span.end_time_unix_nano);
        match dialect::span(view, failed, duration_s) {
            Some(Fact::Request(request)) => {
                let subject = Subject::of(self.namespace, who, job);
                if self
                    .usage
                    .hear(&subject, span_identity(&span.span_id), None, self.now_ms)
                    == Told::First
                {
                    self.usage.request(&subject, &request, self.now_ms);
                }
                for (limit, share) in rate_limits(view) {
                    self.usage
                        .rate_limit(&subject, &request.provider, limit, share, self.now_ms);
                }
                if let Some(answer) = &request.answer {
                    self.report.call(who, request_call(&request, answer, id, at));
                }
            }
            Some(Fact::Tool(result)) => {
                let subject = Subject::of(self.namespace, who, job);
                if self
                    .usage
                    .hear(&subject, span_identity(&span.span_id), None, self.now_ms)
                    == Told::First
                {
                    self.usage.tool(&subject, &result, self.now_ms);
                }
                self.report.call(who, tool_call(&result, id, at));
            }
            _ => self.plain(span, who, view, (id, duration_s, failed)),
        }
    }

    /// A span that is no request of a model: a run of an agent, or a call of something else.
    fn plain(
        &mut self,
        span: &Span,
        who: &Who<'_>,
        view: Attributes<'_>,
        (id, duration_s, failed): (Text, f64, bool),
    ) {
        let run_of = agent_name(view);
        let has_peer = span.kind == KIND_CLIENT && view.first_text(&PEERS).is_some();
        if run_of.is_none() && !has_peer {
            return;
        }
        let message = span.status.as_ref().map_or("", |status| status.message.as_str());
        let message = if message.is_empty() { "failed" } else { message };
        let mut call = peer_call(span, view, id);
        if let Some(agent) = run_of {
            call.service = Text::from(format!("agent:{agent}"));
            call.operation = Some(Text::const_new("cycle"));
        }
        call.latency_ms = Some(duration_s * 1000.0);
        call.at = timestamp(span.end_time_unix_nano);
        call.error = failed.then(|| Text::from(clean(message.into(), 512).as_ref()));
        self.report.call(who, call);
    }
}

fn peer_call(span: &Span, view: Attributes<'_>, id: Text) -> Call {
    Call {
        call: Some(id),
        service: service(view, &span.name),
        operation: Some(cut(&span.name, 200))
            .filter(|name| is_id(name))
            .map(Text::from),
        status_code: view.status_code(&STATUS_KEYS),
        at: timestamp(span.start_time_unix_nano),
        ..Call::default()
    }
}

/// The service that a span calls: a tool, a model's provider, a peer; else what the span does.
pub(crate) fn service(view: Attributes<'_>, name: &str) -> Text {
    let tool = view
        .text("gen_ai.tool.name")
        .map(|tool| format!("tool:{tool}").into());
    let peer = || {
        view.first_text(&["gen_ai.provider.name", "gen_ai.system"])
            .or_else(|| view.first_text(&PEERS))
    };
    let found: Option<std::borrow::Cow<'_, str>> = tool.or_else(peer);
    let found = found.filter(|name| is_id(name));
    match found {
        Some(name) => Text::from(name.as_ref()),
        None if is_id(name) => Text::from(format!("span:{}", cut(name, 190))),
        None => Text::const_new("span"),
    }
}

/// A span's id as text; `None` if it is none.
pub(crate) fn id(span_id: &[u8]) -> Option<Text> {
    (span_id.len() == 8).then(|| span_id.iter().map(|byte| format!("{byte:02x}")).collect())
}
