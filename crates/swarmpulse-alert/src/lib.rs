//! Alerts on their way from what is true to who is told: causes, silences, acknowledgements, routing, grouping.
//!
//! The desk is a state machine beside the fleet's. Effects are applied to it in the journal's order; what it decides
//! (an alert's next state, a notification) are records that come back as effects, so that a replay decides nothing anew.
//! No clock, no I/O: time is an argument, sending is somebody else's.

mod desk;
mod drops;
mod identity;
mod matcher;
mod nature;
mod options;
mod place;
mod receiver;
pub mod routing;
mod surroundings;
mod view;

pub use desk::{Desk, KEPT_VERSION, Posted};
pub use drops::Drops;
pub use identity::alert_id;
pub use matcher::{MATCHER_BYTES_MAX, MATCHERS_MAX, MatcherError, Matchers};
pub use options::{CauseOptions, DeskLimits, DeskOptions, FlappingOptions};
pub use place::Place;
pub use receiver::{Receiver, ReceiverChannel};
pub use routing::{ConfigError, GroupBy, InhibitRule, Route, Routing, RoutingFile};
pub use surroundings::{Presence, Surroundings, Witness};
pub use view::{AlertView, GroupView, SilenceState, SilenceView};
