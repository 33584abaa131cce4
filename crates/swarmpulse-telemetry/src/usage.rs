//! LLM usage, counted once: requests, tokens, cost, durations, tool results and lost telemetry, of all clients alike.
//!
//! Logs, spans and metrics may tell of the same requests. Of one session and quantity only the best source counts (see
//! [`crate::dialect::Rank`]); what a lesser one had added before the better was seen is an advance, and what the better
//! one tells is added only beyond it. So totals never fall, and never are the sum of two sources, whatever came first.

mod ledger;
mod meter;
mod sequence;
mod subject;

use swarmpulse_model::Text;
use swarmpulse_model::series::{Sample, SampleBatch};

use crate::dialect::{Amount, Answer, Rank, Reading, Request, ToolResult};
use crate::generations::Generations;
use ledger::{Item, Ledger, Quantity};
use meter::{Meter, MeterKey};
pub(crate) use subject::Subject;

/// A session or series without a word for so long is forgotten, at the latest after twice that.
const LIFETIME_MS: i64 = 2 * 3_600_000;
/// A series is written again for so long after it last changed.
const REPEAT_MS: i64 = 3_600_000;
/// How often series are written again; a new series begins with a zero so long before its first value.
pub(crate) const REPEAT_EVERY_MS: i64 = 15_000;

/// LLM usage of all namespaces.
#[derive(Debug)]
pub(crate) struct Usage {
    ledgers: Generations<u128, Ledger>,
    meters: Generations<MeterKey, Meter>,
    changed: Vec<MeterKey>,
    /// No zero is written before this: an earlier life of a series may have samples there.
    floor_ms: i64,
    repeats: u64,
}

/// Whether what an event tells was told before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    First,
    Again,
}

impl Usage {
    /// Bounded; counting begins now.
    pub fn new(sessions_max: usize, series_max: usize, now_ms: i64) -> Self {
        Self {
            ledgers: Generations::new(sessions_max, LIFETIME_MS),
            meters: Generations::new(series_max / meter::SERIES_EXPECTED, LIFETIME_MS),
            changed: Vec::new(),
            floor_ms: now_ms,
            repeats: 0,
        }
    }

    /// Notes an event's number within its session, and whether it is a repeat. `id` tells it from others of its session.
    pub fn hear(
        &mut self,
        subject: &Subject<'_>,
        id: u64,
        sequence: Option<(u64, u64)>,
        now_ms: i64,
    ) -> Told {
        let ledger = self
            .ledgers
            .get_or_insert(&subject.session_key, now_ms, || Ledger::of(subject));
        if let Some((number, at_ns)) = sequence {
            ledger.sequence.observe(number, at_ns, now_ms);
        }
        let told = ledger.recent.hear(id);
        let lost = ledger.sequence.take_lost(now_ms);
        self.repeats += u64::from(told == Told::Again);
        self.lose(subject, lost, now_ms);
        told
    }

    fn lose(&mut self, subject: &Subject<'_>, lost: u64, now_ms: i64) {
        if lost > 0 {
            self.change(
                MeterKey::agent(&subject.namespace, &subject.agent),
                now_ms,
                |meter| {
                    meter.lost.add(lost as f64);
                },
            );
        }
    }

    /// Counts what an event or span tells of a request.
    pub fn request(&mut self, subject: &Subject<'_>, request: &Request, now_ms: i64) {
        let Request {
            rank,
            model,
            provider,
            ..
        } = request;
        for (class, tokens) in request.tokens.iter().enumerate() {
            if let Some(tokens) = tokens {
                self.tokens(subject, *rank, (model, provider), (class, *tokens), now_ms);
            }
        }
        if let Some(cost_usd) = request.cost_usd {
            self.cost(subject, *rank, (model, provider), cost_usd, now_ms);
        }
        if let Some(answer) = &request.answer {
            self.requests(subject, *rank, (model, provider), (1.0, answer), now_ms);
        }
    }

    /// Counts an increment of a metric.
    pub fn read(&mut self, subject: &Subject<'_>, reading: &Reading, now_ms: i64) {
        let names = (&reading.model, &reading.provider);
        match &reading.amount {
            Amount::Tokens(class, tokens) => {
                self.tokens(subject, reading.rank, names, (*class, *tokens), now_ms);
            }
            Amount::Cost(cost_usd) => self.cost(subject, reading.rank, names, *cost_usd, now_ms),
            Amount::Requests(count, answer) => {
                self.requests(subject, reading.rank, names, (*count, answer), now_ms);
            }
        }
    }

    fn tokens(
        &mut self,
        subject: &Subject<'_>,
        rank: Rank,
        (model, provider): (&Text, &Text),
        (class, tokens): (usize, f64),
        now_ms: i64,
    ) {
        let slot = Text::const_new(crate::dialect::TOKEN_TYPES[class]);
        let item = Item::new(Quantity::Tokens, slot, model);
        let credit = self.credit(subject, rank, &item, tokens, now_ms);
        if let Some(credit) = credit {
            self.change(
                MeterKey::model(&subject.namespace, &subject.agent, model, provider),
                now_ms,
                |meter| {
                    meter.tokens[class].add(credit);
                },
            );
        }
    }

    fn cost(
        &mut self,
        subject: &Subject<'_>,
        rank: Rank,
        (model, provider): (&Text, &Text),
        cost_usd: f64,
        now_ms: i64,
    ) {
        let item = Item::new(Quantity::Cost, Text::default(), model);
        if let Some(credit) = self.credit(subject, rank, &item, cost_usd, now_ms) {
            self.change(
                MeterKey::model(&subject.namespace, &subject.agent, model, provider),
                now_ms,
                |meter| {
                    meter.cost_usd.add(credit);
                },
            );
        }
    }

    fn requests(
        &mut self,
        subject: &Subject<'_>,
        rank: Rank,
        (model, provider): (&Text, &Text),
        (count, answer): (f64, &Answer),
        now_ms: i64,
    ) {
        let item = Item::new(Quantity::Requests, answer.status.clone(), model);
        if let Some(credit) = self.credit(subject, rank, &item, count, now_ms) {
            self.change(
                MeterKey::model(&subject.namespace, &subject.agent, model, provider),
                now_ms,
                |meter| {
                    meter.answered(answer, credit);
                },
            );
        }
    }

    /// Counts what a tool came to.
    pub fn tool(&mut self, subject: &Subject<'_>, result: &ToolResult, now_ms: i64) {
        let key = MeterKey::tool(&subject.namespace, &subject.agent, &result.tool);
        self.change(key, now_ms, |meter| meter.tool_ended(result.ok));
    }

    /// Notes what is left of a rate limit.
    pub fn rate_limit(
        &mut self,
        subject: &Subject<'_>,
        provider: &Text,
        limit: &'static str,
        share: f64,
        now_ms: i64,
    ) {
        let key = MeterKey::limit(&subject.namespace, &subject.agent, provider, limit);
        self.change(key, now_ms, |meter| meter.left_ratio = Some(share));
    }

    /// How much of an amount is to be added: what no source told before. `None` if a better source counts it.
    fn credit(
        &mut self,
        subject: &Subject<'_>,
        rank: Rank,
        item: &Item,
        amount: f64,
        now_ms: i64,
    ) -> Option<f64> {
        if !amount.is_finite() || amount < 0.0 {
            return None;
        }
        let ledger = self
            .ledgers
            .get_or_insert(&subject.session_key, now_ms, || Ledger::of(subject));
        let credit = ledger.admit(rank, item, amount)?;
        if subject.session_key == subject.agent_key {
            return Some(credit);
        }
        // What was told of the agent without a session may be of this one.
        let of_agent = subject.without_session();
        let ledger = self
            .ledgers
            .get_or_insert(&subject.agent_key, now_ms, || Ledger::of(&of_agent));
        Some(ledger.absorb(rank, item, credit))
    }

    fn change(&mut self, key: MeterKey, now_ms: i64, change: impl FnOnce(&mut Meter)) {
        let meter = self.meters.get_or_insert(&key, now_ms, Meter::default);
        change(meter);
        meter.changed_ms = now_ms;
        if !meter.is_listed {
            meter.is_listed = true;
            self.changed.push(key);
        }
    }

    /// Writes the series of `namespace` that changed since this was last called.
    pub fn write_changed(&mut self, namespace: &str, now_ms: i64, out: &mut SampleBatch) {
        let zero_ms = (now_ms - REPEAT_EVERY_MS).max(self.floor_ms);
        let (due, rest) = std::mem::take(&mut self.changed)
            .into_iter()
            .partition(|key| key.namespace == namespace);
        self.changed = rest;
        let due: Vec<MeterKey> = due;
        for key in due {
            if let Some(meter) = self.meters.get(&key) {
                meter.is_listed = false;
                meter.write(&key, now_ms, zero_ms, out);
            }
        }
    }

    /// Writes again every series that changed lately, by namespace; forgets what is old, and finds what is lost.
    pub fn write_all(&mut self, now_ms: i64) -> Vec<(Text, SampleBatch)> {
        self.ledgers.turn_if_due(now_ms);
        self.meters.turn_if_due(now_ms);
        let mut lost = Vec::new();
        for ledger in self.ledgers.values_mut() {
            let count = ledger.sequence.take_lost(now_ms);
            if count > 0 {
                lost.push((ledger.namespace.clone(), ledger.agent.clone(), count));
            }
        }
        for (namespace, agent, count) in lost {
            self.change(MeterKey::agent(&namespace, &agent), now_ms, |meter| {
                meter.lost.add(count as f64);
            });
        }
        let zero_ms = (now_ms - REPEAT_EVERY_MS).max(self.floor_ms);
        let mut batches: Vec<(Text, SampleBatch)> = Vec::new();
        for (key, meter) in self.meters.iter_mut() {
            if now_ms - meter.changed_ms > REPEAT_MS {
                continue;
            }
            meter.is_listed = false;
            let place = batches
                .iter()
                .position(|(namespace, _)| *namespace == key.namespace);
            let place = place.unwrap_or_else(|| {
                batches.push((key.namespace.clone(), SampleBatch::default()));
                batches.len() - 1
            });
            meter.write(key, now_ms, zero_ms, &mut batches[place].1);
        }
        self.changed.clear();
        batches
    }

    /// Sessions and series forgotten for want of room, and repeats, since this was last asked.
    pub fn take_losses(&mut self, now_ms: i64) -> [(&'static str, u64); 3] {
        let series = self.meters.take_forgotten();
        if series > 0 {
            self.floor_ms = now_ms;
        }
        [
            ("otlp_sessions_forgotten", self.ledgers.take_forgotten()),
            ("otlp_usage_series_forgotten", series),
            ("otlp_events_repeated", std::mem::take(&mut self.repeats)),
        ]
    }
}

/// Writes one sample of a series with these labels.
fn push(out: &mut SampleBatch, name: &str, labels: &[(&str, &str)], samples: &[Sample]) {
    let pairs = std::iter::once(("__name__", name))
        .chain(labels.iter().copied().filter(|(_, value)| !value.is_empty()));
    out.push_pairs(pairs, samples);
}

#[cfg(test)]
mod tests;
