//! What every [`MetricStore`] does, whatever it keeps samples in.

#![expect(
    clippy::unwrap_used,
    reason = "a contract suite is test code: what fails is to stop it"
)]

mod append;
mod look;
mod read;
mod refuse;
mod tools;

use crate::metrics::{MetricLimits, MetricStore};

/// Makes an empty store with these limits.
pub type Make<'a> = &'a dyn Fn(&MetricLimits) -> Box<dyn MetricStore>;

/// One promise, and how it is checked.
type Check = (&'static str, fn(Make<'_>));

/// Every promise.
const CHECKS: &[&[Check]] = &[append::CHECKS, read::CHECKS, look::CHECKS, refuse::CHECKS];

/// Checks every promise, each on stores of its own. `make` gives a new, empty store each time.
///
/// The checks call `maintain` between their steps: a store may use that to close and open again, to write files, or to do
/// nothing; what it answers must be the same.
///
/// # Panics
/// If a promise is broken.
pub fn all(make: Make<'_>) {
    for (name, check) in CHECKS.iter().copied().flatten() {
        let kept = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(make)));
        if let Err(broken) = kept {
            let text = broken
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| broken.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            // The names of promises are sentences; the panic's own text says where.
            assert!(text.is_none(), "broken: {name}: {}", text.unwrap_or_default());
            std::panic::resume_unwind(broken);
        }
    }
}
