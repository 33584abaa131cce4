//! How many records a second the fleet applies on one core, with 100,000 agents known.

#![allow(missing_docs)]

#[path = "fleet/records.rs"]
mod records;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use swarmpulse_model::{Record, Timestamp};

use records::{AGENTS, BEGIN, apply, empty_fleet, heartbeats, mixed, shuffled};

/// Records of one measured batch.
const BATCH: usize = 10_000;

type Round = fn(&[u32], u64, Timestamp) -> Vec<Record>;

fn applied(c: &mut Criterion) {
    let order = shuffled(AGENTS);
    let mut group = c.benchmark_group("apply");
    group.throughput(Throughput::Elements(BATCH as u64));
    let rounds: [(&str, Round); 2] = [("heartbeats", heartbeats), ("mixed", mixed)];
    for (name, round_of) in rounds {
        let mut fleet = empty_fleet();
        let mut effects = Vec::new();
        apply(&mut fleet, 0, BEGIN, heartbeats(&order, 0, BEGIN), &mut effects);
        let mut batches = 0_u64;
        group.bench_function(name, |bencher| {
            let slices = order.len() / BATCH;
            let next = || {
                // All agents in turn, one slice of the shuffled order a second.
                batches += 1;
                let slice = batches as usize % slices;
                let round = batches / slices as u64 + 1;
                let at = BEGIN.plus_s(batches as f64);
                let records = round_of(&order[slice * BATCH..][..BATCH], round, at);
                (batches, at, records)
            };
            bencher.iter_batched(
                next,
                |(offset, at, records)| apply(&mut fleet, offset, at, records, &mut effects),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, applied);
criterion_main!(benches);
