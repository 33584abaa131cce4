//! Rules: what is evaluated, when, and what it comes to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/rules`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rules {
    /// Groups, in the order of their files.
    pub groups: Vec<RuleGroup>,
    /// When they were read; null as long as none were.
    pub loaded_at: Option<String>,
    /// Why those that were read last are not in force: then the ones before still are.
    pub error: Option<String>,
    /// Recording rules made from objectives that are left out, as nobody wrote them: `all=true`, or asking for a name, group,
    /// file or kind, shows them. Those that fail are always there.
    #[serde(default)]
    pub hidden: usize,
}

impl Rules {
    /// Leaves out, and counts, the recording rules that are made from objectives and do not fail.
    pub fn hide_generated(&mut self) {
        for group in &mut self.groups {
            let before = group.rules.len();
            let is_made = group.source == "objective";
            group
                .rules
                .retain(|rule| !is_made || rule.kind != "recording" || rule.health == "err");
            self.hidden += before - group.rules.len();
        }
        self.groups
            .retain(|group| group.source != "objective" || !group.rules.is_empty());
    }
}

/// Rules that are evaluated one after the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleGroup {
    /// Its name.
    pub name: String,
    /// Its file; `shipped/..` of those in the program, `slo/..` of those made from an objective.
    pub file: String,
    /// shipped, objective or file.
    pub source: String,
    /// Seconds between evaluations.
    pub interval_s: f64,
    /// When it was evaluated last.
    pub evaluated_at: Option<String>,
    /// How long that took, in seconds.
    pub took_s: f64,
    /// Evaluations left out because the one before took too long.
    pub missed: u64,
    /// Its rules, in order.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    /// The name of the alert or of the series.
    pub name: String,
    /// alerting or recording.
    pub kind: String,
    /// The line of its file; null of rules that no file has.
    pub line: Option<u64>,
    /// Its expression.
    pub query: String,
    /// Seconds for which it must have been true before it fires.
    pub for_s: f64,
    /// Seconds for which it goes on firing after it was last true.
    pub keep_firing_for_s: f64,
    /// Labels of what it gives.
    pub labels: BTreeMap<String, String>,
    /// What its alerts show.
    pub annotations: BTreeMap<String, String>,
    /// ok, err, or unknown before the first evaluation.
    pub health: String,
    /// Why it could not be evaluated.
    pub error: Option<String>,
    /// inactive, pending or firing; of a recording rule null.
    pub state: Option<String>,
    /// Its expression found nothing at all to look at: no alert, and no all-clear either.
    pub no_data: bool,
    /// Alerts that are pending.
    pub pending: u64,
    /// Alerts that fire.
    pub firing: u64,
    /// When it was evaluated last.
    #[serde(default)]
    pub evaluated_at: Option<String>,
    /// How long it took, in seconds.
    pub took_s: f64,
    /// What its file has where the configuration says otherwise; null where it says nothing.
    #[serde(default)]
    pub overridden: Option<RuleOverridden>,
}

/// What a rule's file has and does not hold, because the configuration says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleOverridden {
    /// The severity that the file gives, empty if none; null where the configuration says nothing of it.
    pub severity: Option<String>,
    /// The `for` of the file, in seconds; null where the configuration says nothing of it.
    pub for_s: Option<f64>,
}
