//! A sketch of latencies: counts by logarithmic bin, mergeable, within a fixed number of bins.

/// Logarithm of the ratio of two neighbouring bin edges at the finest level: bins of 4 %, so that a quantile is at most
/// 2 % off.
const LN_GAMMA: f64 = 0.04;
/// The most bins; beyond, neighbours are joined two by two, which doubles the error of quantiles.
const BINS_MAX: usize = 96;
/// Latencies below are taken for this, in milliseconds.
const LEAST_MS: f64 = 1e-3;
/// Latencies above are taken for this: over eleven days, in milliseconds.
const MOST_MS: f64 = 1e9;

/// Latencies in milliseconds, as counts by logarithmic bin. Only bins that hold something take room (8 bytes each), so a
/// minute of a few calls takes a few bytes where a dense sketch takes a kilobyte. Counts are weights: they can be
/// scaled down, which is how old latencies fade.
///
/// The bins are those of `DDSketch` (Masson, Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with
/// Relative-Error Guarantees", VLDB 2019); joining neighbours when there are too many is the uniform collapse of
/// `UDDSketch` (Epicoco et al., 2020), which keeps low quantiles where one outlier is far away.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Latencies {
    bins: Vec<(i16, f32)>,
    /// Bins are this many times joined two by two.
    level: u8,
    total: f64,
}

impl Latencies {
    /// Counts one. What is no latency counts nothing.
    pub fn add(&mut self, latency_ms: f64) {
        if latency_ms.is_nan() {
            return;
        }
        let key = finest_key(latency_ms) >> self.level;
        self.total += 1.0;
        match self.bins.binary_search_by_key(&key, |(key, _)| *key) {
            Ok(place) => self.bins[place].1 += 1.0,
            Err(place) => {
                if self.bins.is_empty() {
                    self.bins.reserve_exact(4);
                }
                self.bins.insert(place, (key, 1.0));
                self.join_if_too_many();
            }
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        let level = self.level.max(other.level);
        self.join_to(level);
        let mut merged = Vec::with_capacity(self.bins.len() + other.bins.len());
        let mut own = self.bins.iter().copied().peekable();
        for &(key, weight) in &other.bins {
            let key = key >> (level - other.level);
            while let Some(bin) = own.next_if(|(of, _)| *of < key) {
                push(&mut merged, bin);
            }
            push(&mut merged, (key, weight));
        }
        for bin in own {
            push(&mut merged, bin);
        }
        self.bins = merged;
        self.total += other.total;
        self.join_if_too_many();
    }

    /// Lets what it holds fade; what is nearly nothing is left out.
    pub fn fade(&mut self, factor: f32) {
        for (_, weight) in &mut self.bins {
            *weight *= factor;
        }
        self.bins.retain(|(_, weight)| *weight > 0.01);
        self.total = self.bins.iter().map(|(_, weight)| f64::from(*weight)).sum();
    }

    /// Forgets all of it.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The sum of weights: how many latencies, where none faded.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The latency that this share of all is at most, in milliseconds; `None` of nothing.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let key = self.key_at(share)?;
        Some(self.edge(f64::from(key) + 0.5))
    }

    /// The upper edge of the bin that holds the quantile, in milliseconds.
    pub fn edge_above(&self, share: f64) -> Option<f64> {
        let key = self.key_at(share)?;
        Some(self.edge(f64::from(key) + 1.0))
    }

    /// The weight of bins that lie above a latency.
    pub fn above(&self, latency_ms: f64) -> f64 {
        let tolerance = 1.0 - 1e-9;
        self.bins
            .iter()
            .filter(|(key, _)| self.edge(f64::from(*key)) >= latency_ms * tolerance)
            .map(|(_, weight)| f64::from(*weight))
            .sum()
    }

    /// Bytes on the heap.
    #[cfg(test)]
    pub fn heap_bytes(&self) -> usize {
        self.bins.capacity() * size_of::<(i16, f32)>()
    }

    fn key_at(&self, share: f64) -> Option<i16> {
        let wanted = share * self.total;
        let mut passed = 0.0;
        for (key, weight) in &self.bins {
            passed += f64::from(*weight);
            if passed >= wanted {
                return Some(*key);
            }
        }
        self.bins.last().map(|(key, _)| *key)
    }

    fn edge(&self, key: f64) -> f64 {
        (key * LN_GAMMA * f64::from(1_u32 << self.level)).exp()
    }

    fn join_to(&mut self, level: u8) {
        while self.level < level {
            self.level += 1;
            let mut joined = Vec::with_capacity(self.bins.len().div_ceil(2));
            for &(key, weight) in &self.bins {
                push(&mut joined, (key >> 1, weight));
            }
            self.bins = joined;
        }
    }

    fn join_if_too_many(&mut self) {
        while self.bins.len() > BINS_MAX {
            self.join_to(self.level + 1);
        }
    }
}

/// The finest bin of a latency. The bounds make it fit.
fn finest_key(latency_ms: f64) -> i16 {
    (latency_ms.clamp(LEAST_MS, MOST_MS).ln() / LN_GAMMA).floor() as i16
}

fn push(bins: &mut Vec<(i16, f32)>, (key, weight): (i16, f32)) {
    match bins.last_mut() {
        Some(last) if last.0 == key => last.1 += weight,
        _ => bins.push((key, weight)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sketches_ddsketch::{Config, DDSketch};

    use super::*;

    fn sketch(values: &[f64]) -> Latencies {
        let mut sketch = Latencies::default();
        for value in values {
            sketch.add(*value);
        }
        sketch
    }

    #[test]
    fn quantiles_are_those_of_a_dense_sketch() {
        let values: Vec<f64> = (1..=10_000)
            .map(|n| 20.0 + (f64::from(n) * 0.37).sin() * 15.0)
            .collect();
        let (ours, mut dense) = (sketch(&values), DDSketch::new(Config::new(0.02, 2048, 1e-3)));
        for value in &values {
            dense.add(*value);
        }
        for share in [0.05, 0.5, 0.95, 0.99] {
            let (ours, theirs) = (
                ours.quantile(share).unwrap(),
                dense.quantile(share).unwrap().unwrap(),
            );
            assert!(
                (ours / theirs - 1.0).abs() < 0.041,
                "{share}: {ours} and {theirs}"
            );
        }
    }

    #[test]
    fn what_lies_above_an_edge_is_counted_exactly() {
        let sketch = sketch(&[10.0, 10.0, 10.0, 500.0]);
        let edge = sketch.edge_above(0.5).unwrap();
        assert!((10.0..10.5).contains(&edge), "{edge}");
        assert_eq!(sketch.above(edge), 1.0);
        assert_eq!(sketch.above(1000.0), 0.0);
        assert_eq!(Latencies::default().quantile(0.5), None);
    }

    #[test]
    fn an_outlier_far_away_does_not_spoil_the_median() {
        let mut sketch = sketch(&[1e8, 1e-3]);
        for n in 0..100_000 {
            sketch.add(1.0 + f64::from(n % 1000));
        }
        assert!(sketch.bins.len() <= BINS_MAX);
        let median = sketch.quantile(0.5).unwrap();
        assert!((450.0..550.0).contains(&median), "{median}");
    }

    proptest! {
        #[test]
        fn merging_is_adding_in_any_order(
            one in prop::collection::vec(0.01..1e6_f64, 0..300),
            other in prop::collection::vec(0.01..1e6_f64, 0..300),
        ) {
            let both: Vec<f64> = one.iter().chain(&other).copied().collect();
            let (mut forth, mut back) = (sketch(&one), sketch(&other));
            let first = forth.clone();
            forth.merge(&back);
            back.merge(&first);
            prop_assert_eq!(&forth, &back);
            prop_assert_eq!(forth.total(), both.len() as f64);
            prop_assert!(forth.bins.len() <= BINS_MAX);
            let mut sorted = both.clone();
            sorted.sort_by(f64::total_cmp);
            for share in [0.5, 0.95] {
                let Some(estimate) = forth.quantile(share) else { continue };
                let rank = ((share * sorted.len() as f64).ceil() as usize).max(1) - 1;
                let error = LN_GAMMA * f64::from(1_u32 << forth.level);
                prop_assert!((estimate / sorted[rank]).ln().abs() <= error, "{} {}", estimate, sorted[rank]);
            }
        }

        #[test]
        fn fading_keeps_the_shape(values in prop::collection::vec(0.1..1e4_f64, 50..200)) {
            let mut sketch = sketch(&values);
            let before = sketch.quantile(0.5);
            sketch.fade(0.5);
            prop_assert_eq!(before, sketch.quantile(0.5));
            prop_assert!((sketch.total() - values.len() as f64 / 2.0).abs() < 1e-3);
        }
    }
}
