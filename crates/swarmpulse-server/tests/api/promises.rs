//! The three promises that users asked for in writing (S2), line by line: each with figures that meet it, that violate it,
//! and with none, which is neither.

use serde_json::{Value, json};
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Labels, Sample};

use crate::harness::Server;
use crate::world::get;

/// Figures end here: two hours, so that a window of one is full.
const END_MIN: i64 = 120;

/// A series: its labels, and its value at a minute.
type Series = (&'static [(&'static str, &'static str)], fn(i64) -> f64);

/// A line of a promise.
struct Line {
    /// What users wrote.
    wrote: &'static str,
    objective: &'static str,
    promise: &'static str,
    /// The error budget that was promised with it; none where no errors are allowed.
    budget: Option<f64>,
    meets: &'static [Series],
    violates: &'static [Series],
}

const UP: &[(&str, &str)] = &[("__name__", "swarmpulse_endpoint_up"), ("service", "messaging")];
const CALLS: &[(&str, &str)] = &[
    ("__name__", "swarmpulse_service_calls_total"),
    ("service", "messaging"),
];
const ERRORS: &[(&str, &str)] = &[
    ("__name__", "swarmpulse_service_errors_total"),
    ("service", "messaging"),
];
const LATENCY: &[(&str, &str)] = &[
    ("__name__", "swarmpulse_service_latency_seconds"),
    ("service", "messaging"),
    ("quantile", "0.95"),
];
const AVAILABLE: &[(&str, &str)] = &[("__name__", "swarmpulse_agents_available")];
const EXPECTED: &[(&str, &str)] = &[("__name__", "swarmpulse_agents_expected")];
const RESPONSE_A: &[(&str, &str)] = &[
    ("__name__", "swarmpulse_agent_response_time_seconds"),
    ("agent", "a"),
];
const RESPONSE_B: &[(&str, &str)] = &[
    ("__name__", "swarmpulse_agent_response_time_seconds"),
    ("agent", "b"),
];
const COMPLETED: &[(&str, &str)] = &[("__name__", "swarmpulse_tasks"), ("status", "completed")];
const FAILED: &[(&str, &str)] = &[("__name__", "swarmpulse_tasks"), ("status", "failed")];
const HIGH: &[(&str, &str)] = &[("__name__", "swarmpulse_code_findings"), ("severity", "high")];
const MEDIUM: &[(&str, &str)] = &[("__name__", "swarmpulse_code_findings"), ("severity", "medium")];
const GROWTH: &[(&str, &str)] = &[
    ("__name__", "swarmpulse_leak_rate_bytes_per_hour"),
    ("agent", "a"),
];
const MEMORY: &[(&str, &str)] = &[
    ("__name__", "swarmpulse_agent_resident_memory_bytes"),
    ("agent", "a"),
];
const HANDLES_A: &[(&str, &str)] = &[("__name__", "swarmpulse_agent_open_fds"), ("agent", "a")];
const HANDLES_B: &[(&str, &str)] = &[("__name__", "swarmpulse_agent_open_fds"), ("agent", "b")];

const LINES: &[Line] = &[
    Line {
        wrote: "messaging: available 99.9 %, error budget 0.1 %",
        objective: "messaging-availability",
        promise: "99.9% of time good over 30d",
        budget: Some(0.001),
        meets: &[(UP, |_| 1.0)],
        violates: &[(UP, |minute| f64::from(minute != 60))],
    },
    Line {
        wrote: "messaging: success rate at least 95 %",
        objective: "messaging-success",
        promise: "95% of events good over 30d",
        budget: Some(0.05),
        meets: &[
            (CALLS, |minute| 1000.0 + 100.0 * minute as f64),
            (ERRORS, |minute| 10.0 + 4.0 * minute as f64),
        ],
        violates: &[
            (CALLS, |minute| 1000.0 + 100.0 * minute as f64),
            (ERRORS, |minute| 10.0 + 6.0 * minute as f64),
        ],
    },
    Line {
        wrote: "messaging: latency below 500 ms",
        objective: "messaging-latency",
        promise: "99.9% of time below 500 ms over 30d",
        budget: Some(0.001),
        meets: &[(LATENCY, |_| 0.499)],
        violates: &[(LATENCY, |minute| if minute == 60 { 0.5 } else { 0.1 })],
    },
    Line {
        wrote: "agents: at least 8 of 14 active, error budget 10 %",
        objective: "agents-active",
        promise: "90% of time at least 8 over 30d",
        budget: Some(0.1),
        meets: &[
            (AVAILABLE, |minute| if minute % 12 == 0 { 7.0 } else { 8.0 }),
            (EXPECTED, |_| 14.0),
        ],
        violates: &[
            (AVAILABLE, |minute| if minute % 6 == 0 { 7.0 } else { 8.0 }),
            (EXPECTED, |_| 14.0),
        ],
    },
    Line {
        wrote: "agents: response below 2 s per cycle",
        objective: "agents-response",
        promise: "90% of time good over 30d",
        budget: Some(0.1),
        meets: &[
            (RESPONSE_A, |_| 1.9),
            (RESPONSE_B, |minute| if minute % 12 == 0 { 3.0 } else { 0.1 }),
        ],
        violates: &[(RESPONSE_A, |_| 1.9), (RESPONSE_B, |_| 2.0)],
    },
    Line {
        wrote: "agents: at least 90 % of tasks completed",
        objective: "agents-completion",
        promise: "90% of time good over 30d",
        budget: Some(0.1),
        meets: &[(COMPLETED, |_| 91.0), (FAILED, |_| 9.0)],
        violates: &[(COMPLETED, |_| 89.0), (FAILED, |_| 11.0)],
    },
    Line {
        wrote: "memory safety: no HIGH finding",
        objective: "memory-findings-high",
        promise: "100% of time at most 0 over 1h",
        budget: None,
        meets: &[(HIGH, |_| 0.0)],
        violates: &[(HIGH, |minute| f64::from(minute == 100))],
    },
    Line {
        wrote: "memory safety: growth below 100 MB/h",
        objective: "memory-growth",
        promise: "100% of time below 100 MB/h over 1h",
        budget: None,
        meets: &[(GROWTH, |_| 99e6), (MEMORY, |_| 1e9)],
        violates: &[
            (GROWTH, |minute| if minute == 100 { 100e6 } else { 0.0 }),
            (MEMORY, |_| 1e9),
        ],
    },
    Line {
        wrote: "memory safety: memory is measured and nothing grows",
        objective: "memory-growth",
        promise: "100% of time below 100 MB/h over 1h",
        budget: None,
        meets: &[(MEMORY, |_| 1e9)],
        violates: &[(GROWTH, |_| 250e6), (MEMORY, |_| 1e9)],
    },
    Line {
        wrote: "memory safety: below 100 handles",
        objective: "memory-handles",
        promise: "100% of time below 100 over 1h",
        budget: None,
        meets: &[(HANDLES_A, |_| 99.0), (HANDLES_B, |_| 12.0)],
        violates: &[
            (HANDLES_A, |_| 12.0),
            (HANDLES_B, |minute| if minute == 100 { 100.0 } else { 1.0 }),
        ],
    },
    Line {
        wrote: "memory safety: fewer than 5 MEDIUM findings",
        objective: "memory-findings-medium",
        promise: "100% of time below 5 over 1h",
        budget: None,
        meets: &[(MEDIUM, |_| 4.0)],
        violates: &[(MEDIUM, |_| 5.0)],
    },
];

async fn judged(line: &Line, fed: &[Series]) -> Value {
    let server = Server::start();
    let mut batch = SampleBatch::default();
    for (labels, value) in fed {
        let samples: Vec<Sample> = (0..=END_MIN)
            .map(|minute| Sample {
                at_ms: minute * 60_000,
                value: value(minute),
            })
            .collect();
        batch.push(&Labels::from_pairs(labels.iter().copied()), &samples);
    }
    let runtime = server.app.runtime();
    runtime
        .metrics()
        .append_durably("default", runtime.now(), &batch)
        .unwrap();
    get(
        &server,
        &format!("/api/v1/slos/{}?at={}", line.objective, END_MIN * 60),
    )
    .await
}

#[tokio::test]
async fn every_line_is_met_violated_or_without_data() {
    for line in LINES {
        let wrote = line.wrote;
        let met = judged(line, line.meets).await;
        assert_eq!(met["state"], "meeting", "{wrote}: {}", met["sentence"]);
        assert_eq!(met["promise"], line.promise, "{wrote}");
        let budget = &met["error_budget"];
        match line.budget {
            Some(ratio) => {
                assert!(
                    (budget["ratio"].as_f64().unwrap() - ratio).abs() < 1e-9,
                    "{wrote}: {budget}"
                );
                assert!(
                    budget["remaining_ratio"].as_f64().unwrap() >= 0.0,
                    "{wrote}: {budget}"
                );
            }
            None => assert_eq!(budget["remaining_ratio"], Value::Null, "{wrote}"),
        }
        let violated = judged(line, line.violates).await;
        assert_eq!(
            violated["state"], "violating",
            "{wrote}: {}",
            violated["sentence"]
        );
        let absent = judged(line, &[]).await;
        assert_eq!(absent["state"], "no_data", "{wrote}");
        assert_eq!(
            (&absent["sli"], &absent["error_budget"]),
            (&json!(null), &json!(null)),
            "{wrote}"
        );
    }
}

#[test]
fn no_shipped_promise_is_without_a_line() {
    for objective in swarmpulse_slo::shipped() {
        assert!(
            LINES.iter().any(|line| objective.name == line.objective),
            "{} is not tried",
            objective.name
        );
    }
}
