//! Any bytes as Prometheus' text and as OpenMetrics, pushed and fetched.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_wire::exposition::{ImportOptions, ScrapeCache, ScrapeRules, TextFormat, import};

fuzz_target!(|bytes: &[u8]| {
    let rules = ScrapeRules {
        labels: vec![("job".to_owned(), "j".to_owned())],
        samples_max: 1000,
        ..ScrapeRules::default()
    };
    let mut batch = SampleBatch::default();
    for format in [TextFormat::Prometheus, TextFormat::OpenMetrics] {
        let options = ImportOptions {
            format,
            now_ms: 1,
            labels: &rules.labels,
            samples_max: 1000,
            label_bytes_max: 1 << 20,
        };
        import(bytes, &options, &mut batch);
        let mut cache = ScrapeCache::default();
        for at_ms in [1, 2] {
            let _ = cache.take(bytes, format, &rules, at_ms, &mut batch);
        }
        cache.end(&rules, 3, &mut batch);
    }
});
