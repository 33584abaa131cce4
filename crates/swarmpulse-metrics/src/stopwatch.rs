//! How long the disk takes: shown to people, decides nothing.

use std::time::Instant;

/// Started now.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    #[expect(
        clippy::disallowed_methods,
        reason = "measures how long disks take for the store's own figures; no logic depends on it"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Microseconds since.
    pub(crate) fn microseconds(&self) -> u64 {
        self.0.elapsed().as_micros() as u64
    }
}
