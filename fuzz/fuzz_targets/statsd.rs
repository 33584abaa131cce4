//! Any bytes as a packet of StatsD.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmpulse_model::series::{LabelBytes, SampleBatch};
use swarmpulse_wire::statsd::Aggregator;

fuzz_target!(|bytes: &[u8]| {
    let (mut aggregator, mut batch) = (Aggregator::default(), SampleBatch::default());
    aggregator.packet(bytes);
    aggregator.flush(1, &mut batch);
    for series in &batch.series {
        let labels = LabelBytes::parse(batch.labels_of(series));
        assert!(labels.is_ok() || batch.labels_of(series).len() > 512, "{labels:?}");
    }
});
