//! Any bytes as a chunk of samples.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| swarmpulse_chunk::fuzz_chunk(bytes));
