//! Cascades: failures that feed themselves along the graph of dependencies, and types of work that fail everywhere at once.

mod agents;
mod assessment;
mod common_cause;
mod description;
mod drawing;
mod engine;
mod evidence;
mod forecast;
mod judgement;
mod links;
mod names;
mod outcome;
mod pulse;
mod ratio;
mod spread;
mod telling;
mod usual;
mod watch;

pub use assessment::{Affected, Assessment, Cut, Origin, Risk, Threatened};
pub(crate) use description::DESCRIPTION;
pub use engine::{AGENTS_MAX, CascadeEngine, Dropped, SERVICES_MAX, TYPES_MAX};
pub(crate) use watch::CascadeWatch;
