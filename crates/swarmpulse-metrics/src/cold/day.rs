//! A day becomes cold: its samples packed tightly, and the aggregates of its hours and of itself.

use swarmpulse_chunk::{Effort, Encoder};
use swarmpulse_store::metrics::{Bucket, MetricError, RollupRow};

use super::source::Source;
use crate::rollup::{encode_rows, rows_of};
use crate::segment::{Archive, RecordSpan, SegmentKind, SegmentWriter, Shelved};

/// Samples of one cold chunk, at most.
const CHUNK_SAMPLES: usize = 1024;

/// The packing of one day, as far as it has come.
pub(super) struct DayJob {
    span: (i64, i64),
    source: Source,
    cold: SegmentWriter,
    hours: SegmentWriter,
    days: SegmentWriter,
    packer: Packer,
}

/// What packing needs again and again.
#[derive(Default)]
struct Packer {
    encoder: Encoder,
    times_ms: Vec<i64>,
    values: Vec<f64>,
    rows: Vec<RollupRow>,
    bytes: Vec<u8>,
}

impl DayJob {
    /// Begins. `rollups` and `absorbed` are files that become obsolete besides the inputs.
    pub(super) fn begin(
        archive: &Archive,
        end_ms: i64,
        inputs: &[Shelved],
        rollups: &[u64],
        absorbed: &[u64],
    ) -> Result<Self, MetricError> {
        let span = (end_ms - Bucket::Day.length_ms() + 1, end_ms);
        let begin = |kind, absorbs: Vec<u64>| {
            let mut writer = archive.begin(kind)?;
            writer.absorbs(absorbs, span.0, span.1);
            Ok::<_, MetricError>(writer)
        };
        let sequences = inputs.iter().map(|input| input.segment.footer().sequence);
        let known: Vec<u64> = sequences.chain(absorbed.iter().copied()).collect();
        // Aggregates, too, say which samples they know: they are kept longer than the cold file is.
        let of_rollups = [rollups, &known].concat();
        Ok(Self {
            span,
            source: Source::of_samples(inputs),
            hours: begin(SegmentKind::Hour, of_rollups.clone())?,
            days: begin(SegmentKind::Day, of_rollups)?,
            cold: begin(SegmentKind::Cold, known)?,
            packer: Packer::default(),
        })
    }

    /// Packs some series; true once all are done.
    pub(super) fn step(&mut self, samples_max: usize) -> Result<bool, MetricError> {
        let mut samples = 0;
        while samples < samples_max {
            let Some(series) = self.source.next_series() else {
                return Ok(true);
            };
            let packer = &mut self.packer;
            self.source
                .samples(self.span, &mut packer.times_ms, &mut packer.values);
            // A series costs something even without samples of this day.
            samples += packer.times_ms.len() + 16;
            packer.pack(series, &mut self.cold)?;
            packer.pack_rows(series, Bucket::Hour, &mut self.hours)?;
            packer.pack_rows(series, Bucket::Day, &mut self.days)?;
        }
        Ok(false)
    }

    /// Whether an input turned out to be damaged.
    pub(super) fn is_damaged(&self) -> bool {
        self.source.is_damaged()
    }

    /// The files in the order in which they must become durable: the samples first, for all three say that they know the
    /// inputs.
    pub(super) fn into_writers(self) -> Vec<SegmentWriter> {
        vec![self.cold, self.hours, self.days]
    }
}

impl Packer {
    fn pack(&mut self, series: u32, into: &mut SegmentWriter) -> Result<(), MetricError> {
        let count = self.times_ms.len();
        if count == 0 {
            return Ok(());
        }
        // Chunks of about the same size, none of them a small rest.
        let each = count.div_ceil(count.div_ceil(CHUNK_SAMPLES));
        for (times, values) in self.times_ms.chunks(each).zip(self.values.chunks(each)) {
            self.bytes.clear();
            let encoded = self.encoder.encode(times, values, Effort::Cold, &mut self.bytes);
            encoded.map_err(|error| into.refused(&error))?;
            into.add(series, &self.bytes)?;
        }
        Ok(())
    }

    fn pack_rows(
        &mut self,
        series: u32,
        bucket: Bucket,
        into: &mut SegmentWriter,
    ) -> Result<(), MetricError> {
        self.rows.clear();
        rows_of(bucket, &self.times_ms, &self.values, &mut self.rows);
        add_rows(
            series,
            bucket,
            &self.rows,
            &mut self.encoder,
            &mut self.bytes,
            into,
        )
    }
}

/// Adds rows of a series to a file of aggregates.
pub(super) fn add_rows(
    series: u32,
    bucket: Bucket,
    rows: &[RollupRow],
    encoder: &mut Encoder,
    bytes: &mut Vec<u8>,
    into: &mut SegmentWriter,
) -> Result<(), MetricError> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(());
    };
    let span = RecordSpan {
        first_ms: first.end_ms,
        last_ms: last.end_ms,
        samples: rows.len() as u64,
    };
    bytes.clear();
    encode_rows(bucket, rows, encoder, bytes).map_err(|error| into.refused(&error))?;
    into.add_record(series, bytes, span)
}
