//! Any bytes as an entropy-coded column of a chunk.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| swarmpulse_chunk::fuzz_cold_column(bytes));
