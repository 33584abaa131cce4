//! Shipping our own log: lines of the log, and what tells of agents' failures, go to Sentry, Datadog or New Relic.
//!
//! A [`ShipTap`] draws lines off the log into [`ShipQueue`]s, and takes those of effects ([`LogLine::of_effect`]); a [`Shipper`] brings those of one queue to its provider. Queues
//! are bounded and drop their oldest lines, counted; secrets are taken out before anything leaves; what is logged while
//! shipping is never shipped.

mod datadog;
mod effect;
mod intake;
mod line;
mod newrelic;
mod origin;
mod parcel;
mod queue;
mod sentry;
mod settings;
mod shipper;
mod tap;

pub use crate::channel::datadog::site::SiteError;
pub use crate::channel::newrelic::region::RegionError;
pub use crate::channel::sentry::dsn::DsnError;
pub use intake::ShipError;
pub use line::{FieldValue, LogLevel, LogLine};
pub use queue::{Destination, ShipCounts, ShipQueue};
pub use settings::{ShipProvider, ShipSettings};
pub use shipper::Shipper;
pub use tap::{Clock, ShipLayer, ShipTap};
