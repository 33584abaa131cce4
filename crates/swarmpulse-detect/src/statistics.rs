//! Statistics that several detectors share, one noun a file.

mod binomial;
pub(crate) mod minute_trend;
pub(crate) mod multiple_testing;
pub(crate) mod poisson_trend;
pub(crate) mod rates;
pub(crate) mod survival;

pub(crate) use binomial::binomial_tail;
