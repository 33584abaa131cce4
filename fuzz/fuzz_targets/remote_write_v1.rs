//! Any bytes as a request of remote write 1.0, as they come and as a snappy block.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmpulse_model::series::{LabelBytes, SampleBatch};
use swarmpulse_wire::remote_write::{Decoder, Message, RemoteWriteLimits};

fuzz_target!(|bytes: &[u8]| {
    let limits = RemoteWriteLimits {
        decompressed_bytes: 1 << 20,
        samples: 10_000,
        metadata: 100,
    };
    let (mut decoder, mut batch) = (Decoder::default(), SampleBatch::default());
    let _ = decoder.decode(Message::V1, bytes, &limits, &mut batch);
    let Ok(packed) = snap::raw::Encoder::new().compress_vec(bytes) else {
        return;
    };
    if decoder.decode(Message::V1, &packed, &limits, &mut batch).is_ok() {
        for series in &batch.series {
            assert!(!batch.samples_of(series).is_empty());
            let _ = LabelBytes::parse(batch.labels_of(series));
        }
    }
});
