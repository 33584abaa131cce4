//! Bytes per sample of what agents measure: chunks are deterministic, so sizes are facts.

#[path = "shapes/agents.rs"]
mod shapes;

use shapes::{times, values};
use swarmpulse_chunk::{Chunk, Effort, Encoder};

fn bytes_per_sample(shape: &str, samples: usize, jitter_ms: u64, effort: Effort) -> f64 {
    let (mut encoder, mut total) = (Encoder::default(), 0);
    let series = 8;
    for seed in 0..series {
        let (times, values) = (times(seed, samples, jitter_ms), values(shape, seed, samples));
        let mut bytes = Vec::new();
        encoder
            .encode(&times, &values, effort, &mut bytes)
            .expect("valid samples");
        let (mut times_back, mut values_back) = (Vec::new(), Vec::new());
        let chunk = Chunk::open(&bytes).expect("own bytes");
        chunk
            .decode(&mut times_back, &mut values_back)
            .expect("own bytes");
        assert_eq!((times_back, values_back), (times, values), "{shape}");
        total += bytes.len();
    }
    total as f64 / (series as usize * samples) as f64
}

/// At most so many bytes per sample: of hot chunks with regular times, and of cold ones.
const LIMITS: [(&str, f64, f64); 10] = [
    ("requests_total", 0.51, 0.41),
    ("tokens_total", 1.75, 1.39),
    ("bytes_total", 1.93, 1.70),
    ("rss_bytes", 1.05, 0.95),
    ("cpu_ratio", 1.03, 0.93),
    ("latency_seconds", 1.47, 1.36),
    ("queue_length", 0.79, 0.73),
    ("cost_usd_total", 1.23, 0.96),
    ("limit", 0.065, 0.018),
    ("up", 0.065, 0.018),
];

#[test]
fn the_mix_of_an_agent_is_small() {
    let mut sums = [0.0; 3];
    for (shape, hot_max, cold_max) in LIMITS {
        let hot = bytes_per_sample(shape, 240, 0, Effort::Hot);
        let jittered = bytes_per_sample(shape, 240, 5, Effort::Hot);
        let cold = bytes_per_sample(shape, 960, 0, Effort::Cold);
        assert!(hot <= hot_max, "{shape}: {hot}");
        assert!(
            jittered - hot < 0.45,
            "{shape}: {jittered} with times that jitter by 5 ms, {hot} without"
        );
        assert!(cold <= cold_max && cold < hot, "{shape}: {cold} cold, {hot} hot");
        for (sum, bytes) in sums.iter_mut().zip([hot, jittered, cold]) {
            *sum += bytes / LIMITS.len() as f64;
        }
    }
    assert!(sums[0] < 0.98 && sums[1] < 1.42 && sums[2] < 0.84, "{sums:?}");
}
