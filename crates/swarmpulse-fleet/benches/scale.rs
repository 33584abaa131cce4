//! A fleet of 100,000 agents for some minutes of its time: records a second, worst tick, memory, snapshot. Prints a table.

#![allow(clippy::print_stdout, reason = "its table is its result")]

#[path = "fleet/records.rs"]
mod records;

use std::time::{Duration, Instant};

use swarmpulse_fleet::Fleet;
use swarmpulse_model::{Record, Timestamp};

use records::{AGENTS, BEGIN, INTERVAL_S, apply, empty_fleet, heartbeats, mixed, shuffled};

/// Ticks come no closer together than this, in seconds.
const STEP_S: f64 = 0.1;

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    let done = work();
    (done, begin.elapsed())
}

fn rss_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .unwrap_or(0);
    pages * 4096
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Ticks of one stretch of time.
#[derive(Default)]
struct Ticks {
    count: u32,
    worst: Duration,
    total: Duration,
    effects: usize,
}

impl Ticks {
    /// Ticks as often as the fleet asks for it.
    fn run_due(&mut self, fleet: &mut Fleet, offset: u64, at: Timestamp) {
        let mut effects = Vec::new();
        while fleet.next_due() <= at {
            let context = records::context(offset, at);
            let ((), took) = timed(|| fleet.apply(&context, Record::Tick, &mut effects));
            self.count += 1;
            self.total += took;
            self.worst = self.worst.max(took);
            self.effects += effects.len();
            effects.clear();
        }
    }

    fn print(&self, name: &str) {
        println!(
            "{name:<44} {:>8.2} ms worst, {:.3} ms mean of {} ticks, {} effects",
            self.worst.as_secs_f64() * 1e3,
            self.total.as_secs_f64() * 1e3 / f64::from(self.count.max(1)),
            self.count,
            self.effects
        );
    }
}

/// All agents report for so long, spread evenly over their interval; gives the time it took to apply them.
fn report(fleet: &mut Fleet, order: &[u32], from_s: f64, for_s: f64, ticks: &mut Ticks) -> (u64, Duration) {
    let steps = (for_s / STEP_S) as usize;
    let slices = (INTERVAL_S / STEP_S) as usize;
    let share = order.len() / slices;
    let (mut applied, mut took) = (0, Duration::ZERO);
    let mut effects = Vec::new();
    for step in 0..steps {
        let at = BEGIN.plus_s(from_s + step as f64 * STEP_S);
        let offset = ((from_s / STEP_S) as usize + step) as u64;
        let slice = &order[(step % slices) * share..][..share];
        let round = (from_s / INTERVAL_S) as u64 + (step / slices) as u64;
        let records = heartbeats(slice, round, at);
        applied += records.len() as u64;
        let ((), spent) = timed(|| apply(fleet, offset, at, records, &mut effects));
        took += spent;
        ticks.run_due(fleet, offset, at);
    }
    (applied, took)
}

fn main() {
    // Cargo also runs benchmarks as tests; a table is no test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let order = shuffled(AGENTS);
    let before = rss_bytes();
    let mut fleet = empty_fleet();
    let (mut first, mut steady) = (Ticks::default(), Ticks::default());
    report(&mut fleet, &order, 0.0, 60.0, &mut first);
    println!(
        "{:<44} {:>8.1} MiB",
        "memory of 100,000 agents",
        mebibytes(rss_bytes().saturating_sub(before))
    );
    let (applied, took) = report(&mut fleet, &order, 60.0, 300.0, &mut steady);
    let rate = |count: u64, took: Duration| count as f64 / took.as_secs_f64() / 1e6;
    println!(
        "{:<44} {:>8.2} million/s",
        "heartbeats applied, live rhythm",
        rate(applied, took)
    );
    steady.print("tick, steady state");
    measure_snapshot(&fleet);
    let mut one = Ticks::default();
    let silent_one: Vec<u32> = order[1..].to_vec();
    report(&mut fleet, &silent_one, 360.0, 60.0, &mut one);
    one.print("tick, some of the fleet die");
    let mut lapse = Ticks::default();
    for step in 0..600 {
        let at = BEGIN.plus_s(420.0 + f64::from(step) * STEP_S);
        lapse.run_due(&mut fleet, 4_200 + step as u64, at);
    }
    lapse.print("tick, all fall silent (freeze)");
    let mut given_up = Ticks::default();
    for step in 600..4_000 {
        let at = BEGIN.plus_s(420.0 + f64::from(step) * STEP_S);
        given_up.run_due(&mut fleet, 4_200 + step as u64, at);
    }
    given_up.print("tick, the freeze ends (all are down)");
    let mut at_once = Ticks::default();
    let (_, took) = timed(|| report(&mut fleet, &order, 1_000.0, 20.0, &mut at_once));
    println!(
        "{:<44} {:>8.2} s of work for 20 s",
        "all return",
        took.as_secs_f64()
    );
    let at = BEGIN.plus_s(2_000.0);
    let mut stall = Ticks::default();
    stall.run_due(&mut fleet, 30_000, at);
    stall.print("tick, all overdue at one moment");
    measure_mixed(&order);
}

fn measure_snapshot(fleet: &Fleet) {
    let (bytes, took) = timed(|| rmp_serde::to_vec_named(fleet).unwrap_or_default());
    println!(
        "{:<44} {:>8.2} s, {:.1} MiB",
        "snapshot, MessagePack with names",
        took.as_secs_f64(),
        mebibytes(bytes.len() as u64)
    );
    let (restored, took) = timed(|| {
        let mut restored: Fleet = rmp_serde::from_slice(&bytes).unwrap_or_default();
        restored.restore();
        restored
    });
    println!(
        "{:<44} {:>8.2} s, {} agents",
        "snapshot read back",
        took.as_secs_f64(),
        restored.counts().total()
    );
}

fn measure_mixed(order: &[u32]) {
    let mut fleet = empty_fleet();
    let mut effects = Vec::new();
    let (mut applied, mut took) = (0, Duration::ZERO);
    for round in 0..6 {
        for (number, slice) in order.chunks(10_000).enumerate() {
            let at = BEGIN.plus_s(round as f64 * INTERVAL_S + number as f64);
            let records = mixed(slice, round, at);
            let count = records.len() as u64;
            let ((), spent) =
                timed(|| apply(&mut fleet, round * 10 + number as u64, at, records, &mut effects));
            // The first round makes the agents known.
            if round > 0 {
                applied += count;
                took += spent;
            }
        }
    }
    println!(
        "{:<44} {:>8.2} million/s",
        "mixed records applied",
        applied as f64 / took.as_secs_f64() / 1e6
    );
}
