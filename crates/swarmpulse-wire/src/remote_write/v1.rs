//! `prometheus.WriteRequest`: series whose labels are pointed at where they lie.

use swarmpulse_model::series::{BatchSeries, Sample, SampleBatch};

use super::decoder::Refusal;
use super::field::{BYTES, Damage, FIXED64, Fields, VARINT};
use super::{Beside, RemoteWriteLimits, label, metadata};

const LABEL: u8 = 0x0A;
const SAMPLE: u8 = 0x12;

/// Reads the message that is the batch's bytes into the batch's series and samples.
pub(super) fn decode(
    limits: &RemoteWriteLimits,
    into: &mut SampleBatch,
    copied: &mut Vec<u8>,
    beside: &mut Beside,
) -> Result<(), Refusal> {
    copied.clear();
    let body = std::mem::take(&mut into.bytes);
    let mut request = Request {
        limits,
        into,
        copied,
        beside,
        body_bytes: body.len(),
    };
    let decoded = request.decode(Fields::of(&body));
    into.bytes = body;
    into.bytes.extend_from_slice(copied);
    decoded
}

struct Request<'d> {
    limits: &'d RemoteWriteLimits,
    into: &'d mut SampleBatch,
    copied: &'d mut Vec<u8>,
    beside: &'d mut Beside,
    body_bytes: usize,
}

impl Request<'_> {
    fn decode(&mut self, mut fields: Fields<'_>) -> Result<(), Refusal> {
        while !fields.is_empty() {
            match fields.tag()? {
                (1, BYTES) => self.series(fields.bytes()?)?,
                (3, BYTES) if self.into.metadata.len() < self.limits.metadata => {
                    self.into.metadata.extend(metadata::of_v1(fields.bytes()?)?);
                }
                (3, BYTES) => {
                    fields.skip(BYTES)?;
                    self.beside.metadata_left_out += 1;
                }
                (_, wire) => fields.skip(wire)?,
            }
        }
        Ok(())
    }

    /// The common form: all labels, then all samples, nothing else.
    #[inline]
    fn series(&mut self, series: Fields<'_>) -> Result<(), Refusal> {
        let mut fields = series;
        while fields.peek() == Some(LABEL) {
            fields.at += 1;
            fields.bytes()?;
        }
        let labels = (series.at as u32, (fields.at - series.at) as u32);
        let first_sample = self.into.samples.len();
        while fields.peek() == Some(SAMPLE) {
            fields.at += 1;
            self.into.samples.push(sample(fields.bytes()?)?);
        }
        if !fields.is_empty() {
            self.into.samples.truncate(first_sample);
            return self.unusual_series(series);
        }
        self.add(labels, first_sample)
    }

    fn add(&mut self, labels: (u32, u32), first_sample: usize) -> Result<(), Refusal> {
        let samples = self.into.samples.len();
        if samples > self.limits.samples {
            return Err(Refusal::TooManySamples(self.limits.samples));
        }
        if samples > first_sample {
            self.into.series.push(BatchSeries {
                labels_start: labels.0,
                labels_length: labels.1,
                first_sample: first_sample as u32,
                samples: (samples - first_sample) as u32,
            });
        }
        Ok(())
    }

    /// Any order of fields, with histograms, exemplars and fields of later versions. Labels that do not lie together are
    /// copied behind the body.
    fn unusual_series(&mut self, mut fields: Fields<'_>) -> Result<(), Refusal> {
        let first_sample = self.into.samples.len();
        let copied_from = self.copied.len();
        let mut together = true;
        let mut run: Option<(usize, usize)> = None;
        let mut histograms = 0;
        while !fields.is_empty() {
            let before = fields.at;
            let is_plain = fields.peek() == Some(LABEL);
            match fields.tag()? {
                (1, BYTES) => {
                    let message = fields.bytes()?;
                    label::push_message(self.copied, message.rest());
                    together &= is_plain && run.is_none_or(|(_, end)| end == before);
                    run = Some((run.map_or(before, |(start, _)| start), fields.at));
                }
                (2, BYTES) => {
                    let message = fields.bytes()?;
                    self.into.samples.push(sample(message)?);
                    if self.into.samples.len() > self.limits.samples {
                        return Err(Refusal::TooManySamples(self.limits.samples));
                    }
                }
                (3, BYTES) => {
                    fields.skip(BYTES)?;
                    self.beside.exemplars += 1;
                }
                (4, BYTES) => {
                    fields.skip(BYTES)?;
                    histograms += 1;
                }
                (_, wire) => fields.skip(wire)?,
            }
        }
        let labels = if together {
            self.copied.truncate(copied_from);
            let (start, end) = run.unwrap_or_default();
            (start as u32, (end - start) as u32)
        } else {
            let start = self.body_bytes + copied_from;
            (start as u32, (self.copied.len() - copied_from) as u32)
        };
        for _ in 0..histograms {
            self.beside.histogram(labels);
        }
        self.add(labels, first_sample)
    }
}

/// A sample; a field that is absent is zero.
#[inline]
pub(super) fn sample(mut fields: Fields<'_>) -> Result<Sample, Damage> {
    // Value, then time, as every known sender writes them.
    if let Some((&[0x09, v0, v1, v2, v3, v4, v5, v6, v7, 0x10], _)) = fields.rest().split_first_chunk::<10>()
    {
        fields.at += 10;
        let read = Sample {
            at_ms: fields.varint()? as i64,
            value: f64::from_bits(u64::from_le_bytes([v0, v1, v2, v3, v4, v5, v6, v7])),
        };
        return if fields.is_empty() {
            Ok(read)
        } else {
            rest_of_sample(fields, read)
        };
    }
    rest_of_sample(fields, Sample::default())
}

fn rest_of_sample(mut fields: Fields<'_>, mut sample: Sample) -> Result<Sample, Damage> {
    while !fields.is_empty() {
        match fields.tag()? {
            (1, FIXED64) => sample.value = f64::from_bits(fields.fixed64()?),
            (2, VARINT) => sample.at_ms = fields.varint()? as i64,
            (_, wire) => fields.skip(wire)?,
        }
    }
    Ok(sample)
}
