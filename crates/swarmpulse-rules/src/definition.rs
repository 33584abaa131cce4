//! Rules as their files define them, checked.

use serde::{Deserialize, Serialize};
use swarmpulse_model::Text;
use swarmpulse_model::series::Label;

/// A file of rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RuleFile {
    /// Its path as it was named; `shipped/NAME` of those in this program, `slo/NAME` of those made from an objective.
    pub name: String,
    /// Its groups.
    pub groups: Vec<RuleGroup>,
}

/// Rules that are evaluated one after the other, at one time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RuleGroup {
    /// Its name, unique within its file.
    pub name: String,
    /// Its file's name.
    pub file: String,
    /// Seconds between evaluations; the default interval without.
    pub interval_s: Option<f64>,
    /// Its expressions are evaluated as of so many seconds ago.
    pub query_offset_s: f64,
    /// A rule that gives more than so many alerts or series fails; 0: any number.
    pub limit: usize,
    /// Labels of everything that its rules give; a rule's own win.
    pub labels: Vec<Label>,
    /// Its rules, in order.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The line of its file at which it begins, from 1; 0 of rules that no file has.
    pub line: u64,
    /// Its expression in PromQL.
    pub expr: String,
    /// Labels of what it gives: values are templates in alerts.
    pub labels: Vec<Label>,
    /// What it is.
    pub kind: RuleKind,
}

/// What a rule gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// An alert for each series of the answer.
    Alert(AlertRule),
    /// The answer as series of another name.
    Record(RecordRule),
}

/// What is particular to a rule that alerts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertRule {
    /// The alerts' name.
    pub name: Text,
    /// Seconds for which it must have been true before it fires.
    pub for_s: f64,
    /// Seconds for which it goes on firing after it was last true.
    pub keep_firing_for_s: f64,
    /// What to show; values are templates.
    pub annotations: Vec<Label>,
    /// What its file has where the configuration says otherwise; `None` where it says nothing.
    #[serde(default)]
    pub overridden: Option<Overridden>,
}

/// What a rule's file has and does not hold, because the configuration says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overridden {
    /// The severity that the file gives, empty if none; `None` where the configuration says nothing of it.
    pub severity: Option<Text>,
    /// The `for` of the file, in seconds; `None` where the configuration says nothing of it.
    pub for_s: Option<f64>,
}

/// What is particular to a rule that records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordRule {
    /// The name of the series.
    pub name: Text,
}

impl Rule {
    /// The name of what it gives.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.kind {
            RuleKind::Alert(rule) => &rule.name,
            RuleKind::Record(rule) => &rule.name,
        }
    }
}
