//! Opens a segment's file for reading, plain or compressed.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::directory::Encoding;
use crate::format::{HEADER_BYTES, SEAL_BYTES, Seal, SegmentHeader};

/// The frames' bytes of a segment, decompressed.
pub(crate) enum Source {
    /// From a plain file.
    Plain(io::Take<File>),
    /// From a compressed one.
    Compressed(Box<io::Take<zstd::Decoder<'static, BufReader<File>>>>),
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(buffer),
            Self::Compressed(decoder) => match decoder.read(buffer) {
                // What zstd cannot decode ends the segment here; the frames that are then missing are reported.
                Err(error) if error.raw_os_error().is_none() => Ok(0),
                other => other,
            },
        }
    }
}

/// A segment's header as found, and its bytes from there on.
pub(crate) struct Opened {
    /// The header; `None` if both its copies are damaged or the file is shorter.
    pub(crate) header: Option<SegmentHeader>,
    /// What follows it, up to `data_end`.
    pub(crate) source: Source,
}

/// Opens a segment of which `data_end` bytes, before compression, are of interest.
pub(crate) fn open(path: &Path, encoding: Encoding, data_end: u64) -> io::Result<Opened> {
    let file = File::open(path)?;
    let mut source = match encoding {
        Encoding::Plain => Source::Plain(file.take(data_end)),
        Encoding::Compressed => Source::Compressed(Box::new(zstd::Decoder::new(file)?.take(data_end))),
    };
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    source
        .by_ref()
        .take(HEADER_BYTES as u64)
        .read_to_end(&mut bytes)?;
    let header = bytes.first_chunk().and_then(SegmentHeader::decode);
    Ok(Opened { header, source })
}

impl Opened {
    /// Goes on at this position of a plain file; a compressed one has to be read from its start.
    pub(crate) fn seek(&mut self, position: u64) -> io::Result<()> {
        if let Source::Plain(file) = &mut self.source {
            let end = HEADER_BYTES as u64 + file.limit();
            file.get_mut().seek(SeekFrom::Start(position))?;
            file.set_limit(end.saturating_sub(position));
        }
        Ok(())
    }
}

/// The seal at the end of a file, if it has a whole one.
pub(crate) fn read_seal(path: &Path) -> io::Result<Option<Seal>> {
    let file = File::open(path)?;
    let Some(at) = file.metadata()?.len().checked_sub(SEAL_BYTES as u64) else {
        return Ok(None);
    };
    let mut bytes = [0; SEAL_BYTES];
    match file.read_exact_at(&mut bytes, at) {
        Ok(()) => Ok(Seal::decode(&bytes)),
        // A writer has just cut it: the seal was not there when asked.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}
