//! A file of unit tests, read strictly.

use std::path::Path;
use std::sync::Arc;

use swarmpulse_model::series::Label;
use swarmpulse_model::{Labels, Sample};
use swarmpulse_promql::promqltest::series;
use swarmpulse_rules::RuleFile;
use swarmpulse_runtime::{QueryLimits, StoreExpressions};
use swarmpulse_store::memory::MemoryMetrics;
use swarmpulse_yaml::{Faults, Fields, Node};

use crate::wiring::glob_files;

/// A file of tests with the rules that they are about.
pub(super) struct Suite {
    pub(super) rules: Vec<RuleFile>,
    pub(super) interval_s: f64,
    /// Names of groups in the order in which they are evaluated; empty: that of the files.
    pub(super) order: Vec<String>,
    pub(super) tests: Vec<Test>,
}

/// One test: series, and what must be true of them.
#[derive(Default)]
pub(super) struct Test {
    pub(super) name: String,
    pub(super) series: Vec<(Labels, Vec<Sample>)>,
    pub(super) external_labels: Vec<Label>,
    pub(super) external_url: String,
    pub(super) alerts: Vec<AlertCase>,
    pub(super) expressions: Vec<ExpressionCase>,
}

/// Alerts that must fire at a time: these and no others of that name.
pub(super) struct AlertCase {
    pub(super) at_s: f64,
    pub(super) name: String,
    /// Labels and annotations of each.
    pub(super) expected: Vec<(Vec<Label>, Vec<Label>)>,
}

/// What an expression must come to at a time.
pub(super) struct ExpressionCase {
    pub(super) at_s: f64,
    pub(super) expr: String,
    pub(super) expected: Vec<(Labels, f64)>,
}

/// Reads a file and the rule files that it names, which lie beside it.
///
/// # Errors
/// Everything that is wrong with it, or with the first of the rule files that is wrong.
pub(super) fn read(path: &Path, text: &str) -> anyhow::Result<Suite> {
    let shown = path.display();
    let node = swarmpulse_yaml::parse(text).map_err(|fault| anyhow::anyhow!("{shown}: {fault}"))?;
    let mut faults = Faults::default();
    let mut suite = Suite {
        rules: Vec::new(),
        interval_s: 60.0,
        order: Vec::new(),
        tests: Vec::new(),
    };
    let mut named = Vec::new();
    if let Some(mut fields) = Fields::of(&node, "a file of tests", &mut faults) {
        named = fields.texts("rule_files", &mut faults);
        if let Some(interval_s) = fields.duration_s("evaluation_interval", &mut faults) {
            suite.interval_s = interval_s.max(0.001);
        }
        let order = fields.texts("group_eval_order", &mut faults);
        suite.order = order.into_iter().map(|(name, _)| name.to_owned()).collect();
        fields.boolean("fuzzy_compare", &mut faults);
        for node in fields.list("tests", &mut faults) {
            suite.tests.extend(test(node, suite.interval_s, &mut faults));
        }
        fields.finish(&mut faults);
    }
    if let Err(faults) = faults.finish() {
        let lines = faults.iter().map(|fault| format!("{shown}: {fault}"));
        anyhow::bail!("{}", lines.collect::<Vec<_>>().join("\n"));
    }
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let expressions = StoreExpressions::new(Arc::new(MemoryMetrics::default()), QueryLimits::default());
    for (pattern, _) in named {
        for file in glob_files(&folder.join(pattern).to_string_lossy())? {
            let text = super::text_of(&file)?;
            let name = file.display().to_string();
            suite
                .rules
                .push(RuleFile::parse(&name, &text, Some(&expressions))?);
        }
    }
    Ok(suite)
}

fn test(node: &Node, interval_s: f64, faults: &mut Faults) -> Option<Test> {
    let mut fields = Fields::of(node, "a test", faults)?;
    let step_s = fields.duration_s("interval", faults).unwrap_or(interval_s);
    let mut test = Test {
        name: fields.text("name", faults).unwrap_or_default().to_owned(),
        external_labels: labels(&mut fields, "external_labels", faults),
        external_url: fields.text("external_url", faults).unwrap_or_default().to_owned(),
        ..Test::default()
    };
    for node in fields.list("input_series", faults) {
        let Some(mut line) = Fields::of(node, "a series", faults) else {
            continue;
        };
        let (name, values) = (line.required("series", faults), line.required("values", faults));
        if let (Some(name), Some(values)) = (name, values) {
            match series(&format!("{name} {values}"), (step_s * 1000.0) as i64) {
                Ok(read) => test.series.push(read),
                Err(error) => faults.error(node.at, error),
            }
        }
        line.finish(faults);
    }
    for node in fields.list("alert_rule_test", faults) {
        test.alerts.extend(alert_case(node, faults));
    }
    for node in fields.list("promql_expr_test", faults) {
        test.expressions.extend(expression_case(node, faults));
    }
    fields.finish(faults);
    Some(test)
}

fn alert_case(node: &Node, faults: &mut Faults) -> Option<AlertCase> {
    let mut fields = Fields::of(node, "a test of alerts", faults)?;
    let mut case = AlertCase {
        at_s: fields.duration_s("eval_time", faults).unwrap_or(0.0),
        name: fields
            .required("alertname", faults)
            .unwrap_or_default()
            .to_owned(),
        expected: Vec::new(),
    };
    for node in fields.list("exp_alerts", faults) {
        let Some(mut alert) = Fields::of(node, "an expected alert", faults) else {
            continue;
        };
        let mut wanted = labels(&mut alert, "exp_labels", faults);
        wanted.retain(|label| label.name != "alertname");
        wanted.push(Label {
            name: "alertname".into(),
            value: case.name.as_str().into(),
        });
        wanted.sort();
        case.expected
            .push((wanted, labels(&mut alert, "exp_annotations", faults)));
        alert.finish(faults);
    }
    fields.finish(faults);
    case.expected.sort();
    Some(case)
}

fn expression_case(node: &Node, faults: &mut Faults) -> Option<ExpressionCase> {
    let mut fields = Fields::of(node, "a test of an expression", faults)?;
    let mut case = ExpressionCase {
        at_s: fields.duration_s("eval_time", faults).unwrap_or(0.0),
        expr: fields.required("expr", faults).unwrap_or_default().to_owned(),
        expected: Vec::new(),
    };
    for node in fields.list("exp_samples", faults) {
        let Some(mut sample) = Fields::of(node, "an expected sample", faults) else {
            continue;
        };
        let name = sample.text("labels", faults).unwrap_or("{}");
        let value = sample.required("value", faults).unwrap_or_default();
        match (
            swarmpulse_promql::parse_labels(name),
            swarmpulse_promql::parse_number(value),
        ) {
            (Ok(labels), Some(value)) => case.expected.push((labels, value)),
            (Err(error), _) => faults.error(node.at, error.to_string()),
            (_, None) => faults.error(node.at, format!("value must be a number, not `{value}`")),
        }
        sample.finish(faults);
    }
    fields.finish(faults);
    Some(case)
}

fn labels(fields: &mut Fields<'_>, key: &'static str, faults: &mut Faults) -> Vec<Label> {
    let pairs = fields.text_map(key, faults).into_iter();
    let mut labels: Vec<Label> = pairs
        .map(|(name, value, _)| Label {
            name: name.into(),
            value: value.into(),
        })
        .collect();
    labels.sort();
    labels
}
