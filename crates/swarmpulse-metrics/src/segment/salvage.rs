//! What is left of a damaged file, written anew.

use swarmpulse_chunk::Chunk;
use swarmpulse_store::metrics::MetricError;

use super::{RecordSpan, Segment, SegmentWriter};
use crate::rollup::decode_rows;

/// Copies all records that match their checksums; the new file takes the place of the damaged one.
pub(super) fn salvage(damaged: &Segment, into: &mut SegmentWriter) -> Result<(), MetricError> {
    let footer = damaged.footer();
    let mut absorbed = damaged.absorbed().to_vec();
    absorbed.push(footer.sequence);
    into.absorbs(
        absorbed,
        footer.covers_from_ms.min(footer.min_ms),
        footer.covers_to_ms.max(footer.max_ms),
    );
    let mut before = None;
    for place in 0..damaged.len() {
        let series = damaged.series_at(place);
        // An index that does not rise is damaged itself; the checksums of records hold their series, so that no record
        // comes to the wrong one.
        if before.is_some_and(|before| series <= before) {
            continue;
        }
        before = Some(series);
        for record in damaged.records_at(place) {
            if let Some(bytes) = record.checked()
                && let Some(span) = span_of(bytes, footer.kind.is_samples())
            {
                into.add_record(series, bytes, span)?;
            }
        }
    }
    Ok(())
}

fn span_of(bytes: &[u8], is_samples: bool) -> Option<RecordSpan> {
    if is_samples {
        let chunk = Chunk::open(bytes).ok()?;
        return Some(RecordSpan {
            first_ms: chunk.first_ms(),
            last_ms: chunk.last_ms(),
            samples: chunk.len() as u64,
        });
    }
    let mut rows = Vec::new();
    decode_rows(bytes, &mut rows).ok()?;
    Some(RecordSpan {
        first_ms: rows.first()?.end_ms,
        last_ms: rows.last()?.end_ms,
        samples: rows.len() as u64,
    })
}
