//! Rules: files of them as Prometheus has them, what their expressions come to, and the states of their alerts.
//!
//! Nothing here evaluates PromQL or knows where samples are: whoever runs rules brings an [`Expressions`]. Time is an
//! argument.

mod definition;
mod expression;
mod file;
mod overrides;
mod shipped;
mod state;
mod status;
pub mod template;

pub use definition::{AlertRule, Overridden, RecordRule, Rule, RuleFile, RuleGroup, RuleKind};
pub use expression::{ExpressionError, Expressions, Query, QueryError, QuerySample};
pub use file::{Lint, RuleFault, RuleFileError};
pub use overrides::{Overrides, UnknownRule, alert_names};
pub use shipped::{COVERED, Cover, FED_LATER, SHIPPED, ShippedFile, shipped};
pub use state::{
    EvaluationOptions, GroupError, GroupOutcome, GroupState, RuleFailure, RuleOutcome, without_rule,
};
pub use status::{GroupStatus, RuleHealth, RuleStatus, RuleTiming};
