//! What is loaded at the start and at every reload: rules, routes and receivers. Where from, somebody else knows.

use std::fmt;
use std::sync::Arc;

use swarmpulse_alert::Routing;
use swarmpulse_model::series::Label;
use swarmpulse_rules::RuleFile;

use super::expressions::QueryLimits;
use crate::notifying::LoadedReceiver;

/// Everything that can be loaded anew while the monitor runs.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Rules, also those that objectives were made into. A file's name is its own.
    pub rules: Vec<RuleFile>,
    /// Which alerts go to whom.
    pub routing: Arc<Routing>,
    /// The text that the routes are from, without secrets.
    pub routing_text: String,
    /// After how long alerts that others send without an end are over, in seconds; five minutes if nothing is said.
    pub resolve_timeout_s: Option<f64>,
    /// Whom alerts go to.
    pub receivers: Vec<LoadedReceiver>,
    /// What was accepted with a remark.
    pub warnings: Vec<String>,
    /// Seconds between evaluations of a group that does not say; without it [`RulesOptions::default_interval_s`].
    pub default_interval_s: Option<f64>,
}

/// Why nothing was loaded: every fault with its file and line, one a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(pub String);

/// Loads everything anew, from wherever it is. Blocks.
pub type Load = Arc<dyn Fn() -> Result<Loaded, LoadError> + Send + Sync>;

/// How rules are evaluated, and where they come from.
#[derive(Clone)]
pub struct RulesOptions {
    /// Loads rules, routes and receivers.
    pub load: Load,
    /// Seconds between evaluations of a group that does not say.
    pub default_interval_s: f64,
    /// Where this monitor is reached, for links; without a slash at its end.
    pub external_url: String,
    /// Labels of this monitor among others: `$externalLabels` of templates.
    pub external_labels: Vec<Label>,
    /// Within which bounds expressions are evaluated.
    pub limits: QueryLimits,
}

impl Default for RulesOptions {
    /// No rules and no receivers.
    fn default() -> Self {
        Self {
            load: Arc::new(|| Ok(Loaded::default())),
            default_interval_s: 15.0,
            external_url: "http://127.0.0.1:9870".to_owned(),
            external_labels: Vec::new(),
            limits: QueryLimits::default(),
        }
    }
}

impl fmt::Debug for RulesOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RulesOptions")
            .field("default_interval_s", &self.default_interval_s)
            .field("external_url", &self.external_url)
            .field("external_labels", &self.external_labels)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What a reload came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReloadReport {
    /// Files of rules.
    pub files: usize,
    /// Groups of rules.
    pub groups: usize,
    /// Rules.
    pub rules: usize,
    /// Receivers.
    pub receivers: usize,
    /// What was accepted with a remark.
    pub warnings: Vec<String>,
}

/// Why a reload changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReloadError {
    /// What was to be loaded is wrong; what was loaded before stands.
    #[error("{0}")]
    Refused(String),
    /// The monitor is ending.
    #[error("the server is shutting down")]
    Stopping,
}
