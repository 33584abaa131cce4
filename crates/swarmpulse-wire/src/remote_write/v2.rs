//! `io.prometheus.write.v2.Request`: labels are numbers of a table of symbols, and are written out here.

use swarmpulse_model::series::{BatchSeries, METRIC_NAME, MetricMetadata, SampleBatch};

use super::decoder::Refusal;
use super::field::{BYTES, Damage, Fields, VARINT};
use super::{Beside, RemoteWriteLimits, label, metadata, v1};

/// The most labels of a series, in numbers of symbols: two for each. A series of more is refused.
const REFERENCES_MAX: usize = 2 * 64;

/// The table of symbols, and which of them were described as metrics already.
#[derive(Default)]
pub(super) struct Symbols {
    spans: Vec<(u32, u32)>,
    described: Vec<bool>,
    references: Vec<u32>,
}

impl Symbols {
    fn clear(&mut self) {
        self.spans.clear();
        self.described.clear();
    }

    fn get<'b>(&self, body: &'b [u8], number: u32) -> Option<&'b [u8]> {
        let (start, end) = *self.spans.get(number as usize)?;
        body.get(start as usize..end as usize)
    }

    pub fn kept_bytes(&self) -> usize {
        self.spans.capacity() * 8 + self.described.capacity() + self.references.capacity() * 4
    }
}

/// Reads a message into the batch.
pub(super) fn decode(
    body: &[u8],
    limits: &RemoteWriteLimits,
    into: &mut SampleBatch,
    symbols: &mut Symbols,
    beside: &mut Beside,
) -> Result<(), Refusal> {
    // Symbols may stand anywhere in the message.
    symbols.clear();
    let mut fields = Fields::of(body);
    while !fields.is_empty() {
        match fields.tag()? {
            (4, BYTES) => {
                let symbol = fields.bytes()?;
                symbols.spans.push((symbol.at as u32, symbol.end as u32));
            }
            (_, wire) => fields.skip(wire)?,
        }
    }
    symbols.described.resize(symbols.spans.len(), false);
    let mut request = Request {
        limits,
        into,
        symbols,
        beside,
    };
    let mut fields = Fields::of(body);
    while !fields.is_empty() {
        match fields.tag()? {
            (5, BYTES) => request.series(fields.bytes()?)?,
            (_, wire) => fields.skip(wire)?,
        }
    }
    Ok(())
}

struct Request<'d> {
    limits: &'d RemoteWriteLimits,
    into: &'d mut SampleBatch,
    symbols: &'d mut Symbols,
    beside: &'d mut Beside,
}

#[derive(Default)]
struct Described {
    kind: u64,
    help: u32,
    unit: u32,
}

impl Request<'_> {
    fn series(&mut self, mut fields: Fields<'_>) -> Result<(), Refusal> {
        let first_sample = self.into.samples.len();
        let mut references = std::mem::take(&mut self.symbols.references);
        references.clear();
        let mut histograms = 0;
        let mut described = None;
        while !fields.is_empty() {
            match fields.tag()? {
                (1, BYTES) => {
                    let mut packed = fields.bytes()?;
                    while !packed.is_empty() {
                        push_reference(&mut references, packed.varint()?);
                    }
                }
                (1, VARINT) => push_reference(&mut references, fields.varint()?),
                (2, BYTES) => {
                    let message = fields.bytes()?;
                    self.into.samples.push(v1::sample(message)?);
                    if self.into.samples.len() > self.limits.samples {
                        return Err(Refusal::TooManySamples(self.limits.samples));
                    }
                }
                (3, BYTES) => {
                    fields.skip(BYTES)?;
                    histograms += 1;
                }
                (4, BYTES) => {
                    fields.skip(BYTES)?;
                    self.beside.exemplars += 1;
                }
                (5, BYTES) => described = Some(description(fields.bytes()?)?),
                (_, wire) => fields.skip(wire)?,
            }
        }
        let added = self.add(fields.body, &references, first_sample, histograms);
        if let Some(described) = described
            && matches!(added, Ok(true))
        {
            self.describe(fields.body, &references, &described);
        }
        self.symbols.references = references;
        added.map(drop)
    }

    /// Writes the labels out. False if they were refused.
    fn add(
        &mut self,
        body: &[u8],
        references: &[u32],
        first_sample: usize,
        histograms: u64,
    ) -> Result<bool, Refusal> {
        let samples = self.into.samples.len() - first_sample;
        let start = self.into.bytes.len();
        if let Err(why) = write_labels(&mut self.into.bytes, self.symbols, body, references) {
            self.into.bytes.truncate(start);
            self.into.samples.truncate(first_sample);
            self.beside.histograms += histograms;
            self.beside.refuse(samples as u64, || why);
            return Ok(false);
        }
        let limit = self.limits.decompressed_bytes.min(u32::MAX as usize >> 2);
        if self.into.bytes.len() > limit {
            let bytes = self.into.bytes.len();
            return Err(Refusal::TooLarge { bytes, limit });
        }
        let labels = (start as u32, (self.into.bytes.len() - start) as u32);
        for _ in 0..histograms {
            self.beside.histogram(labels);
        }
        if samples > 0 {
            self.into.series.push(BatchSeries {
                labels_start: labels.0,
                labels_length: labels.1,
                first_sample: first_sample as u32,
                samples: samples as u32,
            });
        }
        Ok(true)
    }

    /// Keeps what a metric is, once for each metric of the request.
    fn describe(&mut self, body: &[u8], references: &[u32], described: &Described) {
        let name = references
            .chunks_exact(2)
            .find(|pair| self.symbols.get(body, pair[0]) == Some(METRIC_NAME.as_bytes()))
            .map(|pair| pair[1]);
        let Some(name) = name else { return };
        if described.kind == 0 && described.help == 0 && described.unit == 0 {
            return;
        }
        let Some(seen) = self.symbols.described.get_mut(name as usize) else {
            return;
        };
        if std::mem::replace(seen, true) {
            return;
        }
        if self.into.metadata.len() >= self.limits.metadata {
            self.beside.metadata_left_out += 1;
            return;
        }
        let text = |number| metadata::text(self.symbols.get(body, number).unwrap_or_default());
        let kind = metadata::kind(described.kind);
        let series_name = text(name);
        self.into.metadata.push(MetricMetadata {
            metric: metadata::family(&series_name, kind).into(),
            kind,
            help: text(described.help).into(),
            unit: text(described.unit),
        });
    }
}

/// Numbers beyond the most are counted, not kept: a few bytes must not become many.
fn push_reference(references: &mut Vec<u32>, number: u64) {
    if references.len() <= REFERENCES_MAX {
        references.push(u32::try_from(number).unwrap_or(u32::MAX));
    }
}

fn write_labels(
    into: &mut Vec<u8>,
    symbols: &Symbols,
    body: &[u8],
    references: &[u32],
) -> Result<(), String> {
    if references.len() > REFERENCES_MAX {
        return Err(format!("a series with more than {} labels", REFERENCES_MAX / 2));
    }
    if !references.len().is_multiple_of(2) {
        return Err(format!(
            "a series with {} label references: names and values come in pairs",
            references.len()
        ));
    }
    for pair in references.chunks_exact(2) {
        let symbol = |number| {
            symbols.get(body, number).ok_or_else(|| {
                format!(
                    "a series with label reference {number}, beyond the table of {} symbols",
                    symbols.spans.len()
                )
            })
        };
        label::push(into, symbol(pair[0])?, symbol(pair[1])?);
    }
    Ok(())
}

fn description(mut fields: Fields<'_>) -> Result<Described, Damage> {
    let mut found = Described::default();
    while !fields.is_empty() {
        let reference = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        match fields.tag()? {
            (1, VARINT) => found.kind = fields.varint()?,
            (3, VARINT) => found.help = reference(fields.varint()?),
            (4, VARINT) => found.unit = reference(fields.varint()?),
            (_, wire) => fields.skip(wire)?,
        }
    }
    Ok(found)
}
