//! Statistics that several detectors share, one noun a file.

mod binomial;
pub(crate) mod coloured_noise;
pub(crate) mod mann_kendall;
pub(crate) mod minute_trend;
pub(crate) mod multiple_testing;
pub(crate) mod poisson_trend;
pub(crate) mod rates;
pub(crate) mod survival;
pub(crate) mod theil_sen;

pub(crate) use binomial::binomial_tail;
