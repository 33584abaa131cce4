//! Routes of Alertmanager's API v2.

use swarmpulse_store::Scope;
use utoipa::openapi::HttpMethod::{self, Delete, Get, Post};

use super::route::{Answer, Body, Content, Route};
use crate::read::parameter::{Parameter, one_of, text};

const YES_NO: &[&str] = &["true", "false"];
const FILTER: Parameter = text(
    "filter",
    "A matcher. May be given several times.",
    "severity=\"critical\"",
);

const ALERTS: &[Parameter] = &[
    one_of("active", "Those that are told; `true` without it.", YES_NO),
    one_of(
        "silenced",
        "Those that a silence holds back; `true` without it.",
        YES_NO,
    ),
    one_of(
        "inhibited",
        "Those that another alert holds back; `true` without it.",
        YES_NO,
    ),
    one_of("unprocessed", "There are none here.", YES_NO),
    FILTER,
    text(
        "receiver",
        "An expression that the receiver's name matches.",
        "team-.*",
    ),
];
const GROUPS: &[Parameter] = &[
    one_of("active", "Those that are told; `true` without it.", YES_NO),
    one_of(
        "silenced",
        "Those that a silence holds back; `true` without it.",
        YES_NO,
    ),
    one_of(
        "inhibited",
        "Those that another alert holds back; `true` without it.",
        YES_NO,
    ),
    one_of(
        "muted",
        "Those whose route is mute now; `true` without it.",
        YES_NO,
    ),
    FILTER,
    text(
        "receiver",
        "An expression that the receiver's name matches.",
        "team-.*",
    ),
];
const SILENCES: &[Parameter] = &[
    FILTER,
    text("creator", "Who made them. May be given several times.", "me"),
];

const AS_THERE: Answer = Answer {
    status: "200",
    what: "As Alertmanager answers. Errors are a text as JSON.",
    content: Content::Text("application/json"),
};
const DONE: Answer = Answer {
    status: "200",
    what: "It is so.",
    content: Content::Nothing,
};
const THERE: Answer = Answer {
    status: "200",
    what: "It is; 503 if it is not.",
    content: Content::Text("text/plain"),
};

const fn route(id: &'static str, method: HttpMethod, path: &'static str, what: &'static str) -> Route {
    let reads = matches!(method, Get);
    Route {
        id,
        method,
        path,
        group: "Alertmanager",
        what,
        scope: Some(if reads { Scope::Read } else { Scope::Admin }),
        parameters: &[],
        body: Body::None,
        answer: AS_THERE,
    }
}

/// Every such route.
pub(super) const ROUTES: &[Route] = &[
    route(
        "am_status",
        Get,
        "/alertmanager/api/v2/status",
        "Release, uptime, and the routes in force, without secrets.",
    ),
    route(
        "am_receivers",
        Get,
        "/alertmanager/api/v2/receivers",
        "Names of receivers.",
    ),
    Route {
        parameters: ALERTS,
        ..route(
            "am_alerts",
            Get,
            "/alertmanager/api/v2/alerts",
            "Alerts that fire.",
        )
    },
    Route {
        scope: Some(Scope::Ingest),
        body: Body::Text("Alerts as Prometheus sends them."),
        answer: DONE,
        ..route(
            "am_post_alerts",
            Post,
            "/alertmanager/api/v2/alerts",
            "Takes alerts of others. Those that are wrong are refused with 400 and every reason, the others are kept.",
        )
    },
    Route {
        parameters: GROUPS,
        ..route(
            "am_groups",
            Get,
            "/alertmanager/api/v2/alerts/groups",
            "Alerts as they are told together.",
        )
    },
    Route {
        parameters: SILENCES,
        ..route("am_silences", Get, "/alertmanager/api/v2/silences", "Silences.")
    },
    Route {
        body: Body::Text("A silence as `amtool` sends it; with an `id` that one is changed."),
        ..route(
            "am_post_silences",
            Post,
            "/alertmanager/api/v2/silences",
            "Makes or changes a silence.",
        )
    },
    route(
        "am_silence",
        Get,
        "/alertmanager/api/v2/silence/{id}",
        "One silence.",
    ),
    Route {
        answer: DONE,
        ..route(
            "am_expire_silence",
            Delete,
            "/alertmanager/api/v2/silence/{id}",
            "Ends a silence.",
        )
    },
    Route {
        answer: THERE,
        ..route(
            "am_healthy",
            Get,
            "/alertmanager/-/healthy",
            "Whether the server answers.",
        )
    },
    Route {
        answer: THERE,
        ..route(
            "am_ready",
            Get,
            "/alertmanager/-/ready",
            "Whether the server is ready.",
        )
    },
];
