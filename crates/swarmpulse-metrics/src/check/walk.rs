//! One file, looked through from its first chunk to its last.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use roaring::RoaringBitmap;
use swarmpulse_chunk::Chunk;
use swarmpulse_store::metrics::MetricError;

use super::FileCheck;
use crate::rollup::decode_rows;
use crate::segment::disk::failed;
use crate::segment::{Record, Segment};

/// So many things that are wrong are told in words; all are counted.
const DAMAGE_SHOWN_MAX: usize = 16;

/// Looks through one file; `None` if it is no segment, or is gone by now.
pub(super) fn look_at(path: &Path, known: &RoaringBitmap) -> Result<Option<FileCheck>, MetricError> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let bytes = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("open", path, &error)),
    };
    let mut file = FileCheck {
        path: path.to_owned(),
        kind: None,
        bytes,
        series: 0,
        chunks: 0,
        samples: 0,
        span_ms: None,
        nameless_series: 0,
        damaged_chunks: 0,
        damage: Vec::new(),
    };
    match extension {
        Some("damaged") => file.damage.push("it was set aside as damaged".to_owned()),
        Some("seg") => match Segment::open(path) {
            Ok(segment) => look_through(&segment, known, &mut file),
            Err(MetricError::Damaged { detail, .. }) => file.damage.push(detail),
            // Removed since the folder was listed.
            Err(_) if !path.exists() => return Ok(None),
            Err(error) => return Err(error),
        },
        _ => return Ok(None),
    }
    Ok(Some(file))
}

fn look_through(segment: &Segment, known: &RoaringBitmap, file: &mut FileCheck) {
    let footer = segment.footer();
    file.kind = Some(footer.kind);
    file.series = u64::from(footer.series);
    file.span_ms = (footer.samples > 0).then_some((footer.min_ms, footer.max_ms));
    if let Err(MetricError::Damaged { detail, .. }) = segment.check_index() {
        file.damage.push(detail);
    }
    for place in 0..segment.len() {
        for record in segment.records_at(place) {
            match samples_of(&record, footer.kind.is_samples()) {
                Ok(samples) => {
                    file.chunks += 1;
                    file.samples += samples;
                }
                Err(detail) => {
                    file.damaged_chunks += 1;
                    if file.damage.len() < DAMAGE_SHOWN_MAX {
                        let series = segment.series_at(place);
                        file.damage.push(format!("a chunk of series {series}: {detail}"));
                    }
                }
            }
        }
    }
    file.nameless_series = segment.series().filter(|series| !known.contains(*series)).count() as u64;
    if file.nameless_series > 0 {
        file.damage.push(format!(
            "{} of its series are not in the catalogue: their samples cannot be found",
            file.nameless_series
        ));
    }
    if file.damaged_chunks == 0 && (file.chunks, file.samples) != (footer.chunks, footer.samples) {
        file.damage.push(format!(
            "{} chunks with {} samples were found where {} with {} were written",
            file.chunks, file.samples, footer.chunks, footer.samples
        ));
    }
}

fn samples_of(record: &Record<'_>, is_samples: bool) -> Result<u64, String> {
    let bytes = record.checked().ok_or("its checksum is wrong")?;
    if !is_samples {
        let mut rows = Vec::new();
        decode_rows(bytes, &mut rows).map_err(|error| error.to_string())?;
        return Ok(rows.len() as u64);
    }
    let (mut times, mut values) = (Vec::new(), Vec::new());
    let chunk = Chunk::open(bytes).map_err(|error| error.to_string())?;
    chunk
        .decode(&mut times, &mut values)
        .map_err(|error| error.to_string())?;
    Ok(times.len() as u64)
}
