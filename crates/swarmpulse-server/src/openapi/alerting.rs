//! Routes of alerts, silences, rules and notifications.

use swarmpulse_api::{
    Alert, AlertDetail, NewAcknowledgement, NewSilence, Notifications, Receiver, ReceiverTest, Rules,
    Silence, SilencePreview, SilenceQuestion, SloDetail, Slos,
};
use swarmpulse_store::Scope;
use utoipa::openapi::HttpMethod::{self, Delete, Get, Post, Put};

use super::route::{Answer, Body, Content, Route, Shape, json, page, shape};
use crate::read::parameter::Parameter;
use crate::read::parameters as read;

const GROUP: &str = "Alerting";
const SILENCE: Body = Body::Json(
    shape::<NewSilence>,
    r#"{"matchers": "{agent=\"bot-1\"}", "ends_at": "2h", "comment": "upgrade", "purpose": "maintenance"}"#,
);
const RELOAD: &str =
    "Rules, routes and receivers are read again. If anything in them is wrong nothing changes.";
const RELOADED: Answer = Answer {
    status: "200",
    what: "They are in force. 500 with the reason as text if not; then the ones before stay.",
    content: Content::Nothing,
};

const fn reads(
    id: &'static str,
    path: &'static str,
    what: &'static str,
    parameters: &'static [Parameter],
    shape: Shape,
) -> Route {
    Route {
        id,
        method: Get,
        path,
        group: GROUP,
        what,
        scope: Some(Scope::Read),
        parameters,
        body: Body::None,
        answer: json("What was asked for.", shape),
    }
}

const fn does(
    id: &'static str,
    method: HttpMethod,
    path: &'static str,
    what: &'static str,
    body: Body,
    answer: Answer,
) -> Route {
    Route {
        id,
        method,
        path,
        group: GROUP,
        what,
        scope: Some(Scope::Admin),
        parameters: &[],
        body,
        answer,
    }
}

const fn nothing(status: &'static str, what: &'static str) -> Answer {
    Answer {
        status,
        what,
        content: Content::Nothing,
    }
}

/// Every such route.
pub(super) const ROUTES: &[Route] = &[
    reads(
        "alert_list",
        "/api/v1/alerts",
        "Alerts that fire, the gravest first; or those that are pending, or that held.",
        read::ALERT_LIST,
        page::<Alert>,
    ),
    reads(
        "alert",
        "/api/v1/alerts/{id}",
        "One alert, by its id or fingerprint: what happened to it, what follows from it, what was told of it.",
        read::ALERT,
        shape::<AlertDetail>,
    ),
    does(
        "acknowledge",
        Post,
        "/api/v1/alerts/{id}/acknowledge",
        "A person takes an alert in hand: it is not told again until it is over or gets graver.",
        Body::Json(
            shape::<NewAcknowledgement>,
            r#"{"comment": "looking at it", "until": "2h"}"#,
        ),
        json("The alert.", shape::<Alert>),
    ),
    does(
        "give_back",
        Delete,
        "/api/v1/alerts/{id}/acknowledge",
        "Nobody has the alert in hand any more.",
        Body::None,
        nothing("204", "It is so."),
    ),
    reads(
        "silences",
        "/api/v1/silences",
        "Silences: those in force first, then those to come.",
        read::SILENCES,
        page::<Silence>,
    ),
    does(
        "create_silence",
        Post,
        "/api/v1/silences",
        "Alerts that match are shown and not told for a while.",
        SILENCE,
        Answer {
            status: "201",
            what: "The silence.",
            content: Content::Json(shape::<Silence>),
        },
    ),
    Route {
        scope: Some(Scope::Read),
        ..does(
            "preview_silence",
            Post,
            "/api/v1/silences/preview",
            "Which alerts matchers would hold back. Changes nothing.",
            Body::Json(shape::<SilenceQuestion>, r#"{"matchers": "{agent=\"bot-1\"}"}"#),
            json("Those alerts.", shape::<SilencePreview>),
        )
    },
    reads(
        "silence",
        "/api/v1/silences/{id}",
        "One silence.",
        read::SILENCE,
        shape::<Silence>,
    ),
    does(
        "change_silence",
        Put,
        "/api/v1/silences/{id}",
        "All of a silence anew; one that is over stays over.",
        SILENCE,
        json("The silence.", shape::<Silence>),
    ),
    does(
        "expire_silence",
        Delete,
        "/api/v1/silences/{id}",
        "Ends a silence now. It is shown for some days more.",
        Body::None,
        json("The silence.", shape::<Silence>),
    ),
    reads(
        "rule_list",
        "/api/v1/rules",
        "Rules with file and line, and how their last evaluation went.",
        read::RULES,
        shape::<Rules>,
    ),
    reads(
        "slos",
        "/api/v1/slos",
        "Objectives and how each stands, judged anew from the series: met, not met, or no data.",
        read::SLOS,
        shape::<Slos>,
    ),
    reads(
        "slo",
        "/api/v1/slos/{name}",
        "An objective with the expressions and rules that its figures come from.",
        read::SLO,
        shape::<SloDetail>,
    ),
    reads(
        "notifications",
        "/api/v1/notifications",
        "What was told to whom, the newest first, and what became of it.",
        read::NOTIFICATIONS,
        shape::<Notifications>,
    ),
    does(
        "retry_notification",
        Post,
        "/api/v1/notifications/{id}/retry",
        "A notification that was given up is tried again, under the same id.",
        Body::None,
        nothing("202", "It waits for its turn."),
    ),
    reads(
        "receivers",
        "/api/v1/receivers",
        "Who is told, by which channels, and how those do; no secrets and no addresses.",
        read::RECEIVERS,
        page::<Receiver>,
    ),
    does(
        "test_receiver",
        Post,
        "/api/v1/receivers/{name}/test",
        "One message to each channel of a receiver, at once.",
        Body::None,
        json("How each channel answered.", shape::<ReceiverTest>),
    ),
    does("reload", Post, "/-/reload", RELOAD, Body::None, RELOADED),
    does("reload_put", Put, "/-/reload", RELOAD, Body::None, RELOADED),
    does(
        "prometheus_reload",
        Post,
        "/prometheus/-/reload",
        RELOAD,
        Body::None,
        RELOADED,
    ),
    does(
        "prometheus_reload_put",
        Put,
        "/prometheus/-/reload",
        RELOAD,
        Body::None,
        RELOADED,
    ),
];
