//! Native histograms: Prometheus' histograms whose buckets are computed, not listed.
//!
//! Method: the exponential schemas -4 to 8 of Prometheus (bucket bounds are powers of 2^(2^-schema)), and schema -53 with
//! custom bounds. Counts are absolute here, never deltas.

/// A run of buckets that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketSpan {
    /// Of the first span: the index of its first bucket. Of later ones: the gap after the span before.
    pub offset: i32,
    /// How many buckets.
    pub length: u32,
}

/// What a histogram says of a reset of its counter since the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CounterReset {
    /// It does not say.
    #[default]
    Unknown,
    /// It was reset.
    Reset,
    /// It was not.
    NotReset,
    /// It is no counter.
    Gauge,
}

/// A histogram with counts as floats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NativeHistogram {
    /// What it says of resets.
    pub counter_reset: CounterReset,
    /// The resolution: -4 to 8, or -53 for custom bounds.
    pub schema: i32,
    /// Observations at most so far from zero are in the zero bucket.
    pub zero_threshold: f64,
    /// Observations in the zero bucket.
    pub zero_count: f64,
    /// All observations.
    pub count: f64,
    /// The sum of all observations.
    pub sum: f64,
    /// Where the positive buckets are.
    pub positive_spans: Vec<BucketSpan>,
    /// Their counts.
    pub positive_buckets: Vec<f64>,
    /// Where the negative buckets are.
    pub negative_spans: Vec<BucketSpan>,
    /// Their counts.
    pub negative_buckets: Vec<f64>,
    /// Upper bounds with schema -53.
    pub custom_values: Vec<f64>,
}
