//! Memory for request bodies: bounded for all requests together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::problem::ApiError;

/// So many bytes of request bodies may be held at once.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    free: Arc<AtomicUsize>,
    total: usize,
}

impl Budget {
    pub(crate) fn new(total: usize) -> Self {
        Self {
            free: Arc::new(AtomicUsize::new(total)),
            total,
        }
    }

    /// Bytes held now.
    pub(crate) fn held(&self) -> usize {
        self.total - self.free.load(Ordering::Relaxed)
    }

    /// A share of nothing yet.
    pub(crate) fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            bytes: 0,
        }
    }
}

/// A request's share of the budget; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    bytes: usize,
}

impl Share {
    /// Makes the share at least so large.
    ///
    /// # Errors
    /// If there is no room now; the share stays as it was.
    pub(crate) fn cover(&mut self, bytes: usize) -> Result<(), ApiError> {
        let Some(more) = bytes.checked_sub(self.bytes).filter(|more| *more > 0) else {
            return Ok(());
        };
        let taken = self
            .budget
            .free
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |free| free.checked_sub(more));
        if taken.is_err() {
            return Err(ApiError::too_many(
                1,
                "too many request bodies at once; nothing of this one was kept, send it again",
            ));
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.free.fetch_add(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_bounded_together_and_come_back() {
        let budget = Budget::new(100);
        let (mut one, mut other) = (budget.share(), budget.share());
        one.cover(60).unwrap();
        one.cover(30).unwrap();
        assert_eq!(budget.held(), 60, "a share never shrinks while it is in use");
        assert_eq!(other.cover(41).unwrap_err().status, 429);
        assert_eq!(budget.held(), 60);
        other.cover(40).unwrap();
        drop(one);
        assert_eq!(budget.held(), 40);
        other.cover(100).unwrap();
        drop(other);
        assert_eq!(budget.held(), 0);
    }
}
