//! Compresses one closed segment and reads the result back before the plain file goes.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use crate::catalog::Segment;
use crate::directory::{Encoding, segment_path, unfinished_path};
use crate::format::HEADER_BYTES;
use crate::frames::Frames;
use crate::segment_file;

/// zstd's fastest: the journal is written at the rate of ingestion, and history keeps what people look up.
const LEVEL: i32 = 1;

/// Writes the compressed file beside the plain one, under its unfinished name, durable; returns its length, or `None`
/// if the segment cannot be read whole.
pub(crate) fn compress(dir: &Path, segment: &Segment) -> io::Result<Option<u64>> {
    let first_offset = segment.info.first_offset;
    let plain = File::open(segment_path(dir, first_offset, Encoding::Plain))?;
    let path = unfinished_path(dir, first_offset, Encoding::Compressed);
    let seal = segment.seal();
    let mut encoder = zstd::Encoder::new(File::create(&path)?, LEVEL)?;
    encoder.include_checksum(true)?;
    io::copy(&mut plain.take(segment.data_end), &mut encoder)?;
    encoder.write_all(&seal.encode())?;
    let mut file = encoder.finish()?;
    file.write_all(&seal.encode_trailer())?;
    file.sync_all()?;
    let bytes = file.metadata()?.len();
    Ok(is_whole(&path, segment)?.then_some(bytes))
}

/// Whether every entry of the segment can be read from this file.
fn is_whole(path: &Path, segment: &Segment) -> io::Result<bool> {
    let opened = segment_file::open(path, Encoding::Compressed, segment.data_end)?;
    let offsets = segment.info.first_offset..segment.info.next_offset;
    let mut expected = offsets.start;
    let mut frames = Frames::new(opened.source, segment.salt, HEADER_BYTES as u64, offsets);
    while let Some(frame) = frames.next()? {
        if frame.header.offset != expected {
            return Ok(false);
        }
        expected += 1;
    }
    Ok(expected == segment.info.next_offset && opened.header.is_some())
}
