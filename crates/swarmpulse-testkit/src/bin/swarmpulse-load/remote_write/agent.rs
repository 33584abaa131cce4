//! An agent as its metrics show it: it works in bursts, and what it counts stands still in between.

use super::random::Random;

/// The metrics of every agent, in the order of [`Agent::step`].
pub const METRICS: [&str; 10] = [
    "agent_llm_requests_total",
    "agent_llm_tokens_total",
    "agent_network_receive_bytes_total",
    "agent_network_transmit_bytes_total",
    "agent_resident_memory_bytes",
    "agent_cpu_usage_ratio",
    "agent_llm_request_duration_seconds",
    "agent_queue_depth",
    "agent_cost_usd_total",
    "up",
];

/// What agents do.
const KINDS: [&str; 10] = [
    "coder",
    "reviewer",
    "planner",
    "tester",
    "browser",
    "support",
    "scraper",
    "indexer",
    "triage",
    "orchestrator",
];

const PAGE_BYTES: u64 = 4096;

/// One agent and what it has counted so far.
#[derive(Debug)]
pub struct Agent {
    random: Random,
    number: usize,
    busy: bool,
    /// How many requests it makes in one step while busy.
    pace: f64,
    /// Digits after the point of its latencies and costs.
    digits: i32,
    requests: u64,
    tokens: u64,
    received_bytes: u64,
    sent_bytes: u64,
    resident_pages: u64,
    cpu_ratio: f64,
    latency_s: f64,
    queue: u64,
    cost_microusd: u64,
}

impl Agent {
    /// The agent of that number in the fleet of that seed.
    pub fn new(seed: u64, number: usize) -> Self {
        let mut random = Random::new(seed ^ (number as u64 + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93));
        Self {
            number,
            busy: random.chance(0.9),
            pace: 1.0 + 6.0 * random.share(),
            digits: 3 + (number % 4) as i32,
            requests: random.below(50_000),
            tokens: random.below(40_000_000),
            received_bytes: random.below(4_000_000_000),
            sent_bytes: random.below(4_000_000_000),
            resident_pages: 20_000 + random.below(60_000),
            cpu_ratio: 0.02,
            latency_s: 0.8,
            queue: random.below(4),
            cost_microusd: random.below(60_000_000),
            random,
        }
    }

    /// Its labels, sorted by name, without that of the metric.
    pub fn labels(&self) -> [(&'static str, String); 4] {
        [
            ("agent", format!("agent-{:06}", self.number)),
            ("host", format!("worker-{:04}.fleet", self.number / 25)),
            ("job", "agents".into()),
            ("kind", KINDS[self.number % KINDS.len()].into()),
        ]
    }

    /// When, within an interval, its figures are taken: never at its edge, where windows begin and end.
    pub fn offset_ms(&self, interval_ms: i64) -> i64 {
        interval_ms / 50 + (self.number as i64 * 7919) % (interval_ms * 24 / 25)
    }

    /// Lets one interval pass; gives the figure of each of [`METRICS`].
    pub fn step(&mut self) -> [f64; METRICS.len()] {
        let random = &mut self.random;
        if random.chance(if self.busy { 0.004 } else { 0.04 }) {
            self.busy = !self.busy;
        }
        let done = if self.busy { random.poisson(self.pace) } else { 0 };
        for _ in 0..done {
            // Most of a request's tokens are the conversation so far, read from a cache.
            self.tokens += 2_000 + random.below(400_000);
            self.received_bytes += 20_000 + random.below(240_000_000);
            self.sent_bytes += 9_000 + random.below(90_000_000);
        }
        self.requests += done;
        if done > 0 && random.chance(0.45) {
            self.latency_s = (1.2 + 0.5 * random.normal()).max(0.05);
            self.cost_microusd += done * (9_000 + random.below(240_000));
        }
        if self.busy {
            self.cpu_ratio = (0.7 * self.cpu_ratio + 0.1 + 0.04 * random.normal()).clamp(0.0, 4.0);
            let grown = self.resident_pages + random.below(12_800);
            self.resident_pages = grown.saturating_sub(6_400).clamp(5_000, 400_000);
        } else {
            self.cpu_ratio = 0.01;
        }
        if random.chance(0.6) {
            let arrived = random.poisson(1.0);
            self.queue = (self.queue + arrived).saturating_sub(1).min(40);
        }
        let cost_steps = 10_u64.pow((6 - self.digits) as u32);
        [
            self.requests as f64,
            self.tokens as f64,
            self.received_bytes as f64,
            self.sent_bytes as f64,
            (self.resident_pages * PAGE_BYTES) as f64,
            round(self.cpu_ratio, 2 + self.digits % 3),
            round(self.latency_s, self.digits),
            self.queue as f64,
            (self.cost_microusd / cost_steps) as f64 / 10_f64.powi(self.digits),
            if random.chance(0.0005) { 0.0 } else { 1.0 },
        ]
    }
}

fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_figures_and_counters_never_fall() {
        let (mut one, mut same, mut other) = (Agent::new(1, 5), Agent::new(1, 5), Agent::new(2, 5));
        let mut before = [0.0; METRICS.len()];
        let mut differs = false;
        for _ in 0..500 {
            let figures = one.step();
            assert_eq!(figures, same.step());
            differs |= figures != other.step();
            for (metric, (now, then)) in METRICS.iter().zip(figures.iter().zip(before)) {
                assert!(
                    !metric.ends_with("_total") || *now >= then,
                    "{metric} falls from {then} to {now}"
                );
            }
            assert_eq!(figures[4] % 4096.0, 0.0);
            before = figures;
        }
        assert!(differs && before[0] > 0.0);
    }
}
