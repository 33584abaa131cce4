//! One request's worth of lines.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::channel::sentry::limits::Category;

/// One request's worth of lines.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Parcel {
    /// What the body is before compression.
    pub(super) content_type: &'static str,
    /// The body, compressed by gzip.
    pub(super) body: Vec<u8>,
    /// How many lines it tells of.
    pub(super) lines: usize,
    /// What Sentry limits it as.
    pub(super) category: Category,
}

impl Parcel {
    /// Compresses a body.
    pub(super) fn new(content_type: &'static str, body: &[u8], lines: usize, category: Category) -> Self {
        let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
        // Writing to a vector does not fail.
        let _ = encoder.write_all(body);
        Self {
            content_type,
            body: encoder.finish().unwrap_or_default(),
            lines,
            category,
        }
    }
}
