//! Entries come back as they were written, and damage is told.

use proptest::prelude::*;
use swarmpulse_model::Sample;
use swarmpulse_model::series::{MetricMetadata, MetricType};

use super::{EntryVisitor, SampleEncoder, SeriesEncoder, decode, encode_metadata, fuzz_entry};

#[derive(Default)]
struct Read {
    series: Vec<(u32, Vec<u8>)>,
    samples: Vec<(u32, bool, i64, u64)>,
    metadata: Vec<MetricMetadata>,
}

impl EntryVisitor for Read {
    fn series(&mut self, series: u32, labels: &[u8]) {
        self.series.push((series, labels.to_vec()));
    }

    fn sample(&mut self, series: u32, late: bool, sample: Sample) {
        self.samples
            .push((series, late, sample.at_ms, sample.value.to_bits()));
    }

    fn metadata(&mut self, metadata: MetricMetadata) {
        self.metadata.push(metadata);
    }
}

#[test]
fn a_sample_takes_ten_bytes() {
    let mut encoder = SampleEncoder::default();
    for series in 100..2100 {
        let sample = Sample {
            at_ms: 1_700_000_000_000,
            value: f64::from(series) * 0.1,
        };
        encoder.push(series, false, &[sample]);
    }
    let bytes = encoder.finish();
    assert!((20_000..20_020).contains(&bytes.len()), "{}", bytes.len());
    let mut encoder = SampleEncoder::default();
    for series in 100..2100 {
        let samples: Vec<Sample> = (0..10)
            .map(|at| Sample {
                at_ms: 1_700_000_000_000 + at * 15_000,
                value: 0.5,
            })
            .collect();
        encoder.push(series, false, &samples);
    }
    let bytes = encoder.finish();
    assert!(
        bytes.len() < 2000 * (1 + 1 + 1 + 80 + 9) + 50,
        "{}",
        bytes.len() / 2000
    );
}

#[test]
fn series_and_metadata_come_back() {
    let mut encoder = SeriesEncoder::default();
    encoder.push(3, b"labels");
    encoder.push(70_000, b"");
    let mut read = Read::default();
    decode(&encoder.finish(), &mut read).unwrap();
    assert_eq!(read.series, [(3, b"labels".to_vec()), (70_000, Vec::new())]);
    let metadata = [MetricMetadata {
        metric: "requests".into(),
        kind: MetricType::Counter,
        help: "How many.".to_owned(),
        unit: "seconds".into(),
    }];
    decode(&encode_metadata(&metadata), &mut read).unwrap();
    assert_eq!(read.metadata, metadata);
    assert!(decode(&[0x7F, 1], &mut read).is_err());
}

proptest! {
    #[test]
    fn samples_come_back(
        runs in prop::collection::vec(
            (any::<u32>(), any::<bool>(), prop::collection::vec((any::<i64>(), any::<u64>()), 1..5)),
            0..20,
        )
    ) {
        let mut encoder = SampleEncoder::default();
        let mut expected = Vec::new();
        for (series, late, samples) in &runs {
            let run: Vec<Sample> = samples
                .iter()
                .map(|(at_ms, bits)| Sample { at_ms: *at_ms, value: f64::from_bits(*bits) })
                .collect();
            encoder.push(*series, *late, &run);
            expected.extend(samples.iter().map(|(at_ms, bits)| (*series, *late, *at_ms, *bits)));
        }
        let bytes = encoder.finish();
        let mut read = Read::default();
        prop_assert!(decode(&bytes, &mut read).is_ok());
        prop_assert_eq!(&read.samples, &expected);
        for cut in 0..bytes.len() {
            let mut part = Read::default();
            let _ = decode(&bytes[..cut], &mut part);
            prop_assert!(expected.starts_with(&part.samples));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(kind in 0x10u8..0x15, rest in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = vec![kind];
        bytes.extend(rest);
        fuzz_entry(&bytes);
    }
}
