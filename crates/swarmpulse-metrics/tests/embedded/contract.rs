//! The embedded store keeps the promises of every metric store, also over restarts and crashes.

use swarmpulse_metrics::MetricOptions;
use swarmpulse_model::Timestamp;
use swarmpulse_store::contract::metrics;

use crate::reopening::{Between, Reopening};

fn check(between: Between, change: fn(&mut MetricOptions)) {
    metrics::all(&|limits| {
        let mut options = MetricOptions {
            limits: limits.clone(),
            ..MetricOptions::default()
        };
        change(&mut options);
        let now = Timestamp(1_769_860_800_000 * 1_000_000);
        Box::new(Reopening::new(between, options, now))
    });
}

/// Everything goes to a segment each time.
fn impatient(options: &mut MetricOptions) {
    options.head_bytes_max = 0;
    options.journal_bytes_max = 0;
}

#[test]
fn it_keeps_the_contract() {
    check(Between::Maintained, |_| {});
}

#[test]
fn it_keeps_the_contract_with_segments() {
    check(Between::Maintained, impatient);
}

#[test]
fn it_keeps_the_contract_over_restarts() {
    check(Between::Closed, |_| {});
}

#[test]
fn it_keeps_the_contract_over_crashes() {
    check(Between::Crashed, |_| {});
    check(Between::MaintainedAndCrashed, impatient);
}
