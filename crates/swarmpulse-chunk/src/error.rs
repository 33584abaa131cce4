//! Why bytes are not a chunk.

/// Why bytes are not a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// The bytes end too early.
    #[error("chunk ends within its {part}")]
    Truncated {
        /// What should have been there.
        part: &'static str,
    },
    /// Written by a later release, or no chunk at all.
    #[error("chunk of the unknown format {format:#04x}")]
    UnknownFormat {
        /// The first byte.
        format: u8,
    },
    /// A field holds what no encoder writes.
    #[error("chunk's {part} is not valid")]
    Invalid {
        /// The field.
        part: &'static str,
    },
    /// More samples than a chunk may have.
    #[error("chunk of {count} samples, more than the limit of {limit}")]
    TooMany {
        /// How many.
        count: usize,
        /// At most so many.
        limit: usize,
    },
    /// Nothing to encode.
    #[error("chunk without samples")]
    Empty,
    /// Times and values that do not belong together.
    #[error("{times} times but {values} values")]
    Uneven {
        /// How many times.
        times: usize,
        /// How many values.
        values: usize,
    },
}

impl ChunkError {
    pub(crate) const fn truncated(part: &'static str) -> Self {
        Self::Truncated { part }
    }

    pub(crate) const fn invalid(part: &'static str) -> Self {
        Self::Invalid { part }
    }
}
