//! Who calls what: sums a minute for the log, and how each agent's services fare.

use std::collections::BTreeMap;

use serde::Serialize;
use swarmpulse_model::{Text, Timestamp};

use super::outcome::Outcome;

/// The most pairs of agent and service.
const PAIRS_MAX: usize = 20_000;
/// A pair without a call for so long is forgotten, in seconds.
const FORGET_S: f64 = 3600.0;
/// How much the newest call weighs in what is said of an agent's calls.
const WEIGHT: f64 = 0.05;

/// How the calls of a service by one agent fare.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallerFigures {
    /// The namespace of both.
    pub namespace: Text,
    /// The agent.
    pub agent: Text,
    /// The service.
    pub service: Text,
    /// Share of calls that failed of late, 0 to 1: the last twenty weigh most.
    pub error_ratio: f64,
    /// How long calls took of late, in milliseconds, where that is known.
    pub latency_ms: Option<f64>,
    /// When the last call ended.
    pub last_at: Timestamp,
}

/// The calls of a minute.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MinuteSum {
    /// How many.
    pub calls: u32,
    /// How many failed.
    pub errors: u32,
    /// How many timed out.
    pub timeouts: u32,
    /// Latencies, and how many were known.
    pub latency_sum_ms: f64,
    pub latencies: u32,
    /// The last status.
    pub status_code: Option<u16>,
}

#[derive(Clone, Debug, Default)]
struct Pair {
    error_ratio: f64,
    latency_ms: Option<f64>,
    calls: u64,
    last_at: Timestamp,
    minute: MinuteSum,
}

/// Pairs of agent and service, by namespace, service and agent.
#[derive(Clone, Debug, Default)]
pub(super) struct Callers {
    pairs: BTreeMap<(Text, Text, Text), Pair>,
    /// Pairs that there was no room for.
    pub refused: u64,
}

impl Callers {
    /// Takes a call in.
    pub fn observe(
        &mut self,
        namespace: &Text,
        service: &Text,
        agent: &Text,
        at: Timestamp,
        outcome: &Outcome,
    ) {
        let key = (namespace.clone(), service.clone(), agent.clone());
        if self.pairs.len() >= PAIRS_MAX && !self.pairs.contains_key(&key) {
            self.refused += 1;
            return;
        }
        let pair = self.pairs.entry(key).or_default();
        pair.calls += 1;
        // The first calls weigh alike.
        let weight = WEIGHT.max(1.0 / pair.calls as f64);
        pair.error_ratio += (f64::from(u8::from(outcome.failed)) - pair.error_ratio) * weight;
        pair.last_at = at;
        let minute = &mut pair.minute;
        minute.calls += 1;
        minute.errors += u32::from(outcome.failed);
        minute.timeouts += u32::from(outcome.timed_out);
        minute.status_code = outcome.status_code.or(minute.status_code);
        if let Some(latency_ms) = outcome.latency_ms {
            minute.latency_sum_ms += latency_ms;
            minute.latencies += 1;
            pair.latency_ms = Some(match pair.latency_ms {
                Some(before) => before + (latency_ms - before) * weight,
                None => latency_ms,
            });
        }
    }

    /// Hands out the sums of the minute and begins the next; forgets who calls no more.
    pub fn end_minute(&mut self, now: Timestamp, mut tell: impl FnMut(&(Text, Text, Text), &MinuteSum)) {
        self.pairs.retain(|key, pair| {
            if pair.minute.calls > 0 {
                tell(key, &std::mem::take(&mut pair.minute));
            }
            now.seconds_since(pair.last_at) < FORGET_S
        });
    }

    /// How each pair fares, by namespace, service and agent.
    pub fn figures(&self) -> impl Iterator<Item = CallerFigures> {
        self.pairs
            .iter()
            .map(|((namespace, service, agent), pair)| CallerFigures {
                namespace: namespace.clone(),
                agent: agent.clone(),
                service: service.clone(),
                error_ratio: pair.error_ratio,
                latency_ms: pair.latency_ms,
                last_at: pair.last_at,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_summed_and_the_quiet_forgotten() {
        let mut callers = Callers::default();
        let outcome = |latency_ms: f64, failed: bool| Outcome {
            latency_ms: Some(latency_ms),
            failed,
            ..Outcome::default()
        };
        let name = Text::from;
        for (latency_ms, failed) in [(10.0, false), (30.0, true)] {
            callers.observe(
                &name("ns"),
                &name("db"),
                &name("a1"),
                Timestamp(0),
                &outcome(latency_ms, failed),
            );
        }
        let mut told = Vec::new();
        callers.end_minute(Timestamp(0).plus_s(60.0), |(_, service, agent), sum| {
            told.push((
                service.clone(),
                agent.clone(),
                sum.calls,
                sum.errors,
                sum.latency_sum_ms,
            ));
        });
        assert_eq!(told, [(name("db"), name("a1"), 2, 1, 40.0)]);
        let figures: Vec<CallerFigures> = callers.figures().collect();
        assert_eq!((figures[0].error_ratio, figures[0].latency_ms), (0.5, Some(20.0)));
        callers.end_minute(Timestamp(0).plus_s(3600.0), |_, _| panic!("nothing new"));
        assert_eq!(callers.figures().count(), 0);
    }
}
