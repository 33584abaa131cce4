//! Rules at work: beside the fleet's owner, over the metric store.

mod board;
mod evaluators;
mod expressions;
mod groups;
mod loaded;
mod reload;
mod ruler;
mod running;
mod untold;

pub use board::{GroupFigures, RulesBoard};
pub(crate) use evaluators::Evaluator;
pub use expressions::{QueryLimits, StoreExpressions};
pub(crate) use groups::prepare;
pub use loaded::{Load, LoadError, Loaded, ReloadError, ReloadReport, RulesOptions};
pub(crate) use reload::Reloader;
pub(crate) use ruler::{EVALUATED_AT, Exchange, First, Ruler};
pub(crate) use running::Links;
