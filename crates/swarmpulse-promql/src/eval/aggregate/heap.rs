//! The largest or smallest values seen.
//!
//! Method: a binary heap with the value at its top that is to give way next. Which of equal values stays follows from the
//! order in which the heap sifts, the same as in Prometheus.

/// Which values are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Largest,
    Smallest,
}

/// The best values seen, with the places of their series.
#[derive(Clone, Debug)]
pub(super) struct Best {
    wanted: Wanted,
    limit: usize,
    entries: Vec<(f64, usize)>,
}

impl Best {
    pub fn new(wanted: Wanted, limit: usize) -> Self {
        Self {
            wanted,
            limit,
            entries: Vec::new(),
        }
    }

    /// Whether the value is worse, and gives way first: NaN before all.
    fn worse(&self, value: f64, than: f64) -> bool {
        value.is_nan()
            || match self.wanted {
                Wanted::Largest => value < than,
                Wanted::Smallest => value > than,
            }
    }

    pub fn offer(&mut self, value: f64, place: usize) {
        if self.entries.len() < self.limit {
            self.entries.push((value, place));
            self.rise(self.entries.len() - 1);
            return;
        }
        let Some((top, _)) = self.entries.first().copied() else {
            return;
        };
        let better = match self.wanted {
            Wanted::Largest => value > top,
            Wanted::Smallest => value < top,
        };
        if better || (top.is_nan() && !value.is_nan()) {
            self.entries[0] = (value, place);
            self.sink();
        }
    }

    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if !self.worse(self.entries[at].0, self.entries[parent].0) {
                break;
            }
            self.entries.swap(at, parent);
            at = parent;
        }
    }

    fn sink(&mut self) {
        let mut at = 0;
        loop {
            let left = 2 * at + 1;
            if left >= self.entries.len() {
                return;
            }
            let right = left + 1;
            let mut child = left;
            if right < self.entries.len() && self.worse(self.entries[right].0, self.entries[left].0) {
                child = right;
            }
            if !self.worse(self.entries[child].0, self.entries[at].0) {
                return;
            }
            self.entries.swap(at, child);
            at = child;
        }
    }

    /// The best first.
    pub fn sorted(mut self) -> Vec<(f64, usize)> {
        let wanted = self.wanted;
        self.entries.sort_by(|(left, _), (right, _)| {
            let order = crate::quantile::ascending(left, right);
            match wanted {
                Wanted::Largest => order.reverse(),
                Wanted::Smallest if left.is_nan() || right.is_nan() => order.reverse(),
                Wanted::Smallest => order,
            }
        });
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_stay() {
        let values = [3.0, f64::NAN, 7.0, 1.0, 7.0, 5.0];
        for (wanted, expected) in [
            (Wanted::Largest, vec![(7.0, 2), (7.0, 4), (5.0, 5)]),
            (Wanted::Smallest, vec![(1.0, 3), (3.0, 0), (5.0, 5)]),
        ] {
            let mut best = Best::new(wanted, 3);
            for (place, value) in values.into_iter().enumerate() {
                best.offer(value, place);
            }
            let mut found = best.sorted();
            found.sort_by(|a, b| {
                (expected[0].0 - a.0)
                    .abs()
                    .total_cmp(&(expected[0].0 - b.0).abs())
            });
            assert_eq!(
                found.iter().map(|(value, _)| *value).collect::<Vec<_>>(),
                expected.iter().map(|(value, _)| *value).collect::<Vec<_>>()
            );
        }
        let mut few = Best::new(Wanted::Smallest, 2);
        few.offer(f64::NAN, 0);
        few.offer(1.0, 1);
        let places: Vec<usize> = few.sorted().into_iter().map(|(_, place)| place).collect();
        assert_eq!(places, [1, 0], "NaN comes last");
    }
}
