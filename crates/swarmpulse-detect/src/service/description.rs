//! What the detector of services says of itself.

use super::findings::NAME;
use crate::catalogue::{Condition, Description, SeriesInfo};

const SERVICE: &[&str] = &["namespace", "service"];

const fn series(name: &'static str, unit: &'static str, help: &'static str) -> SeriesInfo {
    SeriesInfo {
        name,
        unit,
        labels: SERVICE,
        help,
    }
}

pub(super) const LATENCY: &str = "swarmpulse_service_latency_seconds";
pub(super) const TIMEOUTS: &str = "swarmpulse_service_timeout_ratio";
pub(super) const RATE: &str = "swarmpulse_service_call_rate_per_minute";
pub(super) const BASELINE: &str = "swarmpulse_service_latency_baseline_seconds";
pub(super) const UP: &str = "swarmpulse_endpoint_up";
pub(super) const TLS: &str = "swarmpulse_endpoint_tls_expiry_timestamp_seconds";

/// The detector of services as it is told to people.
pub static SERVICES: Description = Description {
    name: NAME,
    summary: "services that are slow, failing or down, against what is usual of them and against fixed limits",
    method: "Looks at every call of a service that agents report and at every probe of a configured endpoint. What is usual \
             is learned per operation: how long calls take (a sketch of their latencies that fades over a day), which share \
             fails and which times out; it needs 120 calls over 20 minutes, learns nothing from bad times, and learns anew \
             after a day of being slow. A call is slow beyond the usual 95th percentile and half as long again as the usual \
             median; more slow calls are expected at hours of the day that were slow on two of the last seven days. A service \
             is degraded, or failing, when within 5, 15 or 60 minutes more of its calls are slow, fail or time out than chance \
             allows (binomial test against the upper bound of the usual share, below one in a thousand million, with fewer \
             effective calls where they come in bursts), at three times the usual odds at least, not in one minute alone, and \
             still among the newest calls: a single slow call never suffices. Calls under way count as slow once they take \
             over a minute and longer than usual. It is over when five minutes are as usual. Limits are attributes of the \
             service (latency_limit_ms for 95 % of calls, error_ratio_limit) or of its configured endpoint. A service is \
             down when 3 probes in a row fail, or more where failures are usual, or 20 calls by agents over 30 s, and \
             nothing went well in between. The certificate of an endpoint is told of 14 days before it expires. Confidence \
             is one minus the chance that a service as usual looks like this at any time of a week, at most 0.999.",
    sources: &[
        "Masson, Rim, Lee: DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees, VLDB 2019",
        "Epicoco, Melle, Cafaro, Pulimeno, Morleo: UDDSketch: Accurate Tracking of Quantiles in Data Streams, IEEE Access 2020",
        "Wilson: Probable Inference, the Law of Succession, and Statistical Inference, JASA 1927",
        "McCullagh, Nelder: Generalized Linear Models, 1989 (quasi-likelihood: over-dispersed binomial counts)",
    ],
    conditions: &[
        Condition {
            name: "service_degraded",
            meaning: "Calls of a service take longer than usual, or than its limit.",
        },
        Condition {
            name: "service_failing",
            meaning: "More calls of a service fail or time out than usual, or than its limit.",
        },
        Condition {
            name: "service_down",
            meaning: "Every probe of an endpoint fails, or every call of a service.",
        },
        Condition {
            name: "tls_expiring",
            meaning: "The certificate of an endpoint expires soon, or has expired.",
        },
    ],
    series: &[
        SeriesInfo {
            name: LATENCY,
            unit: "seconds",
            labels: &["namespace", "service", "quantile"],
            help: "How long calls of a service took in the last five minutes, or the last hour where they are few: quantiles.",
        },
        series(
            TIMEOUTS,
            "ratio",
            "Share of the calls of the last 15 minutes that timed out.",
        ),
        series(RATE, "", "Calls of a service a minute, over the last 15 minutes."),
        series(
            BASELINE,
            "seconds",
            "95 % of the calls of a service usually take no longer.",
        ),
        series(UP, "", "1 if the last probe of an endpoint went well, else 0."),
        series(
            TLS,
            "seconds",
            "When the certificate of an endpoint expires, in Unix seconds.",
        ),
    ],
};
