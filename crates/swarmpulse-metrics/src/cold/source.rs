//! Several files read side by side, series after series.

use std::sync::Arc;

use swarmpulse_chunk::Chunk;

use crate::segment::{Segment, Shelved, sort_unique};

/// One of the files.
struct Input {
    segment: Arc<Segment>,
    live_from_ms: i64,
    place: usize,
}

/// Several files read side by side, series after series, in order of their numbers.
pub(super) struct Source {
    inputs: Vec<Input>,
    /// Of the series read last: the places in `inputs` of files that have it, and where in each.
    current: Vec<(usize, usize)>,
}

impl Source {
    /// Of files with samples.
    pub(super) fn of_samples(inputs: &[Shelved]) -> Self {
        let inputs = inputs.iter().map(|shelved| Input {
            segment: Arc::clone(&shelved.segment),
            live_from_ms: shelved.live_from_ms,
            place: 0,
        });
        Self {
            inputs: inputs.collect(),
            current: Vec::new(),
        }
    }

    /// Of any files, all of each.
    pub(super) fn of_all(inputs: &[Arc<Segment>]) -> Self {
        let inputs = inputs.iter().map(|segment| Input {
            segment: Arc::clone(segment),
            live_from_ms: i64::MIN,
            place: 0,
        });
        Self {
            inputs: inputs.collect(),
            current: Vec::new(),
        }
    }

    /// Goes on to the next series.
    pub(super) fn next_series(&mut self) -> Option<u32> {
        let at =
            |input: &Input| (input.place < input.segment.len()).then(|| input.segment.series_at(input.place));
        let series = self.inputs.iter().filter_map(at).min()?;
        self.current.clear();
        for (number, input) in self.inputs.iter_mut().enumerate() {
            if at(input) == Some(series) {
                self.current.push((number, input.place));
                input.place += 1;
            }
        }
        Some(series)
    }

    /// Records of the series, file by file: their bytes where they match their checksums, and from when on they count.
    pub(super) fn records(&self) -> impl Iterator<Item = (i64, &[u8])> {
        self.current.iter().flat_map(|(number, place)| {
            let input = &self.inputs[*number];
            let records = input.segment.records_at(*place);
            records.filter_map(|record| Some((input.live_from_ms, record.checked()?)))
        })
    }

    /// Replaces what is in the columns by the samples of the series in a span, in order, each time once.
    pub(super) fn samples(
        &self,
        (from_ms, to_ms): (i64, i64),
        times_ms: &mut Vec<i64>,
        values: &mut Vec<f64>,
    ) {
        times_ms.clear();
        values.clear();
        for (live_from_ms, bytes) in self.records() {
            let before = times_ms.len();
            let from_ms = from_ms.max(live_from_ms);
            let read =
                Chunk::open(bytes).and_then(|chunk| chunk.decode_span(from_ms, to_ms, times_ms, values));
            if read.is_err() || from_ms > to_ms {
                times_ms.truncate(before);
                values.truncate(before);
            }
        }
        if !times_ms.is_sorted_by(|one, next| one < next) {
            sort_unique(times_ms, values, 0);
        }
    }

    /// Whether a file turned out to be damaged.
    pub(super) fn is_damaged(&self) -> bool {
        self.inputs.iter().any(|input| input.segment.is_damaged())
    }

    /// The span of all files, and their numbers.
    pub(super) fn covers(&self) -> (i64, i64, Vec<u64>) {
        let footers = self.inputs.iter().map(|input| input.segment.footer());
        let from_ms = footers
            .clone()
            .map(|footer| footer.covers_from_ms.min(footer.min_ms))
            .min();
        let to_ms = footers
            .clone()
            .map(|footer| footer.covers_to_ms.max(footer.max_ms))
            .max();
        (
            from_ms.unwrap_or(i64::MAX),
            to_ms.unwrap_or(i64::MIN),
            footers.map(|footer| footer.sequence).collect(),
        )
    }
}
