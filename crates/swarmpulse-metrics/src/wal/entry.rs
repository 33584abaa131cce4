//! The bodies of journal entries: new series, samples, and what metrics are.
//!
//! The first byte says which, and in which version. Samples of one request are one entry: for each series the distance of
//! its number from the one before, then for each sample a time, predicted from those before, and the eight bytes of the
//! value. One sample of each series in the order of their numbers, all at one time, is ten bytes each.

use swarmpulse_model::Sample;
use swarmpulse_model::series::{MetricMetadata, MetricType};

use super::varint;

/// First byte: new series.
const SERIES: u8 = 0x11;
/// First byte: samples.
const SAMPLES: u8 = 0x12;
/// First byte: what metrics are.
const METADATA: u8 = 0x13;

/// Bits of a run's first number: more than one sample; late samples.
const MANY: u64 = 1;
const LATE: u64 = 2;

/// An entry that says nothing.
pub(crate) fn nothing() -> Vec<u8> {
    vec![SERIES]
}

/// Writes the entry of the samples of a request.
#[derive(Debug, Default)]
pub(crate) struct SampleEncoder {
    bytes: Vec<u8>,
    series: u32,
    run_at_ms: i64,
    step_ms: i64,
}

impl SampleEncoder {
    /// Begins an entry of about so many samples, in memory that may hold another's room.
    pub(crate) fn new(mut bytes: Vec<u8>, samples: usize) -> Self {
        bytes.clear();
        bytes.reserve(12 * samples + 16);
        Self {
            bytes,
            ..Self::default()
        }
    }

    /// Adds samples of one series; `late` if there are newer ones already.
    #[inline]
    pub(crate) fn push(&mut self, series: u32, late: bool, samples: &[Sample]) {
        let Some(first) = samples.first() else {
            return;
        };
        if self.bytes.is_empty() {
            self.bytes.push(SAMPLES);
        }
        let distance = varint::zigzag(i64::from(series) - i64::from(self.series));
        let many = if samples.len() > 1 { MANY } else { 0 };
        let late = if late { LATE } else { 0 };
        let front = distance << 2 | many | late;
        let moved = varint::zigzag(first.at_ms.wrapping_sub(self.run_at_ms));
        self.series = series;
        self.run_at_ms = first.at_ms;
        if many == 0 && front < 0x80 && moved < 0x80 {
            // Ten bytes at once: most samples come this way.
            let mut bytes = [0; 10];
            (bytes[0], bytes[1]) = (front as u8, moved as u8);
            bytes[2..].copy_from_slice(&first.value.to_bits().to_le_bytes());
            self.bytes.extend_from_slice(&bytes);
            return;
        }
        varint::push(&mut self.bytes, front);
        if many != 0 {
            varint::push(&mut self.bytes, samples.len() as u64);
        }
        self.push_sample(moved, first.value);
        let mut before = first.at_ms;
        for sample in &samples[1..] {
            let step = sample.at_ms.wrapping_sub(before);
            self.push_sample(varint::zigzag(step.wrapping_sub(self.step_ms)), sample.value);
            self.step_ms = step;
            before = sample.at_ms;
        }
    }

    #[inline]
    fn push_sample(&mut self, time: u64, value: f64) {
        let value = value.to_bits().to_le_bytes();
        if time < 0x80 {
            let mut bytes = [time as u8; 9];
            bytes[1..].copy_from_slice(&value);
            self.bytes.extend_from_slice(&bytes);
        } else {
            varint::push(&mut self.bytes, time);
            self.bytes.extend_from_slice(&value);
        }
    }

    /// The entry; empty if nothing was added.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Writes an entry of new series.
#[derive(Debug, Default)]
pub(crate) struct SeriesEncoder {
    bytes: Vec<u8>,
}

impl SeriesEncoder {
    /// Adds a series with its labels, sorted, as bytes.
    pub(crate) fn push(&mut self, series: u32, labels: &[u8]) {
        if self.bytes.is_empty() {
            self.bytes.push(SERIES);
        }
        varint::push(&mut self.bytes, u64::from(series));
        varint::push(&mut self.bytes, labels.len() as u64);
        self.bytes.extend_from_slice(labels);
    }

    /// The entry; empty if nothing was added.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// The entry of what metrics are.
pub(crate) fn encode_metadata<'a>(metadata: impl IntoIterator<Item = &'a MetricMetadata>) -> Vec<u8> {
    let mut bytes = vec![METADATA];
    for metric in metadata {
        let kind = MetricType::ALL.iter().position(|kind| *kind == metric.kind);
        for text in [metric.metric.as_str(), &metric.help, &metric.unit] {
            varint::push(&mut bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.push(kind.unwrap_or(0) as u8);
    }
    bytes
}

/// What an entry holds, piece by piece.
pub(crate) trait EntryVisitor {
    /// A new series with its labels as bytes.
    fn series(&mut self, series: u32, labels: &[u8]);
    /// A sample; `late` if newer ones of its series came before.
    fn sample(&mut self, series: u32, late: bool, sample: Sample);
    /// What a metric is.
    fn metadata(&mut self, metadata: MetricMetadata);
}

/// Reads an entry. Pieces before damage are handed over, nothing after it.
pub(crate) fn decode(body: &[u8], visitor: &mut dyn EntryVisitor) -> Result<(), &'static str> {
    let Some((kind, mut rest)) = body.split_first() else {
        return Ok(());
    };
    match *kind {
        SERIES => {
            while !rest.is_empty() {
                let series = varint::take(&mut rest).and_then(|series| u32::try_from(series).ok());
                let series = series.ok_or("the number of a series")?;
                let labels = varint::take_bytes(&mut rest).ok_or("the labels of a series")?;
                visitor.series(series, labels);
            }
            Ok(())
        }
        SAMPLES => decode_samples(rest, visitor),
        METADATA => {
            while !rest.is_empty() {
                let metadata = take_metadata(&mut rest).ok_or("what a metric is")?;
                visitor.metadata(metadata);
            }
            Ok(())
        }
        _ => Err("a kind of entry that this release does not know"),
    }
}

fn decode_samples(mut rest: &[u8], visitor: &mut dyn EntryVisitor) -> Result<(), &'static str> {
    let (mut series, mut run_at_ms, mut step_ms) = (0i64, 0i64, 0i64);
    while !rest.is_empty() {
        let first = varint::take(&mut rest).ok_or("the series of samples")?;
        series = series.wrapping_add(varint::unzigzag(first >> 2));
        let number = u32::try_from(series).map_err(|_| "the series of samples")?;
        let late = first & LATE != 0;
        let count = if first & MANY != 0 {
            varint::take(&mut rest).ok_or("how many samples")?
        } else {
            1
        };
        let mut at_ms = run_at_ms;
        for place in 0..count {
            let coded = varint::unzigzag(varint::take(&mut rest).ok_or("the time of a sample")?);
            if place == 0 {
                at_ms = at_ms.wrapping_add(coded);
                run_at_ms = at_ms;
            } else {
                step_ms = step_ms.wrapping_add(coded);
                at_ms = at_ms.wrapping_add(step_ms);
            }
            let (value, after) = rest.split_first_chunk::<8>().ok_or("the value of a sample")?;
            rest = after;
            let value = f64::from_bits(u64::from_le_bytes(*value));
            visitor.sample(number, late, Sample { at_ms, value });
        }
    }
    Ok(())
}

fn take_metadata(rest: &mut &[u8]) -> Option<MetricMetadata> {
    let mut text = || std::str::from_utf8(varint::take_bytes(rest)?).ok();
    let (metric, help, unit) = (text()?, text()?, text()?);
    let (kind, after) = rest.split_first()?;
    *rest = after;
    Some(MetricMetadata {
        metric: metric.into(),
        kind: *MetricType::ALL.get(*kind as usize)?,
        help: help.to_owned(),
        unit: unit.into(),
    })
}

/// Reads any bytes as a journal entry: for fuzzing. Never panics.
pub fn fuzz_entry(bytes: &[u8]) {
    struct Count(usize);
    impl EntryVisitor for Count {
        fn series(&mut self, _series: u32, labels: &[u8]) {
            self.0 += labels.len();
        }
        fn sample(&mut self, _series: u32, _late: bool, _sample: Sample) {
            self.0 += 1;
        }
        fn metadata(&mut self, metadata: MetricMetadata) {
            self.0 += metadata.help.len();
        }
    }
    let mut count = Count(0);
    let read = decode(bytes, &mut count);
    assert!(
        read.is_err() || count.0 <= bytes.len(),
        "more came out than went in"
    );
}

#[cfg(test)]
mod tests;
