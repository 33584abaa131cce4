//! Immutable files of packed samples and aggregates, mapped into memory and searched where they lie.
//!
//! A file: a head; records, each its length, checksum and bytes, those of one series together; the index, sorted by series;
//! the numbers of files that it replaces; a footer of fixed length. Of two files that tell of the same, one says which it
//! absorbed and for what span, so that a crash between writing one and removing the others loses and doubles nothing.

mod archive;
pub(crate) mod disk;
mod file;
mod footer;
mod kind;
mod overlap;
mod shelf;
mod writer;

pub(crate) use archive::{Archive, ArchiveFigures, files};
pub(crate) use file::Segment;
pub(crate) use footer::Footer;
pub use kind::SegmentKind;
pub(crate) use overlap::sort_unique;
pub(crate) use shelf::{Shelf, Shelved};
pub(crate) use writer::{RecordSpan, SegmentWriter};
