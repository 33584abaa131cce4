//! Append-only segment files with group fsync, torn-tail truncation, compression and retirement.
//!
//! A journal is a folder of segments named by their first entry: `00000000000000000000.seg`, or `.seg.zst` once
//! closed and compressed. A segment is a header (twice), frames, and a seal when it was closed:
//!
//! ```text
//! header header | frame frame frame ... | seal      frame: crc, body crc, length, place in group,
//!                                                          entry number, received at, body
//! ```
//!
//! **Durability.** [`append`](swarmpulse_store::Journal::append) buffers; `sync` writes the group and calls
//! `fdatasync` once. Readers see an entry only after that. A write that fails withdraws its group and truncates the
//! file to what was synced before. A failed `fdatasync` also abandons the file: the kernel may have dropped the pages
//! and report success next time, so nothing is written to it again and the next entry opens a new segment.
//!
//! **Torn tail or damage.** A crash during a sync may leave any part of the last group: some sectors written, others
//! not. Each frame says which place it has in its group, so that a valid frame tells which entries were durable before
//! its group was written. Where the chain breaks at entry B and a later frame's group begins after B, then B had been
//! synced: that is damage. What cannot be read is reported with its numbers, what follows stays readable, and the
//! segment is closed. Otherwise the break lies in the last group, which nobody was told is durable: that is a torn
//! tail and is cut off. Damage within the very last group cannot be told from a torn one; it is cut off and reported.
//!
//! **Checksums are salted** with a random number of the segment, so that a body that imitates frames (it comes from
//! outside) is never taken for some when the reader looks for the next valid one behind damage.
//!
//! **From beside.** [`open_reader`] reads a journal that another process writes, or that a crash left as it is. It takes
//! no lock and changes nothing.

mod catalog;
mod check;
mod compress;
mod directory;
mod disk;
mod entries;
mod error;
#[cfg(test)]
mod faults;
mod format;
mod frames;
mod housekeeper;
mod journal;
mod open_segment;
mod options;
mod reader;
mod recover;
mod recovery;
mod scan;
mod segment_file;
mod survey;
mod view;

pub use check::{JournalCheck, SegmentCheck, check_journal};
pub use housekeeper::{Compressed, Housekeeper};
pub use journal::SegmentJournal;
pub use options::Options;
pub use recovery::{Damage, Recovery, Truncation};
pub use view::open_reader;
