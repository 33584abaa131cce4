//! Any bytes as InfluxDB's line protocol.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_wire::influx::{InfluxOptions, Precision, decode};

fuzz_target!(|bytes: &[u8]| {
    let options = InfluxOptions {
        precision: Precision::Hours,
        now_ms: 1,
        labels: &[],
        samples_max: 1000,
        label_bytes_max: 1 << 20,
    };
    decode(bytes, &options, &mut SampleBatch::default());
});
