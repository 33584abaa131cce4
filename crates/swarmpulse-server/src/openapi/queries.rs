//! Routes of Prometheus' query API.

use swarmpulse_store::Scope;
use utoipa::openapi::HttpMethod::{self, Get, Post};

use super::route::{Answer, Body, Content, Route};
use crate::read::parameter::{Parameter, text};

const ANSWER: Answer = Answer {
    status: "200",
    what: "As Prometheus answers: `status`, `data`, and `warnings` and `infos` where there are any. Errors have \
           `errorType` and `error`: 400 for a wrong question, 422 for one that cannot be evaluated, 503 for one that took \
           too long.",
    content: Content::Text("application/json"),
};
const HEALTHY: Answer = Answer {
    status: "200",
    what: "It is ready; 503 if it is not.",
    content: Content::Text("text/plain"),
};

const QUERY: Parameter = text(
    "query",
    "The expression, in PromQL.",
    "sum by(kind)(swarmpulse_agent_up)",
);
const START: Parameter = text("start", "The first time: Unix seconds or RFC 3339.", "1795000000");
const END: Parameter = text("end", "The last time.", "1795003600");
const MATCH: Parameter = text(
    "match[]",
    "A selector of series. May be given several times.",
    "up",
);
const LIMIT: Parameter = text("limit", "At most so many entries; 0 for all.", "100");
const TIMEOUT: Parameter = text("timeout", "It may take so long.", "10s");
const LOOKBACK: Parameter = text(
    "lookback_delta",
    "How long a sample holds while no newer one comes.",
    "5m",
);
const STATS: Parameter = text(
    "stats",
    "Anything: tell how long it took, and what it read.",
    "all",
);

const INSTANT: &[Parameter] = &[
    QUERY,
    text("time", "When; now without it.", "1795000000"),
    TIMEOUT,
    LIMIT,
    LOOKBACK,
    STATS,
];
const RANGE: &[Parameter] = &[
    QUERY,
    START,
    END,
    text("step", "From step to step: seconds, or as `1m`.", "60"),
    TIMEOUT,
    LIMIT,
    LOOKBACK,
    STATS,
];
const SERIES: &[Parameter] = &[MATCH, START, END, LIMIT];
const METADATA: &[Parameter] = &[
    text("metric", "Of this metric alone.", "up"),
    LIMIT,
    text("limit_per_metric", "At most so many entries of each metric.", "1"),
];

const RULES: &[Parameter] = &[
    text("type", "`alert` or `record`: rules of that kind alone.", "alert"),
    text(
        "rule_name[]",
        "Rules of this name. May be given several times.",
        "WorkerDown",
    ),
    text(
        "rule_group[]",
        "Of this group. May be given several times.",
        "swarmpulse",
    ),
    text(
        "file[]",
        "Of this file. May be given several times.",
        "rules.yaml",
    ),
    text(
        "match[]",
        "Rules whose labels match. May be given several times.",
        "{severity=\"critical\"}",
    ),
    text("exclude_alerts", "`true`: without alerts.", "true"),
    text("group_limit", "At most so many groups.", "100"),
    text(
        "group_next_token",
        "Where the page before ended: its `groupNextToken`.",
        "8d3f",
    ),
];

const fn asks(
    id: &'static str,
    method: HttpMethod,
    path: &'static str,
    what: &'static str,
    parameters: &'static [Parameter],
) -> Route {
    let is_get = matches!(method, Get);
    Route {
        id,
        method,
        path,
        group: "Queries",
        what,
        scope: Some(Scope::Read),
        // What a POST carries stands in its form.
        parameters: if is_get { parameters } else { &[] },
        body: if is_get {
            Body::None
        } else {
            Body::Text("The parameters of the GET as `application/x-www-form-urlencoded`.")
        },
        answer: ANSWER,
    }
}

const fn healthy(id: &'static str, path: &'static str) -> Route {
    Route {
        answer: HEALTHY,
        ..asks(
            id,
            Get,
            path,
            "Whether the server is ready, as `promtool check` asks.",
            &[],
        )
    }
}

const EVALUATE: &str = "Evaluates an expression at one time.";
const EVALUATE_RANGE: &str = "Evaluates an expression at steps of a range; at most 11,000 of them.";
const SERIES_WHAT: &str = "The series that selectors match.";
const LABELS_WHAT: &str = "The names of labels.";
const FORMAT_WHAT: &str = "An expression written anew, with line breaks where it is long.";
const EXEMPLARS_WHAT: &str = "Exemplars: none are kept.";

/// Every such route.
#[rustfmt::skip]
pub(super) const ROUTES: &[Route] = &[
    asks("query", Get, "/prometheus/api/v1/query", EVALUATE, INSTANT),
    asks("query_form", Post, "/prometheus/api/v1/query", EVALUATE, INSTANT),
    asks("query_range", Get, "/prometheus/api/v1/query_range", EVALUATE_RANGE, RANGE),
    asks("query_range_form", Post, "/prometheus/api/v1/query_range", EVALUATE_RANGE, RANGE),
    asks("series", Get, "/prometheus/api/v1/series", SERIES_WHAT, SERIES),
    asks("series_form", Post, "/prometheus/api/v1/series", SERIES_WHAT, SERIES),
    asks("labels", Get, "/prometheus/api/v1/labels", LABELS_WHAT, SERIES),
    asks("labels_form", Post, "/prometheus/api/v1/labels", LABELS_WHAT, SERIES),
    asks("label_values", Get, "/prometheus/api/v1/label/{name}/values", "The values of a label.", SERIES),
    asks("metadata", Get, "/prometheus/api/v1/metadata", "What metrics are: type, help, unit.", METADATA),
    asks("format_query", Get, "/prometheus/api/v1/format_query", FORMAT_WHAT, &[QUERY]),
    asks("format_query_form", Post, "/prometheus/api/v1/format_query", FORMAT_WHAT, &[QUERY]),
    asks("query_exemplars", Get, "/prometheus/api/v1/query_exemplars", EXEMPLARS_WHAT, &[QUERY, START, END]),
    asks("query_exemplars_form", Post, "/prometheus/api/v1/query_exemplars", EXEMPLARS_WHAT, &[QUERY, START, END]),
    asks("rules", Get, "/prometheus/api/v1/rules", "Rules and their alerts, as Prometheus shows them.", RULES),
    asks("rule_alerts", Get, "/prometheus/api/v1/alerts", "Alerts that are pending or fire, also those that no rule raised.", &[]),
    asks("alertmanagers", Get, "/prometheus/api/v1/alertmanagers", "The Alertmanagers that alerts are forwarded to, without credentials; dropped are those that no route leads to.", &[]),
    asks("targets", Get, "/prometheus/api/v1/targets", "What is scraped, and how that went.", &[]),
    asks("buildinfo", Get, "/prometheus/api/v1/status/buildinfo", "The release of Prometheus that this is compatible with.", &[]),
    asks("runtimeinfo", Get, "/prometheus/api/v1/status/runtimeinfo", "How the server runs.", &[]),
    asks("prometheus_config", Get, "/prometheus/api/v1/status/config", "Empty: `swarmpulse config show` tells the configuration.", &[]),
    asks("flags", Get, "/prometheus/api/v1/status/flags", "Bounds of queries.", &[]),
    asks("tsdb", Get, "/prometheus/api/v1/status/tsdb", "The metric store: series, and which metrics and labels have the most.", &[LIMIT]),
    healthy("prometheus_healthy", "/prometheus/-/healthy"),
    healthy("prometheus_ready", "/prometheus/-/ready"),
];
