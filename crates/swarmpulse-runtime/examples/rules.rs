//! Measures rules: how long one round of many rules over many series takes, on one core.
//!
//! `cargo run --release -p swarmpulse-runtime --example rules -- [RULES [SERIES [ROUNDS]]]`

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::sync::Arc;

use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions};
use swarmpulse_model::series::{Sample, SampleBatch};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_rules::{EvaluationOptions, GroupState, RuleFile};
use swarmpulse_runtime::clock::{Clock, ProcessorWatch, Stopwatch};
use swarmpulse_runtime::{QueryLimits, StoreExpressions};
use swarmpulse_store::MetricStore;
use swarmpulse_store::memory::MemoryJournal;

/// Series of one metric: one for each agent.
const AGENTS: usize = 1_000;
/// Samples lie so far apart, in seconds.
const STEP_S: f64 = 15.0;
/// So many samples has each series: ten minutes.
const SAMPLES: usize = 40;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: usize| match arguments.next() {
        Some(text) => text.parse(),
        None => Ok(default),
    };
    let (rules, series, rounds) = (number(1_000)?, number(100_000)?, number(5)?);
    let metrics = series.div_ceil(AGENTS);
    // Evaluation of large answers uses all threads: one, for a figure per core.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let folder = tempfile::tempdir()?;
    let now = Clock::new(Timestamp::default()).now();
    let journal = Box::new(MemoryJournal::new(1 << 30));
    let (store, _) = EmbeddedMetrics::open(folder.path(), journal, MetricOptions::default(), now)?;
    let store: Arc<dyn MetricStore> = Arc::new(store);
    fill(&*store, metrics, now)?;
    let expressions = StoreExpressions::new(Arc::clone(&store), QueryLimits::default());
    let mut groups = groups(rules, metrics, &expressions)?;
    let options = EvaluationOptions {
        expressions: Some(&expressions),
        ..EvaluationOptions::default()
    };
    println!(
        "{rules} rules over {} series of {metrics} metrics",
        metrics * AGENTS
    );
    for round in 0..rounds {
        let at = now.plus_s(round as f64);
        let (wall, processor) = (Stopwatch::start(), ProcessorWatch::start());
        let (mut recorded, mut changes, mut failed) = (0, 0, 0);
        for group in &mut groups {
            let outcome = group.evaluate(at, at, &options);
            recorded += outcome.recorded.len();
            changes += outcome.changes.len();
            failed += outcome.errors.len();
        }
        println!(
            "round {round}: {:.3} s, processor {:.3} s; {recorded} series recorded, {changes} changes, {failed} failed",
            wall.seconds(),
            processor.seconds()
        );
    }
    Ok(())
}

/// Ten minutes of samples: no two series alike.
fn fill(store: &dyn MetricStore, metrics: usize, now: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
    for metric in 0..metrics {
        let mut batch = SampleBatch::default();
        for agent in 0..AGENTS {
            let labels = Labels::from_pairs([
                ("__name__", format!("metric_{metric:03}").as_str()),
                ("agent", format!("agent-{agent:04}").as_str()),
                ("host", format!("host-{:02}", agent % 20).as_str()),
                ("job", "fleet"),
            ]);
            let samples: Vec<Sample> = (0..SAMPLES)
                .map(|step| Sample {
                    at_ms: now.plus_s(-STEP_S * (SAMPLES - step) as f64).unix_ms(),
                    value: (agent * 7 + metric * 13) as f64 + step as f64 * (1 + agent % 5) as f64,
                })
                .collect();
            batch.push(&labels, &samples);
        }
        store.append_durably("default", now, &batch)?;
    }
    Ok(())
}

/// Six in ten compare, two in ten aggregate rates, one averages a window and alerts, one records.
fn groups(
    rules: usize,
    metrics: usize,
    expressions: &StoreExpressions,
) -> Result<Vec<GroupState>, Box<dyn std::error::Error>> {
    let mut text = String::from("groups:\n");
    for number in 0..rules {
        if number.is_multiple_of(20) {
            text.push_str(&format!("- name: group-{number}\n  rules:\n"));
        }
        let metric = format!("metric_{:03}", number % metrics);
        let rule = match number % 10 {
            0..6 => format!("alert: High{number}, expr: '{metric} > 7500', labels: {{severity: warning}}"),
            6 | 7 => format!("alert: Rate{number}, expr: 'sum by (host) (rate({metric}[5m])) > 1000'"),
            8 => format!("alert: Mean{number}, expr: 'avg_over_time({metric}[5m]) > 8000', for: 1m"),
            _ => format!("record: 'host:metric:sum{number}', expr: 'sum by (host) ({metric})'"),
        };
        text.push_str(&format!("  - {{{rule}}}\n"));
    }
    let file = RuleFile::parse("bench.yaml", &text, None)?;
    let groups = file.groups.into_iter();
    Ok(groups
        .map(|group| GroupState::new(group, expressions, 15.0))
        .collect::<Result<_, _>>()?)
}
