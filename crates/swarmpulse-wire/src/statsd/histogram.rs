//! Observations counted by upper bound.

/// The upper bounds: 1, 2.5 and 5 times powers of ten, for seconds as for bytes.
pub(super) const BOUNDS: [f64; 34] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0,
    250.0, 500.0, 1e3, 2.5e3, 5e3, 1e4, 2.5e4, 5e4, 1e5, 2.5e5, 5e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e12,
];

/// Observations counted by upper bound.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    /// Each observation is counted once; the last are those beyond all bounds.
    counts: [f64; BOUNDS.len() + 1],
    pub sum: f64,
    pub count: f64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: [0.0; BOUNDS.len() + 1],
            sum: 0.0,
            count: 0.0,
        }
    }
}

impl Histogram {
    /// Takes a value that stands for so many.
    pub fn observe(&mut self, value: f64, weight: f64) {
        let place = BOUNDS.partition_point(|bound| *bound < value);
        self.counts[place] += weight;
        self.sum += value * weight;
        self.count += weight;
    }

    /// Upper bounds with the observations at or below each, the last is all.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let mut all = 0.0;
        let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
        bounds.zip(self.counts).map(move |(bound, count)| {
            all += count;
            (bound, all)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_at_a_bound_counts_below_it() {
        assert!(BOUNDS.is_sorted());
        let mut histogram = Histogram::default();
        histogram.observe(0.005, 1.0);
        histogram.observe(0.0051, 2.0);
        histogram.observe(1e15, 1.0);
        let at = |wanted: f64| histogram.cumulative().find(|(bound, _)| *bound == wanted);
        assert_eq!(at(0.0025), Some((0.0025, 0.0)));
        assert_eq!(at(0.005), Some((0.005, 1.0)));
        assert_eq!(at(0.01), Some((0.01, 3.0)));
        assert_eq!(at(1e12), Some((1e12, 3.0)));
        assert_eq!(at(f64::INFINITY), Some((f64::INFINITY, 4.0)));
        assert_eq!(histogram.count, 4.0);
    }
}
