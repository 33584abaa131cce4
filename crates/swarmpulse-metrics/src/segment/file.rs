//! A segment file that is open: mapped into memory, its index searched where it lies.

use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use memmap2::Mmap;
use swarmpulse_store::metrics::MetricError;

use super::disk::{damaged, failed};
use super::footer::{FOOTER_BYTES, Footer, HEAD, INDEX_ENTRY_BYTES, OFFSET_BITS, read_u32, read_u64};
use super::writer::record_crc;

/// Indexes up to so many bytes are checked when a file is opened, others later.
const INDEX_CHECKED_AT_ONCE_BYTES: usize = 4 << 20;
/// How far around a guess the search begins.
const GUESS_REACH: usize = 8;

/// Where the bytes are.
enum Body {
    Mapped(Mmap),
    /// Of a file that never was one: for fuzzing.
    Owned(Vec<u8>),
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

/// A segment file that is open. Nothing of it is on the heap; whoever holds it can read it, even after it was deleted.
pub(crate) struct Segment {
    path: PathBuf,
    map: Body,
    footer: Footer,
    absorbed: Vec<u64>,
    checked: AtomicBool,
    damaged: AtomicBool,
}

impl Segment {
    /// Opens a file and checks what must hold for reading it at all.
    pub(crate) fn open(path: &Path) -> Result<Self, MetricError> {
        let file = File::open(path).map_err(|error| failed("open", path, &error))?;
        #[expect(unsafe_code, reason = "mapping a file is unsafe because others may change it")]
        // SAFETY: segment files are written under another name and never changed afterwards, only removed; a mapping
        // outlives removal. One that is cut by others while it is mapped ends the process, as with every mapped file;
        // bytes changed by others are caught by checksums, and all that is read from them is checked against bounds.
        let map = unsafe { Mmap::map(&file) }.map_err(|error| failed("map", path, &error))?;
        Self::of_body(path, Body::Mapped(map))
    }

    /// A segment of bytes that are no file.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Result<Self, MetricError> {
        Self::of_body(Path::new("bytes"), Body::Owned(bytes))
    }

    fn of_body(path: &Path, map: Body) -> Result<Self, MetricError> {
        if map.len() < HEAD.len() + FOOTER_BYTES {
            return Err(damaged(
                path,
                format!("{} bytes are too few for a segment", map.len()),
            ));
        }
        let footer =
            Footer::decode(&map[map.len() - FOOTER_BYTES..]).map_err(|detail| damaged(path, detail))?;
        let index_bytes = footer.series as usize * INDEX_ENTRY_BYTES;
        let absorbed_bytes = footer.absorbed as usize * 8;
        let expected = usize::try_from(footer.index_offset)
            .ok()
            .and_then(|offset| offset.checked_add(index_bytes + absorbed_bytes + FOOTER_BYTES))
            .filter(|expected| *expected == map.len());
        if expected.is_none() || footer.index_offset < HEAD.len() as u64 || map[..HEAD.len()] != *HEAD {
            return Err(damaged(path, "its parts do not add up to its length"));
        }
        let absorbed = &map[map.len() - FOOTER_BYTES - absorbed_bytes..map.len() - FOOTER_BYTES];
        if crc32fast::hash(absorbed) != footer.absorbed_crc {
            return Err(damaged(path, "the checksum of what it replaced is wrong"));
        }
        let absorbed = absorbed.chunks_exact(8).map(|bytes| read_u64(bytes, 0)).collect();
        let segment = Self {
            path: path.to_owned(),
            map,
            footer,
            absorbed,
            checked: AtomicBool::new(false),
            damaged: AtomicBool::new(false),
        };
        if index_bytes <= INDEX_CHECKED_AT_ONCE_BYTES {
            segment.check_index()?;
        }
        Ok(segment)
    }

    /// Checks the index, once.
    pub(crate) fn check_index(&self) -> Result<(), MetricError> {
        if self.checked.load(Ordering::Relaxed) {
            return Ok(());
        }
        if crc32fast::hash(self.index()) != self.footer.index_crc {
            return Err(damaged(&self.path, "the index's checksum is wrong"));
        }
        self.checked.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the index was checked.
    pub(crate) fn is_checked(&self) -> bool {
        self.checked.load(Ordering::Relaxed)
    }

    /// What it holds.
    pub(crate) const fn footer(&self) -> &Footer {
        &self.footer
    }

    /// The files of which it holds everything in the span that it covers.
    pub(crate) fn absorbed(&self) -> &[u64] {
        &self.absorbed
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How long the file is.
    pub(crate) fn bytes(&self) -> u64 {
        self.map.len() as u64
    }

    /// Whether it has anything from a span, both ends inclusive.
    pub(crate) const fn overlaps(&self, from_ms: i64, to_ms: i64) -> bool {
        self.footer.min_ms <= to_ms && from_ms <= self.footer.max_ms
    }

    /// Notes that a record did not match its checksum.
    pub(crate) fn mark_damaged(&self) {
        self.damaged.store(true, Ordering::Relaxed);
    }

    /// Whether that was noted.
    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    fn index(&self) -> &[u8] {
        let start = self.footer.index_offset as usize;
        &self.map[start..start + self.footer.series as usize * INDEX_ENTRY_BYTES]
    }

    /// How many series it has.
    pub(crate) const fn len(&self) -> usize {
        self.footer.series as usize
    }

    /// The number of the series at a place; they rise.
    pub(crate) fn series_at(&self, place: usize) -> u32 {
        read_u32(self.index(), place * INDEX_ENTRY_BYTES)
    }

    /// Numbers of all its series, rising.
    pub(crate) fn series(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).map(|place| self.series_at(place))
    }

    /// The first place whose series is not less.
    pub(crate) fn place_from(&self, series: u32) -> usize {
        let (mut low, mut high) = (0, self.len());
        if high > 0 {
            // Numbers are given one after another, so that a straight line guesses well.
            let (first, last) = (self.series_at(0), self.series_at(high - 1));
            if series <= first {
                return 0;
            }
            if series > last {
                return high;
            }
            let guess =
                (u64::from(series - first) * (high as u64 - 1) / u64::from((last - first).max(1))) as usize;
            let (near_low, near_high) = (
                guess.saturating_sub(GUESS_REACH),
                (guess + GUESS_REACH).min(high - 1),
            );
            if self.series_at(near_low) < series {
                low = near_low + 1;
            } else {
                high = near_low;
            }
            if low <= near_high && near_high < high {
                if self.series_at(near_high) < series {
                    low = near_high + 1;
                } else {
                    high = near_high;
                }
            }
        }
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.series_at(middle) < series {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The records of a series; none if it has none.
    pub(crate) fn records(&self, series: u32) -> Records<'_> {
        let place = self.place_from(series);
        if place < self.len() && self.series_at(place) == series {
            self.records_at(place)
        } else {
            Records {
                segment: self,
                series,
                rest: &[],
                left: 0,
            }
        }
    }

    /// The records of the series at a place.
    pub(crate) fn records_at(&self, place: usize) -> Records<'_> {
        let entry = read_u64(self.index(), place * INDEX_ENTRY_BYTES + 4);
        let offset = (entry & ((1 << OFFSET_BITS) - 1)) as usize;
        let data = &self.map[..self.footer.index_offset as usize];
        Records {
            segment: self,
            series: self.series_at(place),
            rest: data.get(offset..).unwrap_or_default(),
            left: entry >> OFFSET_BITS,
        }
    }
}

/// One record, its checksum not looked at yet.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    segment: &'a Segment,
    series: u32,
    crc: u32,
    bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// Its bytes, of which the checksum was not looked at: to find out whether it is of use.
    pub(crate) const fn unchecked(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its bytes, if they are what was written; otherwise the segment is marked.
    pub(crate) fn checked(&self) -> Option<&'a [u8]> {
        if record_crc(self.series, self.bytes) == self.crc {
            return Some(self.bytes);
        }
        self.segment.mark_damaged();
        None
    }
}

/// The records of one series, in order. Ends early, and marks the segment, where lengths make no sense.
pub(crate) struct Records<'a> {
    segment: &'a Segment,
    series: u32,
    rest: &'a [u8],
    left: u64,
}

impl<'a> Records<'a> {
    fn take(&mut self) -> Option<Record<'a>> {
        let (length, used) = read_length(self.rest)?;
        let rest = self.rest.get(used..)?;
        let crc = u32::from_le_bytes(*rest.first_chunk::<4>()?);
        let (bytes, rest) = rest[4..].split_at_checked(length)?;
        self.rest = rest;
        Some(Record {
            segment: self.segment,
            series: self.series,
            crc,
            bytes,
        })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let record = self.take();
        if record.is_none() {
            self.left = 0;
            self.segment.mark_damaged();
        }
        record
    }
}

fn read_length(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0usize;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((length, place + 1));
        }
    }
    None
}
