//! The numbers that agents send with heartbeats, as samples of series of their own.

use std::collections::HashSet;

use swarmpulse_fleet::Fleet;
use swarmpulse_model::series::{METRIC_NAME, SampleBatch, stale_marker};
use swarmpulse_model::{Effect, Record, Sample, Text, Timestamp, Verdict};

/// The samples of a batch of records, at the time of their receipt. Of two numbers of one name the later one counts.
pub(crate) fn samples_of(records: &[Record], received_at: Timestamp) -> SampleBatch {
    let mut batch = SampleBatch::default();
    let heartbeats = records.iter().rev().filter_map(|record| match record {
        Record::Heartbeat(heartbeat) if !heartbeat.metrics.is_empty() => Some(heartbeat),
        _ => None,
    });
    let mut seen = HashSet::new();
    for heartbeat in heartbeats {
        for (name, value) in heartbeat.metrics.iter().rev() {
            let name = series_name(name);
            if seen.insert((heartbeat.agent.clone(), name.clone())) {
                push(&mut batch, &name, &heartbeat.agent, received_at, *value);
            }
        }
    }
    batch
}

/// Marks the series of an agent as gone that has gone itself.
pub(crate) fn farewell(fleet: &Fleet, effect: &Effect, at: Timestamp) -> Option<(Text, SampleBatch)> {
    let Effect::Verdict(change) = effect else {
        return None;
    };
    if !matches!(change.to, Verdict::Down | Verdict::Stopped) {
        return None;
    }
    let agent = fleet.agent_named(&change.agent.namespace, &change.agent.id)?;
    if agent.metrics().is_empty() {
        return None;
    }
    let mut batch = SampleBatch::default();
    for (name, _) in agent.metrics() {
        // After whatever number came with its last words.
        push(
            &mut batch,
            &series_name(name),
            agent.id(),
            at.plus_ns(1_000_000),
            stale_marker(),
        );
    }
    Some((change.agent.namespace.clone(), batch))
}

fn push(batch: &mut SampleBatch, name: &str, agent: &str, at: Timestamp, value: f64) {
    let at_ms = at.unix_ms();
    batch.push_pairs(
        [(METRIC_NAME, name), ("agent", agent)],
        &[Sample { at_ms, value }],
    );
}

/// The name as Prometheus has always taken it: letters, digits, `_` and `:`, no digit first.
fn series_name(name: &str) -> String {
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | ':');
    let mut series: String = name
        .chars()
        .map(|character| if fits(character) { character } else { '_' })
        .collect();
    if series.is_empty() || series.starts_with(|first: char| first.is_ascii_digit()) {
        series.insert(0, '_');
    }
    series
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Labels;
    use swarmpulse_model::record::Heartbeat;
    use swarmpulse_model::series::LabelBytes;

    use super::*;

    fn heartbeat(agent: &str, metrics: &[(&str, f64)]) -> Record {
        Record::Heartbeat(Box::new(Heartbeat {
            agent: agent.into(),
            metrics: metrics
                .iter()
                .map(|(name, value)| ((*name).into(), *value))
                .collect(),
            ..Heartbeat::default()
        }))
    }

    #[test]
    fn names_are_made_those_of_series() {
        for (name, series) in [
            ("queue_depth", "queue_depth"),
            ("queue.depth-p99 %", "queue_depth_p99__"),
            ("9lives", "_9lives"),
            ("größe", "gr__e"),
            ("", "_"),
        ] {
            assert_eq!(series_name(name), series);
        }
    }

    #[test]
    fn the_last_number_of_a_name_counts() {
        let records = [
            heartbeat("a1", &[("x", 1.0), ("y", 2.0)]),
            heartbeat("a2", &[]),
            heartbeat("a1", &[("x", 3.0)]),
        ];
        let batch = samples_of(&records, Timestamp::from_unix_s(10.0));
        let found: Vec<_> = batch
            .series
            .iter()
            .map(|series| {
                let labels = LabelBytes::parse(batch.labels_of(series)).unwrap();
                (labels, batch.samples_of(series)[0].value)
            })
            .collect();
        let labels = |name| Labels::from_pairs([(METRIC_NAME, name), ("agent", "a1")]);
        assert_eq!(found, [(labels("x"), 3.0), (labels("y"), 2.0)]);
        assert_eq!(batch.samples[0].at_ms, 10_000);
    }
}
