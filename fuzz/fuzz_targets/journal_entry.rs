//! Any bytes as an entry of the metric store's journal.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| swarmpulse_metrics::fuzz_entry(bytes));
