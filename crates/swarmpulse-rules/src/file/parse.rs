//! From text to rules, with every fault of it.

use std::collections::BTreeSet;

use swarmpulse_model::series::{Label, METRIC_NAME};
use swarmpulse_yaml::{Fault, Faults, Fields, Node, Place};

use super::error::{RuleFault, RuleFileError};
use crate::definition::{AlertRule, RecordRule, Rule, RuleFile, RuleGroup, RuleKind};
use crate::expression::Expressions;
use crate::template::Template;

pub(super) fn parse(
    name: &str,
    text: &str,
    expressions: Option<&dyn Expressions>,
) -> Result<RuleFile, RuleFileError> {
    let mut reader = Reader {
        file: name,
        expressions,
        faults: Vec::new(),
    };
    let groups = match swarmpulse_yaml::parse(text) {
        Ok(node) => reader.file(&node),
        Err(fault) => {
            reader.keep(None, None, vec![fault]);
            Vec::new()
        }
    };
    if reader.faults.is_empty() {
        return Ok(RuleFile {
            name: name.to_owned(),
            groups,
        });
    }
    reader
        .faults
        .sort_by_key(|fault| (fault.line == 0, fault.line, fault.column));
    Err(RuleFileError {
        file: name.to_owned(),
        faults: reader.faults,
    })
}

/// Most faults that are kept of one file.
const FAULTS_MAX: usize = 200;

struct Reader<'a> {
    file: &'a str,
    expressions: Option<&'a dyn Expressions>,
    faults: Vec<RuleFault>,
}

impl Reader<'_> {
    fn keep(&mut self, group: Option<&str>, rule: Option<(usize, &str)>, faults: Vec<Fault>) {
        let room = FAULTS_MAX.saturating_sub(self.faults.len());
        self.faults
            .extend(faults.into_iter().take(room).map(|fault| RuleFault {
                line: fault.line,
                column: fault.column,
                group: group.map(str::to_owned),
                rule: rule.map(|(place, name)| (place, name.to_owned())),
                message: fault.message,
            }));
    }

    fn take(&mut self, group: Option<&str>, rule: Option<(usize, &str)>, faults: Faults) {
        if let Err(faults) = faults.finish() {
            self.keep(group, rule, faults);
        }
    }

    fn file(&mut self, node: &Node) -> Vec<RuleGroup> {
        let mut faults = Faults::default();
        let mut nodes: &[Node] = &[];
        if let Some(mut fields) = Fields::of(node, "a rule file", &mut faults) {
            nodes = fields.list("groups", &mut faults);
            fields.finish(&mut faults);
        }
        self.take(None, None, faults);
        let mut names = BTreeSet::new();
        nodes
            .iter()
            .filter_map(|node| self.group(node, &mut names))
            .collect()
    }

    fn group(&mut self, node: &Node, names: &mut BTreeSet<String>) -> Option<RuleGroup> {
        let mut faults = Faults::default();
        let Some(mut fields) = Fields::of(node, "a group", &mut faults) else {
            self.take(None, None, faults);
            return None;
        };
        let name = fields.text("name", &mut faults).unwrap_or_default().to_owned();
        if name.is_empty() {
            faults.error(node.at, "a group needs a name: write `name:`");
        } else if !names.insert(name.clone()) {
            let at = fields.place("name");
            faults.error(
                at,
                format!("the name {name:?} is that of another group of this file"),
            );
        }
        let interval_s = fields
            .duration_s("interval", &mut faults)
            .filter(|interval_s| *interval_s > 0.0);
        let query_offset_s = fields.duration_s("query_offset", &mut faults).unwrap_or(0.0);
        let limit = limit(&mut fields, &mut faults);
        let labels = labels(&mut fields, "labels", &mut faults);
        let nodes = fields.list("rules", &mut faults);
        fields.finish(&mut faults);
        self.take(Some(&name), None, faults);
        let group_labels = owned(&labels);
        let rules: Vec<Rule> = nodes
            .iter()
            .enumerate()
            .filter_map(|(place, node)| self.rule(&name, place + 1, node))
            .collect();
        self.check_group_templates(&name, &labels, &rules);
        Some(RuleGroup {
            name,
            file: self.file.to_owned(),
            interval_s,
            query_offset_s,
            limit,
            labels: group_labels,
            rules,
        })
    }

    /// A group's labels are templates of each of its alerts.
    fn check_group_templates(&mut self, group: &str, labels: &[(&str, &str, Place)], rules: &[Rule]) {
        let alert = rules.iter().find(|rule| matches!(rule.kind, RuleKind::Alert(_)));
        let mut faults = Faults::default();
        if let Some(alert) = alert {
            check_templates(alert.name(), "label", labels, &mut faults);
        }
        self.take(Some(group), None, faults);
    }

    fn rule(&mut self, group: &str, place: usize, node: &Node) -> Option<Rule> {
        let mut faults = Faults::default();
        let Some(mut fields) = Fields::of(node, "a rule", &mut faults) else {
            self.take(Some(group), Some((place, "")), faults);
            return None;
        };
        let alert = fields.text("alert", &mut faults).unwrap_or_default().to_owned();
        let record = fields.text("record", &mut faults).unwrap_or_default().to_owned();
        let name = if alert.is_empty() {
            record.as_str()
        } else {
            alert.as_str()
        };
        match (alert.is_empty(), record.is_empty()) {
            (false, false) => faults.error(
                fields.place("record"),
                "only one of `alert` and `record` can be set: make two rules of it",
            ),
            (true, true) => faults.error(node.at, "one of `alert` and `record` must be set"),
            _ => {}
        }
        let expr = self.expr(&mut fields, &mut faults);
        let for_s = fields.duration_s("for", &mut faults).unwrap_or(0.0);
        let keep_firing_for_s = fields.duration_s("keep_firing_for", &mut faults).unwrap_or(0.0);
        let labels = labels(&mut fields, "labels", &mut faults);
        let annotations = fields.text_map("annotations", &mut faults);
        if alert.is_empty() && !record.is_empty() {
            check_record(&record, &fields, &mut faults);
            for (key, set) in [
                ("for", for_s != 0.0),
                ("keep_firing_for", keep_firing_for_s != 0.0),
                ("annotations", !annotations.is_empty()),
            ] {
                if set {
                    let message = format!("`{key}` means nothing in a rule that records: take it away");
                    faults.error(fields.place(key), message);
                }
            }
        } else {
            check_templates(&alert, "label", &labels, &mut faults);
            check_templates(&alert, "annotation", &annotations, &mut faults);
        }
        fields.finish(&mut faults);
        let rule = Rule {
            line: node.at.line,
            expr,
            labels: owned(&labels),
            kind: if record.is_empty() {
                RuleKind::Alert(AlertRule {
                    name: alert.as_str().into(),
                    for_s,
                    keep_firing_for_s,
                    annotations: owned(&annotations),
                    overridden: None,
                })
            } else {
                RuleKind::Record(RecordRule {
                    name: record.as_str().into(),
                })
            },
        };
        self.take(Some(group), Some((place, name)), faults);
        Some(rule)
    }

    fn expr(&self, fields: &mut Fields<'_>, faults: &mut Faults) -> String {
        let before = faults.is_clean();
        let text = fields.text("expr", faults).unwrap_or_default();
        let at = fields.filled("expr").map_or(fields.place("expr"), |node| node.at);
        if text.trim().is_empty() {
            if before == faults.is_clean() {
                faults.error(at, "`expr` must be set");
            }
        } else if let Some(expressions) = self.expressions
            && let Err(error) = expressions.prepare(text)
        {
            faults.error(at, format!("`expr` is no expression: {error}"));
        }
        text.to_owned()
    }
}

/// A whole number; one below zero is none, as in Prometheus.
fn limit(fields: &mut Fields<'_>, faults: &mut Faults) -> usize {
    let Some(node) = fields.filled("limit") else {
        return 0;
    };
    let Some(text) = node.text("limit", faults) else {
        return 0;
    };
    match text.parse::<i64>() {
        Ok(limit) => usize::try_from(limit).unwrap_or(0),
        Err(_) => {
            faults.error(node.at, format!("limit must be a whole number, not `{text}`"));
            0
        }
    }
}

fn labels<'a>(
    fields: &mut Fields<'a>,
    key: &'static str,
    faults: &mut Faults,
) -> Vec<(&'a str, &'a str, Place)> {
    let labels = fields.text_map(key, faults);
    for (name, _, at) in &labels {
        if *name == METRIC_NAME {
            faults.error(
                *at,
                format!("{name:?} cannot be a label here: the rule's name stands there"),
            );
        }
    }
    labels
}

fn owned(labels: &[(&str, &str, Place)]) -> Vec<Label> {
    labels
        .iter()
        .map(|(name, value, _)| Label {
            name: (*name).into(),
            value: (*value).into(),
        })
        .collect()
}

fn check_record(name: &str, fields: &Fields<'_>, faults: &mut Faults) {
    if name.contains(['{', '}']) {
        let message = format!("{name:?} has braces: a name is wanted, an expression goes to `expr`");
        faults.error(fields.place("record"), message);
    }
}

fn check_templates(alert: &str, what: &str, list: &[(&str, &str, Place)], faults: &mut Faults) {
    for (name, value, at) in list {
        if let Err(error) = Template::parse_alert(alert, value) {
            faults.error(*at, format!("{what} {name:?}: {error}"));
        }
    }
}
