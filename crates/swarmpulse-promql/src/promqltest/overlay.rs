//! A store with another laid over it, for what the one below does not keep.

use std::sync::Arc;

use swarmpulse_model::series::NativeHistogram;
use swarmpulse_model::{Labels, Sample};
use swarmpulse_store::MetricStore;
use swarmpulse_store::memory::MemoryMetrics;
use swarmpulse_store::metrics::{Layer, MetricError, Points, Selected, Selection};

/// A store with one in memory over it that keeps native histograms and series without a name.
pub(super) struct Overlaid {
    below: Box<dyn MetricStore>,
    above: MemoryMetrics,
}

impl Overlaid {
    pub fn new(below: Box<dyn MetricStore>) -> Self {
        Self {
            below,
            above: MemoryMetrics::default(),
        }
    }

    pub fn append_histograms(&self, labels: &Labels, histograms: &[(i64, Arc<NativeHistogram>)]) {
        self.above.append_histograms(labels, histograms);
    }

    pub fn append_nameless(&self, labels: &Labels, samples: &[Sample]) {
        self.above.append_samples(labels, samples);
    }
}

impl Layer for Overlaid {
    fn below(&self) -> &dyn MetricStore {
        &*self.below
    }

    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        let below = self.below.select(selection)?;
        let above = self.above.select(selection)?;
        if above.is_empty() {
            return Ok(below);
        }
        Ok(Box::new(Merged::of(below, above)))
    }
}

/// The series of both, each once.
struct Merged {
    below: Box<dyn Selected>,
    above: Box<dyn Selected>,
    places: Vec<(Option<usize>, Option<usize>)>,
}

impl Merged {
    fn of(below: Box<dyn Selected>, above: Box<dyn Selected>) -> Self {
        let (mut left, mut right) = (0, 0);
        let mut places = Vec::with_capacity(below.len() + above.len());
        while left < below.len() || right < above.len() {
            let order = match (left < below.len(), right < above.len()) {
                (true, true) => below.labels(left).cmp(above.labels(right)),
                (true, false) => std::cmp::Ordering::Less,
                _ => std::cmp::Ordering::Greater,
            };
            places.push((order.is_le().then_some(left), order.is_ge().then_some(right)));
            left += usize::from(order.is_le());
            right += usize::from(order.is_ge());
        }
        Self { below, above, places }
    }
}

impl Selected for Merged {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn labels(&self, series: usize) -> &Labels {
        match self.places[series] {
            (Some(below), _) => self.below.labels(below),
            (None, above) => self.above.labels(above.unwrap_or_default()),
        }
    }

    fn read(&self, series: usize, into: &mut Points) -> Result<(), MetricError> {
        let (below, above) = self.places[series];
        into.clear();
        if let Some(below) = below {
            self.below.read(below, into)?;
        }
        if let Some(above) = above {
            let mut other = Points::default();
            self.above.read(above, &mut other)?;
            // Series without a name are above alone, and histograms, too: nothing is in both.
            into.times_ms.append(&mut other.times_ms);
            into.values.append(&mut other.values);
            into.histograms.append(&mut other.histograms);
        }
        Ok(())
    }

    fn last(&self, series: usize, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError> {
        let (below, above) = self.places[series];
        let below = below
            .map(|place| self.below.last(place, after_ms, at_ms))
            .transpose()?
            .flatten();
        let above = above
            .map(|place| self.above.last(place, after_ms, at_ms))
            .transpose()?
            .flatten();
        Ok(match (below, above) {
            (Some(below), Some(above)) => Some(if above.0 > below.0 { above } else { below }),
            (below, above) => below.or(above),
        })
    }

    fn has_histograms(&self) -> bool {
        true
    }
}
