//! Buffers that requests use one after another, so that a body costs no memory that was not there before.

use parking_lot::Mutex;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_wire::remote_write::Decoder;

/// So many are kept for later requests.
const KEPT_MAX: usize = 16;
/// One that grew beyond this is not kept.
const KEPT_BYTES_MAX: usize = 16 << 20;

/// What decoding a body takes.
#[derive(Default)]
pub(super) struct Workbench {
    pub decoder: Decoder,
    pub batch: SampleBatch,
}

impl Workbench {
    fn bytes(&self) -> usize {
        let batch = &self.batch;
        self.decoder.kept_bytes()
            + batch.bytes.capacity()
            + batch.series.capacity() * 16
            + batch.samples.capacity() * 16
    }
}

/// Workbenches nobody uses just now.
#[derive(Default)]
pub(crate) struct Workbenches(Mutex<Vec<Workbench>>);

impl Workbenches {
    /// One to use; a new one if all are in use.
    pub(super) fn take(&self) -> Workbench {
        self.0.lock().pop().unwrap_or_default()
    }

    /// Gives one back.
    pub(super) fn give(&self, mut workbench: Workbench) {
        workbench.batch.metadata = Vec::new();
        if workbench.bytes() > KEPT_BYTES_MAX {
            return;
        }
        let mut kept = self.0.lock();
        if kept.len() < KEPT_MAX {
            kept.push(workbench);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_small_ones_are_kept() {
        let benches = Workbenches::default();
        let mut grown = benches.take();
        grown.batch.bytes.reserve(KEPT_BYTES_MAX + 1);
        benches.give(grown);
        assert_eq!(benches.0.lock().len(), 0);
        let taken: Vec<_> = (0..KEPT_MAX + 3).map(|_| benches.take()).collect();
        for bench in taken {
            benches.give(bench);
        }
        assert_eq!(benches.0.lock().len(), KEPT_MAX);
        let mut used = benches.take();
        used.batch.bytes.reserve(1000);
        benches.give(used);
        assert!(benches.take().batch.bytes.capacity() >= 1000);
    }
}
