//! Bytes per sample of what agents measure: chunks are deterministic, so sizes are facts.

#[path = "shapes/agents.rs"]
mod shapes;

use shapes::{SHAPES, times, values};
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

fn mix(samples: usize, jitter_ms: u64, effort: Effort) -> f64 {
    let mut sum = 0.0;
    for shape in SHAPES {
        let bytes = bytes_per_sample(shape, samples, jitter_ms, effort);
        println!("{shape:20} {bytes:.3}");
        sum += bytes;
    }
    println!(
        "{:20} {:.3} ({samples} samples, {jitter_ms} ms, {effort:?})",
        "mean",
        sum / 10.0
    );
    sum / 10.0
}

#[test]
fn the_mix_of_an_agent_is_small() {
    let hot = mix(240, 0, Effort::Hot);
    let jittered = mix(240, 5, Effort::Hot);
    let cold = mix(960, 0, Effort::Cold);
    assert!(hot < 1.2, "{hot}");
    assert!(jittered - hot < 1.0, "{}", jittered - hot);
    assert!(cold < hot, "{cold}");
}
