//! Writing a segment file: under another name first, so that what has the right name is whole.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use swarmpulse_chunk::{Chunk, ChunkError};
use swarmpulse_store::metrics::MetricError;

use super::disk::{damaged, failed, remove, sync_folder};
use super::footer::{Footer, HEAD, INDEX_ENTRY_BYTES, OFFSET_BITS};
use super::{Segment, SegmentKind};

/// Bytes that are gathered before they go to the file.
const BUFFER_BYTES: usize = 1 << 20;
/// So many bytes go to the disk at once, so that the journal beside never waits for many.
const SYNCED_AT_ONCE_BYTES: u64 = 8 << 20;
/// The most records of one series.
const RECORDS_MAX: u64 = 1 << (64 - OFFSET_BITS);

/// What a record is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordSpan {
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
    pub(crate) samples: u64,
}

struct Entry {
    series: u32,
    offset: u64,
    records: u64,
}

/// Writes one segment file. Dropped without [`SegmentWriter::finish`], it leaves nothing.
pub(crate) struct SegmentWriter {
    file: Option<BufWriter<File>>,
    folder: PathBuf,
    temporary: PathBuf,
    footer: Footer,
    index: Vec<Entry>,
    absorbed: Vec<u64>,
    offset: u64,
    synced: u64,
    covers: Option<(i64, i64)>,
}

impl SegmentWriter {
    /// Begins a file in a folder.
    pub(super) fn create(folder: &Path, kind: SegmentKind, sequence: u64) -> Result<Self, MetricError> {
        let temporary = folder.join(format!("{}-{sequence:010}.tmp", kind.as_str()));
        let file = File::create(&temporary).map_err(|error| failed("create", &temporary, &error))?;
        let mut writer = Self {
            file: Some(BufWriter::with_capacity(BUFFER_BYTES, file)),
            folder: folder.to_owned(),
            temporary,
            footer: Footer {
                kind,
                sequence,
                series: 0,
                chunks: 0,
                samples: 0,
                min_ms: i64::MAX,
                max_ms: i64::MIN,
                covers_from_ms: i64::MAX,
                covers_to_ms: i64::MIN,
                index_offset: 0,
                absorbed: 0,
                index_crc: 0,
                absorbed_crc: 0,
            },
            index: Vec::new(),
            absorbed: Vec::new(),
            offset: 0,
            synced: 0,
            covers: None,
        };
        writer.write(HEAD)?;
        Ok(writer)
    }

    /// Says that the file holds everything of others in a span, so that they can go.
    pub(crate) fn absorbs(&mut self, sequences: Vec<u64>, from_ms: i64, to_ms: i64) {
        self.absorbed = sequences;
        self.covers = Some((from_ms, to_ms));
    }

    /// Adds an encoded chunk of a series. Chunks of one series come one after another, in order of time; series in any
    /// order, quickest to read if it is that of their numbers.
    pub(crate) fn add(&mut self, series: u32, chunk: &[u8]) -> Result<(), MetricError> {
        let opened = Chunk::open(chunk).map_err(|error| damaged(&self.temporary, error.to_string()))?;
        let span = RecordSpan {
            first_ms: opened.first_ms(),
            last_ms: opened.last_ms(),
            samples: opened.len() as u64,
        };
        self.add_record(series, chunk, span)
    }

    /// Adds any record of a series.
    pub(crate) fn add_record(
        &mut self,
        series: u32,
        bytes: &[u8],
        span: RecordSpan,
    ) -> Result<(), MetricError> {
        match self.index.last_mut() {
            Some(entry) if entry.series == series && entry.records < RECORDS_MAX - 1 => entry.records += 1,
            _ => self.index.push(Entry {
                series,
                offset: self.offset,
                records: 1,
            }),
        }
        let mut head = [0u8; 9];
        let length = u32::try_from(bytes.len()).map_err(|_| damaged(&self.temporary, "a chunk of 4 GiB"))?;
        let used = push_length(&mut head, length);
        head[used..used + 4].copy_from_slice(&record_crc(series, bytes).to_le_bytes());
        self.write(&head[..used + 4])?;
        self.write(bytes)?;
        self.footer.chunks += 1;
        self.footer.samples += span.samples;
        self.footer.min_ms = self.footer.min_ms.min(span.first_ms);
        self.footer.max_ms = self.footer.max_ms.max(span.last_ms);
        Ok(())
    }

    /// The error of something that cannot be encoded.
    pub(crate) fn refused(&self, error: &ChunkError) -> MetricError {
        damaged(&self.temporary, error.to_string())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MetricError> {
        let file = self.file.as_mut().ok_or(MetricError::Stopping)?;
        file.write_all(bytes)
            .map_err(|error| failed("write", &self.temporary, &error))?;
        self.offset += bytes.len() as u64;
        if self.offset - self.synced >= SYNCED_AT_ONCE_BYTES {
            self.synced = self.offset;
            file.get_ref()
                .sync_data()
                .map_err(|error| failed("sync", &self.temporary, &error))?;
        }
        Ok(())
    }

    /// Writes index and footer, makes the file durable, gives it its name, and opens it.
    pub(super) fn finish(mut self) -> Result<Segment, MetricError> {
        self.write_end()?;
        let file = self.file.take().ok_or(MetricError::Stopping)?;
        let file = file
            .into_inner()
            .map_err(|error| failed("write", &self.temporary, error.error()))?;
        file.sync_all()
            .map_err(|error| failed("sync", &self.temporary, &error))?;
        let name = file_name(&self.footer);
        let path = self.folder.join(name);
        fs::rename(&self.temporary, &path).map_err(|error| failed("rename", &self.temporary, &error))?;
        sync_folder(&self.folder)?;
        Segment::open(&path)
    }

    fn write_end(&mut self) -> Result<(), MetricError> {
        let mut index = std::mem::take(&mut self.index);
        index.sort_by_key(|entry| entry.series);
        if let Some(pair) = index.windows(2).find(|pair| pair[0].series == pair[1].series) {
            let detail = format!("chunks of series {} came apart from each other", pair[0].series);
            return Err(damaged(&self.temporary, detail));
        }
        if self.offset >= 1 << OFFSET_BITS {
            return Err(damaged(&self.temporary, "a segment of more than 1 TiB"));
        }
        self.footer.index_offset = self.offset;
        self.footer.series = index.len() as u32;
        let mut crc = crc32fast::Hasher::new();
        for entry in &index {
            let mut bytes = [0u8; INDEX_ENTRY_BYTES];
            bytes[..4].copy_from_slice(&entry.series.to_le_bytes());
            bytes[4..].copy_from_slice(&(entry.records << OFFSET_BITS | entry.offset).to_le_bytes());
            crc.update(&bytes);
            self.write(&bytes)?;
        }
        self.footer.index_crc = crc.finalize();
        let absorbed: Vec<u8> = self
            .absorbed
            .iter()
            .flat_map(|sequence| sequence.to_le_bytes())
            .collect();
        self.footer.absorbed = self.absorbed.len() as u32;
        self.footer.absorbed_crc = crc32fast::hash(&absorbed);
        self.write(&absorbed)?;
        (self.footer.covers_from_ms, self.footer.covers_to_ms) =
            self.covers.unwrap_or((self.footer.min_ms, self.footer.max_ms));
        let footer = self.footer.encode();
        self.write(&footer)
    }
}

impl Drop for SegmentWriter {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // What cannot be removed is removed when the store is opened next.
            let _ = remove(&self.temporary);
        }
    }
}

/// The checksum of a record: of its series, too, so that an index that points elsewhere is noticed.
pub(super) fn record_crc(series: u32, bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&series.to_le_bytes());
    crc.update(bytes);
    crc.finalize()
}

fn push_length(into: &mut [u8; 9], mut length: u32) -> usize {
    let mut used = 0;
    while length >= 0x80 {
        into[used] = length as u8 | 0x80;
        length >>= 7;
        used += 1;
    }
    into[used] = length as u8;
    used + 1
}

/// A name that tells people the kind and the time, and is unique by its number.
fn file_name(footer: &Footer) -> String {
    let from_ms = if footer.min_ms <= footer.max_ms {
        footer.min_ms
    } else {
        footer.covers_from_ms
    };
    let time = match jiff::Timestamp::from_millisecond(from_ms) {
        Ok(time) => time.strftime("%Y%m%dT%H%M").to_string(),
        Err(_) => from_ms.to_string(),
    };
    format!("{}-{time}-{:010}.seg", footer.kind.as_str(), footer.sequence)
}
