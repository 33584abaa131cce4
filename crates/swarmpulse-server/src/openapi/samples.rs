//! Routes that take samples in, each in the shape of the protocol that it speaks.

use swarmpulse_store::Scope;
use utoipa::openapi::HttpMethod::{self, Get, Post, Put};

use super::route::{Answer, Body, Content, Route};
use crate::read::parameter::{Parameter, text};

const STORED: Answer = Answer {
    status: "204",
    what: "Every sample is durable. 400 names the first that were refused; the others are stored.",
    content: Content::Nothing,
};
const EXTRA_LABEL: Parameter = text(
    "extra_label",
    "A label that every series gets: NAME=VALUE. May be given several times.",
    "site=lab",
);
const PRECISION: Parameter = text("precision", "The unit of times: ns, us, ms, s, m or h.", "ns");
const TIMESTAMP: Parameter = text(
    "timestamp",
    "The time of samples that have none, in Unix milliseconds.",
    "1795000000000",
);

const PUSH: &[Parameter] = &[EXTRA_LABEL, TIMESTAMP];
const WRITE: &[Parameter] = &[
    text("db", "Becomes the label `db`.", "fleet"),
    PRECISION,
    EXTRA_LABEL,
];
const WRITE_V2: &[Parameter] = &[
    text("bucket", "Becomes the label `db`.", "fleet"),
    text("org", "Taken and passed over.", "team"),
    PRECISION,
    EXTRA_LABEL,
];

const REMOTE_WRITE: Body = Body::Text(
    "`prometheus.WriteRequest` or `io.prometheus.write.v2.Request` as protobuf, compressed with snappy.",
);
const EXPOSITION: Body = Body::Text("Prometheus' text format or OpenMetrics.");
const LINES: Body = Body::Text("InfluxDB's line protocol.");

const fn samples(
    id: &'static str,
    method: HttpMethod,
    path: &'static str,
    what: &'static str,
    parameters: &'static [Parameter],
    body: Body,
) -> Route {
    Route {
        id,
        method,
        path,
        group: "Samples",
        what,
        scope: Some(Scope::Ingest),
        parameters,
        body,
        answer: STORED,
    }
}

const REMOTE_WRITE_WHAT: &str = "Prometheus remote write 1.0 and 2.0.";
const GATEWAY_WHAT: &str = "Prometheus' text with a job, as clients of the Pushgateway send it; 200 in place of 204. Samples \
                            are stored once, not shown for ever.";

/// Every such route.
pub(super) const ROUTES: &[Route] = &[
    samples(
        "remote_write",
        Post,
        "/api/v1/write",
        REMOTE_WRITE_WHAT,
        &[],
        REMOTE_WRITE,
    ),
    samples(
        "remote_write_prometheus",
        Post,
        "/prometheus/api/v1/write",
        REMOTE_WRITE_WHAT,
        &[],
        REMOTE_WRITE,
    ),
    samples(
        "import_prometheus",
        Post,
        "/api/v1/import/prometheus",
        "Prometheus' text, pushed. A bad line costs only itself.",
        PUSH,
        EXPOSITION,
    ),
    samples(
        "push_job",
        Post,
        "/metrics/job/{job}",
        GATEWAY_WHAT,
        PUSH,
        EXPOSITION,
    ),
    samples(
        "put_job",
        Put,
        "/metrics/job/{job}",
        GATEWAY_WHAT,
        PUSH,
        EXPOSITION,
    ),
    samples(
        "push_grouped",
        Post,
        "/metrics/job/{job}/{*labels}",
        GATEWAY_WHAT,
        PUSH,
        EXPOSITION,
    ),
    samples(
        "put_grouped",
        Put,
        "/metrics/job/{job}/{*labels}",
        GATEWAY_WHAT,
        PUSH,
        EXPOSITION,
    ),
    samples(
        "influx_write",
        Post,
        "/write",
        "InfluxDB's line protocol, as version 1 takes it.",
        WRITE,
        LINES,
    ),
    samples(
        "influx_write_v2",
        Post,
        "/api/v2/write",
        "InfluxDB's line protocol, as version 2 takes it.",
        WRITE_V2,
        LINES,
    ),
    Route {
        scope: None,
        answer: Answer {
            what: "Someone is there.",
            ..STORED
        },
        ..samples(
            "influx_ping",
            Get,
            "/ping",
            "Whether a server is there, for clients of InfluxDB.",
            &[],
            Body::None,
        )
    },
];
