//! Values kept in order while some come and others go.

use std::cmp::Ordering;

use crate::quantile::ascending;

/// Values in order, of which some come and go.
#[derive(Debug, Default)]
pub(crate) struct Sorted(Vec<f64>);

impl Sorted {
    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds a value.
    pub(crate) fn insert(&mut self, value: f64) {
        let place = self.place(value);
        self.0.insert(place, value);
    }

    /// Removes a value that is there.
    pub(crate) fn remove(&mut self, value: f64) {
        let place = self.place(value);
        if place < self.0.len() {
            self.0.remove(place);
        }
    }

    /// The first place where this value may be.
    fn place(&self, value: f64) -> usize {
        self.0
            .partition_point(|other| ascending(other, &value) == Ordering::Less)
    }

    /// As [`crate::quantile::quantile`].
    pub(crate) fn quantile(&self, quantile: f64) -> f64 {
        let Some(highest) = self.0.len().checked_sub(1) else {
            return f64::NAN;
        };
        if quantile.is_nan() {
            return f64::NAN;
        }
        if quantile < 0.0 {
            return f64::NEG_INFINITY;
        }
        if quantile > 1.0 {
            return f64::INFINITY;
        }
        let rank = quantile * highest as f64;
        let place = (rank.floor() as usize).min(highest);
        let weight = rank - rank.floor();
        self.0[place] * (1.0 - weight) + self.0[(place + 1).min(highest)] * weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantile::quantile;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_kept_in_order_have_the_same_quantiles(
            values in prop::collection::vec(prop_oneof![prop::num::f64::ANY, -3.0..3.0f64], 1..60),
            gone in 0usize..30,
            place in prop_oneof![-0.1..1.1f64, Just(f64::NAN)],
        ) {
            let gone = gone.min(values.len() - 1);
            let mut sorted = Sorted::default();
            for value in &values {
                sorted.insert(*value);
            }
            for value in &values[..gone] {
                sorted.remove(*value);
            }
            let (one, other) = (sorted.quantile(place), quantile(place, &mut values[gone..].to_vec()));
            prop_assert!(one == other || one.is_nan() && other.is_nan(), "{one} {other}");
        }
    }
}
