//! Objectives: what was promised of a service, how much of the error budget is left, and how fast it burns.
//!
//! A file says what is promised, in OpenSLO or in a form of our own ([`parse`]). Of each [`Objective`] rules are made
//! that record its figures and alert when its budget burns too fast ([`Objective::rules`]), and one is told how it
//! stands from the series themselves ([`statuses`]). Nothing here evaluates PromQL or knows where samples are: whoever asks
//! brings a [`SloQueries`]. Time is an argument.

mod alerting;
mod burn;
mod combine;
mod duration;
mod error;
mod expression;
mod fields;
mod indicator;
mod made;
mod measure;
mod name;
mod namespaces;
mod objective;
mod openslo;
mod parse;
mod period;
mod placeholder;
mod quantity;
mod sentence;
mod shipped;
mod short;
mod status;
mod unit;
mod watch;

pub use alerting::{Alerting, BurnAlert, BurnCondition, BurnSeverity, BurnWindow};
pub use burn::{burn_alerts, burn_windows};
pub use combine::{combined, without};
pub use duration::{format_duration, parse_duration};
pub use error::SloError;
pub use indicator::{Bound, Budgeting, Comparison, Counting, Indicator};
pub use measure::{SloQueries, status, statuses};
pub use namespaces::{ALL_NAMESPACES, Namespaces};
pub use objective::Objective;
pub use parse::parse;
pub use period::{CalendarUnit, Period, PeriodError, Span};
pub use shipped::{shipped, shipped_files};
pub use status::{BurnRates, ErrorBudget, Forecast, SloState, SloStatus};
pub use unit::Unit;
pub use watch::Watch;
