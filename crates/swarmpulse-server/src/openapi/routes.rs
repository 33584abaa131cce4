//! Every route of the API, in the order of the document. A test holds this against the router.

use swarmpulse_api::{
    Accepted, Agent, AgentHealthReport, Alert, Alerts, Backtest, Detector, Finding, FindingDetail,
    FindingWaiting, Graph, HistoryEvent, JournalEntry, Metrics, MetricsHistory, NewBacktest, NewToken,
    OwnAccess, Sandbox, SandboxEventAccepted, Service, StreamEvent, StreamReset, Summary, Task,
    TimelineEntry, TokenCreated, TokenInfo,
};
use swarmpulse_store::Scope;
use utoipa::openapi::HttpMethod::{self, Delete, Get, Head, Post};

use super::alerting;
use super::alertmanager;
use super::otlp;
use super::queries;
use super::record::{self, Record};
use super::route::{Answer, Body, Content, Route, Shape, json, page, shape};
use super::samples;
use crate::live;
use crate::read::parameter::Parameter;
use crate::read::parameters as read;

/// The groups, with what they are for.
pub(super) const GROUPS: [(&str, &str); 10] = [
    (
        "Reading",
        "The fleet as it is, and what happened. Lists come in pages: pass `next` as `cursor`.",
    ),
    (
        "Observability",
        "Everything now, figures over time, and alerts: enough to build a dashboard on.",
    ),
    (
        "Alerting",
        "Alerts and what is done about them: taken in hand, silenced, told; and the rules that raise them.",
    ),
    (
        "Alertmanager",
        "Alertmanager's API v2 over the same alerts and silences, as amtool and Grafana speak it.",
    ),
    (
        "Queries",
        "Prometheus' query API over everything numeric, as Grafana and promtool speak it.",
    ),
    (
        "Live",
        "What happens, as it happens, over server-sent events or a WebSocket.",
    ),
    (
        "Sending",
        "Records in. 202 means that what was accepted is on disk and applied.",
    ),
    (
        "Samples",
        "Samples of series in, by the protocols that agents and their tools already speak.",
    ),
    ("Tokens", "Bearer tokens. None is needed on loopback."),
    ("The monitor", "How the server itself is, and this document."),
];

const ACCEPTED: Answer = Answer {
    status: "202",
    what: "At least one item is durable; the others are named. 422 with the same body if none is.",
    content: Content::Json(shape::<Accepted>),
};
const PONG: Answer = Answer {
    status: "200",
    what: "`OK`: it is durable.",
    content: Content::Text("text/plain"),
};

const fn reads(
    id: &'static str,
    path: &'static str,
    what: &'static str,
    parameters: &'static [Parameter],
    shape: Shape,
) -> Route {
    let scope = Some(Scope::Read);
    let answer = json("What was asked for.", shape);
    Route {
        id,
        method: Get,
        path,
        group: "Reading",
        what,
        scope,
        parameters,
        body: Body::None,
        answer,
    }
}

const fn observes(
    id: &'static str,
    path: &'static str,
    what: &'static str,
    parameters: &'static [Parameter],
    shape: Shape,
) -> Route {
    Route {
        group: "Observability",
        ..reads(id, path, what, parameters, shape)
    }
}

const fn takes(id: &'static str, path: &'static str, record: &'static Record) -> Route {
    Route {
        id,
        method: Post,
        path,
        group: "Sending",
        what: record.what,
        scope: Some(Scope::Ingest),
        parameters: &[],
        body: Body::Records(record),
        answer: ACCEPTED,
    }
}

const fn pings(id: &'static str, method: HttpMethod, path: &'static str, body: Body) -> Route {
    let what = "A heartbeat by address alone, for scripts and cron. A signal is `start`, `fail`, `log` or an exit code: 0 \
                is success, any other failure.";
    let scope = Some(Scope::Ingest);
    Route {
        id,
        method,
        path,
        group: "Sending",
        what,
        scope,
        parameters: &[],
        body,
        answer: PONG,
    }
}

const MESSAGE: Body = Body::Text("The first 4 KiB become the heartbeat's message, redacted.");

const fn open(id: &'static str, path: &'static str, what: &'static str, answer: Answer) -> Route {
    let group = "The monitor";
    Route {
        id,
        method: Get,
        path,
        group,
        what,
        scope: None,
        parameters: &[],
        body: Body::None,
        answer,
    }
}

const fn text(what: &'static str, media_type: &'static str) -> Answer {
    Answer {
        status: "200",
        what,
        content: Content::Text(media_type),
    }
}

/// Every route, in the order of the document.
pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    ROUTES
        .iter()
        .chain(alerting::ROUTES)
        .chain(alertmanager::ROUTES)
        .chain(queries::ROUTES)
        .chain(samples::ROUTES)
        .chain(otlp::ROUTES)
}

/// The routes of records, of reading and of the server itself.
const ROUTES: &[Route] = &[
    reads(
        "summary",
        "/api/v1/summary",
        "The fleet in one object, and in one sentence.",
        &[],
        shape::<Summary>,
    ),
    reads(
        "agents",
        "/api/v1/agents",
        "Agents, each with its verdict and the evidence.",
        read::AGENTS,
        page::<Agent>,
    ),
    reads(
        "agent",
        "/api/v1/agents/{id}",
        "One agent, by its id or an alias.",
        read::AGENT,
        shape::<Agent>,
    ),
    reads(
        "agent_timeline",
        "/api/v1/agents/{id}/timeline",
        "What happened to an agent, the newest first.",
        read::TIMELINE,
        page::<TimelineEntry>,
    ),
    reads("tasks", "/api/v1/tasks", "Tasks.", read::TASKS, page::<Task>),
    reads(
        "task",
        "/api/v1/tasks/{id}",
        "One task.",
        read::TASK,
        shape::<Task>,
    ),
    reads(
        "sandboxes",
        "/api/v1/sandboxes",
        "Sandboxes.",
        read::SANDBOXES,
        page::<Sandbox>,
    ),
    reads(
        "sandbox",
        "/api/v1/sandboxes/{id}",
        "One sandbox.",
        read::SANDBOX,
        shape::<Sandbox>,
    ),
    reads(
        "services",
        "/api/v1/services",
        "Services that agents call.",
        read::SERVICES,
        page::<Service>,
    ),
    reads(
        "service",
        "/api/v1/services/{id}",
        "One service.",
        read::SERVICE,
        shape::<Service>,
    ),
    reads(
        "events",
        "/api/v1/events",
        "What happened, from history.",
        read::EVENTS,
        page::<HistoryEvent>,
    ),
    reads(
        "record",
        "/api/v1/records/{position}",
        "The batch in the journal behind a piece of evidence, redacted as it is stored.",
        read::RECORD,
        shape::<JournalEntry>,
    ),
    reads(
        "graph",
        "/api/v1/graph",
        "What an entity is linked to.",
        read::GRAPH,
        shape::<Graph>,
    ),
    reads(
        "findings",
        "/api/v1/findings",
        "What detectors hold to be true, the most severe first; without charts.",
        read::FINDINGS,
        page::<Finding>,
    ),
    reads(
        "findings_waiting",
        "/api/v1/findings/waiting",
        "What detectors cannot judge yet, and what is missing.",
        read::FINDINGS_WAITING,
        page::<FindingWaiting>,
    ),
    reads(
        "finding",
        "/api/v1/findings/{id}",
        "One finding with the data behind it, enough to draw it.",
        read::FINDING,
        shape::<FindingDetail>,
    ),
    reads(
        "detectors",
        "/api/v1/detectors",
        "The detectors: what each looks for, how, and where the method comes from.",
        &[],
        page::<Detector>,
    ),
    reads(
        "agent_health",
        "/api/v1/admin/health/agents",
        "The health of every agent, as checks by others ask for it.",
        read::AGENTS,
        shape::<AgentHealthReport>,
    ),
    observes(
        "metrics",
        "/api/observability/metrics",
        "Everything now.",
        &[],
        shape::<Metrics>,
    ),
    observes(
        "metrics_history",
        "/api/observability/history/{metric_type}",
        "Figures over time: process, health, fleet, tasks, services, host.",
        read::SERIES,
        shape::<MetricsHistory>,
    ),
    observes(
        "alerts",
        "/api/observability/alerts",
        "Alerts that hold, and from history those that held.",
        read::ALERTS,
        shape::<Alerts>,
    ),
    Route {
        group: "Live",
        answer: Answer {
            status: "200",
            what: "Server-sent events: `event` is the topic, `data` its shape, `id` where to go on. An event named `reset` \
                   says that something was missed.",
            content: Content::Events(&[
                shape::<Agent>,
                shape::<Alert>,
                shape::<HistoryEvent>,
                shape::<Summary>,
                shape::<StreamReset>,
            ]),
        },
        ..reads(
            "stream",
            "/api/v1/stream",
            "What happens, over server-sent events.",
            live::PARAMETERS,
            shape::<StreamEvent>,
        )
    },
    Route {
        group: "Live",
        answer: Answer {
            status: "101",
            what: "A WebSocket. Each message is a `StreamEvent`, or an object of the topic `reset`; a client may send \
                   `{\"topics\": [..], \"agent\": .., \"namespace\": ..}` to ask for something else.",
            content: Content::Json(shape::<StreamEvent>),
        },
        ..reads(
            "websocket",
            "/api/v1/ws",
            "What happens, over a WebSocket.",
            live::PARAMETERS,
            shape::<StreamEvent>,
        )
    },
    takes("send_heartbeats", "/api/v1/heartbeats", &record::HEARTBEAT),
    takes("send_events", "/api/v1/events", &record::EVENT),
    takes("send_tasks", "/api/v1/tasks", &record::TASK),
    takes("send_sandboxes", "/api/v1/sandboxes", &record::SANDBOX),
    takes("send_calls", "/api/v1/calls", &record::CALL),
    takes("send_services", "/api/v1/services", &record::SERVICE),
    takes("send_failures", "/api/v1/failures", &record::FAILURE),
    Route {
        what: "An event of that sandbox, as an agent platform sends it.",
        answer: Answer {
            status: "202",
            what: "It is durable. Several at once are answered as any list.",
            content: Content::Json(shape::<SandboxEventAccepted>),
        },
        ..takes(
            "send_sandbox_event",
            "/api/v1/sandboxes/{id}/events",
            &record::EVENT,
        )
    },
    Route {
        what: "A heartbeat of that agent, as an orchestrator sends it.",
        ..takes(
            "send_agent_heartbeat",
            "/api/v1/agents/{id}/heartbeat",
            &record::HEARTBEAT,
        )
    },
    Route {
        what: "The same at the address that orchestrators know.",
        ..takes(
            "send_agent_heartbeat_short",
            "/agents/{id}/heartbeat",
            &record::HEARTBEAT,
        )
    },
    pings("ping", Get, "/ping/{agent}", Body::None),
    pings("ping_head", Head, "/ping/{agent}", Body::None),
    pings("ping_post", Post, "/ping/{agent}", MESSAGE),
    pings("ping_signal", Get, "/ping/{agent}/{signal}", Body::None),
    pings("ping_signal_head", Head, "/ping/{agent}/{signal}", Body::None),
    pings("ping_signal_post", Post, "/ping/{agent}/{signal}", MESSAGE),
    pings("api_ping", Get, "/api/v1/ping/{agent}", Body::None),
    pings("api_ping_head", Head, "/api/v1/ping/{agent}", Body::None),
    pings("api_ping_post", Post, "/api/v1/ping/{agent}", MESSAGE),
    pings(
        "api_ping_signal",
        Get,
        "/api/v1/ping/{agent}/{signal}",
        Body::None,
    ),
    pings(
        "api_ping_signal_head",
        Head,
        "/api/v1/ping/{agent}/{signal}",
        Body::None,
    ),
    pings(
        "api_ping_signal_post",
        Post,
        "/api/v1/ping/{agent}/{signal}",
        MESSAGE,
    ),
    Route {
        id: "backtest",
        method: Post,
        path: "/api/v1/backtest",
        group: "Alerting",
        what: "Runs rules and routes over the past and compares with what did fire and was told. Takes up to minutes; one \
               run at a time, and 429 for others.",
        scope: Some(Scope::Admin),
        parameters: &[],
        body: Body::Json(shape::<NewBacktest>, r#"{"from": "2026-05-01T00:00:00Z"}"#),
        answer: Answer {
            status: "200",
            what: "What would have fired, and what did.",
            content: Content::Json(shape::<Backtest>),
        },
    },
    Route {
        group: "Tokens",
        scope: None,
        ..reads(
            "own_access",
            "/api/v1/access",
            "What the token sent allows, whatever its scope; everything where none is needed.",
            &[],
            shape::<OwnAccess>,
        )
    },
    Route {
        group: "Tokens",
        scope: Some(Scope::Admin),
        ..reads(
            "tokens",
            "/api/v1/admin/tokens",
            "Tokens, without their secrets.",
            &[],
            page::<TokenInfo>,
        )
    },
    Route {
        id: "create_token",
        method: Post,
        path: "/api/v1/admin/tokens",
        group: "Tokens",
        what: "Makes a token.",
        scope: Some(Scope::Admin),
        parameters: &[],
        body: Body::Json(
            shape::<NewToken>,
            r#"{"scope": "read", "namespace": "team-a", "comment": "dashboard"}"#,
        ),
        answer: Answer {
            status: "201",
            what: "The token, and its secret this once.",
            content: Content::Json(shape::<TokenCreated>),
        },
    },
    Route {
        id: "delete_token",
        method: Delete,
        path: "/api/v1/admin/tokens/{id}",
        group: "Tokens",
        what: "Removes a token.",
        scope: Some(Scope::Admin),
        parameters: &[],
        body: Body::None,
        answer: Answer {
            status: "204",
            what: "It is removed.",
            content: Content::Nothing,
        },
    },
    Route {
        scope: Some(Scope::Read),
        ..open(
            "own_metrics",
            "/metrics",
            "The monitor's and the fleet's figures for Prometheus.",
            text(
                "Prometheus text, or OpenMetrics if that is asked for.",
                "text/plain",
            ),
        )
    },
    open(
        "alive",
        "/healthz",
        "Whether the process answers.",
        text("`{\"status\": \"ok\"}`", "application/json"),
    ),
    open(
        "ready",
        "/readyz",
        "Whether records are taken.",
        text(
            "`{\"status\": \"ok\"}`; 503 with the reasons if they are not.",
            "application/json",
        ),
    ),
    open(
        "document",
        "/openapi.json",
        "This document.",
        text("OpenAPI 3.1.", "application/json"),
    ),
    open(
        "api_page",
        "/api",
        "This document as a page.",
        text("A page.", "text/html"),
    ),
];
