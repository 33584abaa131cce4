//! In-memory versions of the traits, for tests and for running without a disk.
