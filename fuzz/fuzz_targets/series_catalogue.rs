//! Any bytes as the metric store's catalogue of series.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| swarmpulse_metrics::fuzz_catalogue(bytes));
