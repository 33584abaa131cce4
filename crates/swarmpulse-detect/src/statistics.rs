//! Statistics that several detectors share, one noun a file.

mod binomial;

pub(crate) use binomial::binomial_tail;
