//! What agents measure, as series whose every sample is known.

#![allow(dead_code, reason = "each user takes what it needs")]

/// Random numbers that are the same everywhere.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    pub fn uniform(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    pub fn poisson(&mut self, mean: f64) -> u64 {
        let limit = (-mean).exp();
        let (mut product, mut count) = (self.uniform(), 0);
        while product > limit {
            product *= self.uniform();
            count += 1;
        }
        count
    }
}

pub fn round_to(value: f64, decimals: i32) -> f64 {
    let power = 10f64.powi(decimals);
    (value * power).round() / power
}

pub const SHAPES: [&str; 10] = [
    "requests_total",
    "tokens_total",
    "bytes_total",
    "rss_bytes",
    "cpu_ratio",
    "latency_seconds",
    "queue_length",
    "cost_usd_total",
    "limit",
    "up",
];

/// So many values of a shape.
pub fn values(shape: &str, seed: u64, count: usize) -> Vec<f64> {
    let mut numbers = Numbers::new(seed);
    let mut state = match shape {
        "tokens_total" => 1e8,
        "bytes_total" => 5e9,
        "rss_bytes" => 50_000.0,
        "queue_length" => 10.0,
        "cost_usd_total" => 12.5,
        "cpu_ratio" => 0.4,
        _ => 1000.0,
    };
    (0..count)
        .map(|_| match shape {
            "requests_total" => {
                state += numbers.poisson(3.0) as f64;
                state
            }
            "tokens_total" => {
                let requests = numbers.poisson(1.5);
                state += (0..requests)
                    .map(|_| (7.0 + numbers.normal() * 0.6).exp().round())
                    .sum::<f64>();
                state
            }
            "bytes_total" => {
                state += (numbers.poisson(4.0) as f64 * 2000.0 + numbers.uniform() * 500.0).round();
                state
            }
            "rss_bytes" => {
                state = (state + numbers.normal() * 30.0).round();
                state * 4096.0
            }
            "cpu_ratio" => {
                state = (state + numbers.normal() * 0.03).clamp(0.0, 1.0);
                round_to(state, 3)
            }
            "latency_seconds" => round_to((numbers.normal() * 0.5 - 0.5).exp(), 3),
            "queue_length" => {
                state = (state + numbers.normal()).round().max(0.0);
                state
            }
            "cost_usd_total" => {
                state = round_to(
                    state + numbers.poisson(1.5) as f64 * 0.0123 * numbers.uniform(),
                    4,
                );
                state
            }
            "limit" => 4096.0,
            _ => 1.0,
        })
        .collect()
}

/// Times 15 s apart from a real moment on, each up to `jitter_ms` late.
pub fn times(seed: u64, count: usize, jitter_ms: u64) -> Vec<i64> {
    let mut numbers = Numbers::new(seed ^ 0x5555);
    (0..count as i64)
        .map(|place| {
            let late = if jitter_ms == 0 {
                0
            } else {
                numbers.word() % jitter_ms
            };
            1_767_225_600_000 + place * 15_000 + late as i64
        })
        .collect()
}
