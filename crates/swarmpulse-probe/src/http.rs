//! Probes of HTTP endpoints: one request, bounded in time and size, and whether its answer is as it should be.
//!
//! A failure is one of five kinds: `timeout`, `connect`, `tls`, `status`, `body`. Redirects are followed up to five times, to the same
//! host alone and never from HTTPS to HTTP; any other redirect is the answer itself. When to look, how long it took and
//! what it means is the caller's business.

mod address;
mod certificate;
mod check;
mod failure;
mod probe;
mod status;
mod trust;

pub use address::{EndpointAddress, EndpointAddressError};
pub use check::{BodyCheck, HttpCheck, HttpMethod, PatternError};
pub use failure::{FailureKind, HttpFailure};
pub use probe::{HttpAnswer, HttpProbe, HttpProbeError};
pub use status::{StatusCodes, StatusCodesError};
pub use trust::{Trust, TrustError};
