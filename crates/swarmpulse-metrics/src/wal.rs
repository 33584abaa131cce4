//! What makes samples in memory crash-safe: entries of the journal, written by one thread in groups.

pub(crate) mod entry;
pub(crate) mod varint;
mod writer;

pub use entry::fuzz_entry;
pub(crate) use writer::{Writer, told};
