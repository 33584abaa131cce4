//! Immutable files of packed samples and aggregates, mapped into memory and searched where they lie.
//!
//! A file: a head; records, each its length, checksum and bytes, those of one series together; the index, sorted by series;
//! the numbers of files that it replaces; a footer of fixed length. Of two files that tell of the same, one says which it
//! absorbed and for what span, so that a crash between writing one and removing the others loses and doubles nothing.

/// Where segments are, in the folder of a store.
pub(crate) const SEGMENTS_FOLDER: &str = "segments";

mod archive;
pub(crate) mod disk;
mod file;
mod footer;
mod fuzzing;
mod kind;
mod overlap;
mod salvage;
mod shelf;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use archive::{Archive, ArchiveFigures, files};
pub(crate) use file::{Record, Segment};
pub use fuzzing::fuzz_segment;
pub use kind::SegmentKind;
pub(crate) use overlap::sort_unique;
pub(crate) use shelf::{Shelf, Shelved};
pub(crate) use writer::{RecordSpan, SegmentWriter};
