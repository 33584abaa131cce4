//! The state of streams of points: deltas become totals, and a new start is seen.
//!
//! A stream is one series of one sender, known by the hash of its labels. State is bounded: of streams beyond the limit
//! those that were quiet for longest are forgotten, which looks like a restart of their counter.

use crate::generations::Generations;

/// A stream that was quiet for so long is forgotten.
const LIFETIME_MS: i64 = 2 * 3_600_000;

/// What is known of a stream of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counter {
    start_ns: u64,
    last_ns: u64,
    last_request: u64,
    total: f64,
}

/// The newest point of a stream of histograms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct LastSpan {
    last_ns: u64,
    last_request: u64,
}

/// What is known of a stream of histograms.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    pub(crate) span: LastSpan,
    /// Observations.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// Observations by bucket; not cumulated over buckets.
    pub buckets: Vec<f64>,
    /// Upper bounds.
    pub bounds: Vec<f64>,
    /// The bounds are a stretch of one grid, so that two stretches fit together.
    pub on_grid: bool,
}

impl Totals {
    /// Widens the stretch of the grid so that it holds other bounds too.
    fn widen(&mut self, other: &[f64]) {
        let mut bounds = [self.bounds.as_slice(), other].concat();
        bounds.sort_unstable_by(f64::total_cmp);
        bounds.dedup();
        let beyond = self.buckets.last().copied().unwrap_or_default();
        let known = std::mem::take(&mut self.bounds);
        let counts = std::mem::take(&mut self.buckets);
        self.buckets = bounds
            .iter()
            .map(|bound| {
                known
                    .iter()
                    .position(|at| at == bound)
                    .map_or(0.0, |place| counts[place])
            })
            .chain([beyond])
            .collect();
        self.bounds = bounds;
    }
}

/// What a delta came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Added {
    /// The total now.
    pub total: f64,
    /// It was new: neither a repeat nor late.
    pub is_new: bool,
    /// The first point of this stream.
    pub is_first: bool,
    /// The time that the total is of: the newest point's.
    pub at_ns: u64,
}

/// What a running total says beyond itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Observed {
    /// It counts from another start than the point before, or it is the first.
    pub is_new_start: bool,
    /// What was added since the point before; `None` where that cannot be known.
    pub increment: Option<f64>,
}

/// All streams.
#[derive(Debug)]
pub(crate) struct Streams {
    counters: Generations<u128, Counter>,
    histograms: Generations<u128, Totals>,
    began_ns: u64,
}

impl Streams {
    /// At most so many. What was counted before `began_ns` is not counted again after a restart.
    pub fn new(limit: usize, began_ns: u64) -> Self {
        Self {
            counters: Generations::new(limit, LIFETIME_MS),
            histograms: Generations::new((limit / 8).max(2), LIFETIME_MS),
            began_ns,
        }
    }

    /// A delta of a number. Points of one stream come in order of their end; one that does not is a repeat, or late, and
    /// is not added again. Two of one request with the same end are two senders' that share labels: they add up.
    pub fn add(&mut self, key: u128, request: u64, now_ms: i64, span_ns: (u64, u64), value: f64) -> Added {
        let (start_ns, at_ns) = span_ns;
        let mut is_first = false;
        let state = self.counters.get_or_insert(&key, now_ms, || {
            is_first = true;
            Counter::default()
        });
        let is_new =
            is_first || at_ns > state.last_ns || state.last_request == request && at_ns == state.last_ns;
        if is_new {
            *state = Counter {
                start_ns,
                last_ns: at_ns,
                last_request: request,
                total: state.total + value,
            };
        }
        Added {
            total: state.total,
            is_new,
            is_first,
            at_ns: state.last_ns,
        }
    }

    /// A running total of a number.
    pub fn observe(&mut self, key: u128, now_ms: i64, span_ns: (u64, u64), value: f64) -> Observed {
        let (start_ns, at_ns) = span_ns;
        let mut is_first = false;
        let state = self.counters.get_or_insert(&key, now_ms, || {
            is_first = true;
            Counter::default()
        });
        let is_new_start = is_first || start_ns > state.start_ns;
        let increment = if is_first {
            // Before this monitor began it may have been counted already.
            (start_ns >= self.began_ns).then_some(value)
        } else if at_ns <= state.last_ns {
            Some(0.0)
        } else if is_new_start || value < state.total {
            Some(value)
        } else {
            Some(value - state.total)
        };
        if is_first || at_ns > state.last_ns {
            *state = Counter {
                start_ns,
                last_ns: at_ns,
                last_request: 0,
                total: value,
            };
        }
        Observed {
            is_new_start,
            increment,
        }
    }

    /// A delta of a histogram; gives the totals and what became of it, as of [`Streams::add`]. Other bounds than before
    /// begin anew.
    pub fn add_histogram(
        &mut self,
        key: u128,
        request: u64,
        now_ms: i64,
        span_ns: (u64, u64),
        delta: &Totals,
    ) -> (&Totals, Added) {
        let (_, at_ns) = span_ns;
        let mut is_first = false;
        let state = self.histograms.get_or_insert(&key, now_ms, || {
            is_first = true;
            Totals::default()
        });
        let is_new = is_first
            || at_ns > state.span.last_ns
            || state.span.last_request == request && at_ns == state.span.last_ns;
        if is_new {
            let widened;
            let mut delta = delta;
            if state.bounds != delta.bounds && state.on_grid && delta.on_grid {
                state.widen(&delta.bounds);
                let mut wide = delta.clone();
                wide.widen(&state.bounds);
                widened = wide;
                delta = &widened;
            }
            if state.bounds != delta.bounds {
                *state = Totals {
                    on_grid: delta.on_grid,
                    bounds: delta.bounds.clone(),
                    buckets: vec![0.0; delta.buckets.len()],
                    ..Totals::default()
                };
            }
            state.span = LastSpan {
                last_ns: at_ns,
                last_request: request,
            };
            state.count += delta.count;
            state.sum += delta.sum;
            for (total, more) in state.buckets.iter_mut().zip(&delta.buckets) {
                *total += more;
            }
        }
        let added = Added {
            total: state.count,
            is_new,
            is_first,
            at_ns: state.span.last_ns,
        };
        (state, added)
    }

    /// Streams forgotten for want of room since this was last asked.
    pub fn take_forgotten(&mut self) -> u64 {
        self.counters.take_forgotten() + self.histograms.take_forgotten()
    }

    /// Streams held.
    pub fn len(&self) -> usize {
        self.counters.len() + self.histograms.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_not_added_again_and_neighbours_in_a_request_are() {
        let mut streams = Streams::new(100, 0);
        assert!(streams.add(1, 1, 0, (0, 10), 5.0).is_first);
        let twin = streams.add(1, 1, 0, (0, 10), 2.0);
        assert_eq!((twin.total, twin.is_new), (7.0, true));
        let repeat = streams.add(1, 2, 0, (0, 10), 7.0);
        assert_eq!((repeat.total, repeat.is_new, repeat.at_ns), (7.0, false, 10));
        assert_eq!(streams.add(1, 3, 0, (10, 20), 1.0).total, 8.0);
        assert!(!streams.add(1, 4, 0, (5, 15), 1.0).is_new, "late");
    }

    #[test]
    fn stretches_of_a_grid_fit_together_and_other_bounds_begin_anew() {
        let mut streams = Streams::new(100, 0);
        let part = |bounds: &[f64], buckets: &[f64], on_grid| Totals {
            count: buckets.iter().sum(),
            bounds: bounds.to_vec(),
            buckets: buckets.to_vec(),
            on_grid,
            ..Totals::default()
        };
        streams.add_histogram(
            1,
            1,
            0,
            (0, 10),
            &part(&[0.0, 2.0, 4.0], &[1.0, 2.0, 3.0, 0.0], true),
        );
        let wider = part(&[0.0, 4.0, 8.0], &[0.0, 1.0, 5.0, 7.0], true);
        let (totals, _) = streams.add_histogram(1, 2, 0, (10, 20), &wider);
        assert_eq!(totals.bounds, [0.0, 2.0, 4.0, 8.0]);
        assert_eq!(totals.buckets, [1.0, 2.0, 4.0, 5.0, 7.0]);
        assert_eq!(totals.count, 19.0);
        let other = part(&[3.0], &[1.0, 1.0], false);
        let (totals, _) = streams.add_histogram(1, 3, 0, (20, 30), &other);
        assert_eq!(
            (totals.count, totals.buckets.as_slice()),
            (2.0, [1.0, 1.0].as_slice())
        );
    }

    #[test]
    fn running_totals_tell_increments_once() {
        let mut streams = Streams::new(100, 50);
        let old = streams.observe(1, 0, (10, 100), 5.0);
        assert_eq!(
            (old.is_new_start, old.increment),
            (true, None),
            "begun before this monitor"
        );
        assert_eq!(streams.observe(1, 0, (10, 110), 7.0).increment, Some(2.0));
        assert_eq!(
            streams.observe(1, 0, (10, 110), 7.0).increment,
            Some(0.0),
            "repeated"
        );
        let restarted = streams.observe(1, 0, (115, 120), 9.0);
        assert_eq!((restarted.is_new_start, restarted.increment), (true, Some(9.0)));
        assert_eq!(
            streams.observe(1, 0, (115, 130), 4.0).increment,
            Some(4.0),
            "fell without a new start"
        );
        assert_eq!(
            streams.observe(2, 0, (60, 100), 5.0).increment,
            Some(5.0),
            "begun after this monitor"
        );
    }
}
