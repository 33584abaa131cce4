//! Any bytes as a segment file.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| swarmpulse_metrics::fuzz_segment(bytes));
