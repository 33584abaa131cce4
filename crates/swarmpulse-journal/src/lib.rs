//! Append-only segment files with group fsync, torn-tail truncation, compression and retirement
