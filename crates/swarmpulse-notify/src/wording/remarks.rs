//! What went otherwise than the settings say, while a notification was put into words.

use parking_lot::Mutex;

/// Remarks kept at most.
const REMARKS_MAX: usize = 8;

/// What went otherwise than the settings say: each remark once.
#[derive(Debug, Default)]
pub struct Remarks(Mutex<Vec<String>>);

impl Remarks {
    /// Adds one.
    pub fn note(&self, remark: impl Into<String>) {
        let (remark, mut remarks) = (remark.into(), self.0.lock());
        if remarks.len() < REMARKS_MAX && !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }

    /// All of them so far, in one line; `None` if there is none.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        let remarks = self.0.lock();
        (!remarks.is_empty()).then(|| remarks.join("; "))
    }
}
