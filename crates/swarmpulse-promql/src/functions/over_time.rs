//! Functions of the windows of a range that sum them up: `..._over_time`.

mod exact;
mod extremes;
mod kinds;
mod places;
mod quantiles;
mod sums;
mod variance;

pub(super) use extremes::FUNCTIONS as EXTREMES;
pub(super) use places::FUNCTIONS as PLACES;
pub(super) use quantiles::FUNCTIONS as QUANTILES;
pub(super) use sums::FUNCTIONS as SUMS;
pub(super) use variance::FUNCTIONS as VARIANCE;
