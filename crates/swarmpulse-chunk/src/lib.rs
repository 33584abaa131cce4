//! Chunks of samples as bytes: the hot integer codec, the cold one, and nothing about files.
//!
//! Times that are equally far from each other cost nothing; others are predicted and packed. Values become integers where
//! a power of ten allows it to the bit, are divided by what they have in common, predicted, and packed in blocks of 64 with
//! a width of their own. Every bit pattern comes back as it was. Reading checks every bound: damaged bytes are an error,
//! never a panic, and never more memory than [`CHUNK_SAMPLES_MAX`] samples.

mod bits;
mod block;
mod chunk;
mod cold;
mod column;
mod cursor;
mod decimal;
mod encoder;
mod error;
mod fuzzing;
mod values;

pub use chunk::{CHUNK_SAMPLES_MAX, Chunk};
pub use encoder::{Effort, Encoder, decode_values};
pub use error::ChunkError;
pub use fuzzing::{fuzz_chunk, fuzz_cold_column};
