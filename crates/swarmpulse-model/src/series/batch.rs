//! Samples of many series as they arrived together.

use super::{LabelBytes, Labels, MetricMetadata, Sample};

/// One series of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSeries {
    /// Where its labels begin in [`SampleBatch::bytes`], in the form of [`LabelBytes`].
    pub labels_start: u32,
    /// How long they are.
    pub labels_length: u32,
    /// Its first sample in [`SampleBatch::samples`].
    pub first_sample: u32,
    /// How many samples it has.
    pub samples: u32,
}

/// Samples of many series as they arrived together: three flat buffers, so that decoding allocates nothing per series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampleBatch {
    /// Holds the labels: the body of a request as it came, or what [`SampleBatch::push`] wrote.
    pub bytes: Vec<u8>,
    /// The series.
    pub series: Vec<BatchSeries>,
    /// The samples of all series.
    pub samples: Vec<Sample>,
    /// What metrics are, where the sender said so.
    pub metadata: Vec<MetricMetadata>,
}

impl SampleBatch {
    /// Adds a series with its samples.
    pub fn push(&mut self, labels: &Labels, samples: &[Sample]) {
        self.push_pairs(
            labels
                .iter()
                .map(|label| (label.name.as_str(), label.value.as_str())),
            samples,
        );
    }

    /// Adds a series given as pairs of name and value. Any order; the store checks them.
    pub fn push_pairs<'a>(
        &mut self,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        samples: &[Sample],
    ) {
        let start = self.bytes.len();
        for (name, value) in labels {
            LabelBytes::push(&mut self.bytes, name, value);
        }
        self.series.push(BatchSeries {
            labels_start: start as u32,
            labels_length: (self.bytes.len() - start) as u32,
            first_sample: self.samples.len() as u32,
            samples: samples.len() as u32,
        });
        self.samples.extend_from_slice(samples);
    }

    /// The labels of a series as bytes; empty if it points outside.
    #[must_use]
    pub fn labels_of(&self, series: &BatchSeries) -> &[u8] {
        let start = series.labels_start as usize;
        self.bytes
            .get(start..start + series.labels_length as usize)
            .unwrap_or_default()
    }

    /// The samples of a series; empty if it points outside.
    #[must_use]
    pub fn samples_of(&self, series: &BatchSeries) -> &[Sample] {
        let start = series.first_sample as usize;
        self.samples
            .get(start..start + series.samples as usize)
            .unwrap_or_default()
    }

    /// Forgets everything and keeps the room, for the next batch.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.series.clear();
        self.samples.clear();
        self.metadata.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_find_their_labels_and_samples() {
        let mut batch = SampleBatch::default();
        let one = Labels::from_pairs([("__name__", "one")]);
        let two = Labels::from_pairs([("__name__", "two"), ("a", "b")]);
        let sample = |at_ms| Sample { at_ms, value: 1.5 };
        batch.push(&one, &[sample(1)]);
        batch.push(&two, &[sample(2), sample(3)]);
        let found: Vec<_> = batch
            .series
            .iter()
            .map(|series| {
                (
                    LabelBytes::parse(batch.labels_of(series)),
                    batch.samples_of(series).to_vec(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [(Ok(one), vec![sample(1)]), (Ok(two), vec![sample(2), sample(3)])]
        );
        let outside = BatchSeries {
            labels_start: 1000,
            labels_length: 4,
            first_sample: 9,
            samples: 9,
        };
        assert!(batch.labels_of(&outside).is_empty() && batch.samples_of(&outside).is_empty());
    }
}
