//! What is to be run and who is to be told, from the text of files.

use std::sync::Arc;

use swarmpulse_alert::{Receiver, ReceiverChannel, Routing};
use swarmpulse_api::BacktestFile;
use swarmpulse_notify::settings::outline;
use swarmpulse_promql::parse;
use swarmpulse_rules::{ExpressionError, Expressions, Query, QueryError, QuerySample, RuleFile};

/// Files of rules and of objectives as rules. Every fault of every file is told at once, with line and column.
///
/// # Errors
/// If anything is wrong with any of them.
pub fn rule_files(rules: &[BacktestFile], objectives: &[BacktestFile]) -> Result<Vec<RuleFile>, Vec<String>> {
    let mut files = Vec::new();
    let mut faults = Vec::new();
    for file in rules {
        match RuleFile::parse(&file.name, &file.text, Some(&Checked)) {
            Ok(parsed) => files.push(parsed),
            Err(error) => faults.push(error.to_string()),
        }
    }
    for file in objectives {
        match swarmpulse_slo::parse(&file.name, &file.text) {
            Ok(parsed) => files.extend(parsed.iter().map(swarmpulse_slo::Objective::rules)),
            Err(errors) => faults.extend(errors.iter().map(ToString::to_string)),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}

/// Routes and receivers of a file in Alertmanager's format, whose secrets may be masked.
///
/// # Errors
/// Everything that is wrong with its routes, with line and column.
pub fn routing(name: &str, text: &str) -> Result<(Arc<Routing>, Vec<Receiver>), Vec<String>> {
    let file = Routing::parse(text, &|zone| jiff::tz::TimeZone::get(zone).ok()).map_err(|faults| {
        let told = |fault: &swarmpulse_alert::ConfigError| {
            format!("{name}:{}:{}: {}", fault.line, fault.column, fault.message)
        };
        faults.iter().map(told).collect::<Vec<_>>()
    })?;
    let receivers = outline(text).into_iter().map(|receiver| Receiver {
        name: receiver.name,
        channels: receiver
            .channels
            .into_iter()
            .map(|channel| ReceiverChannel {
                name: channel.name,
                send_resolved: channel.send_resolved,
            })
            .collect(),
    });
    Ok((Arc::new(file.routing), receivers.collect()))
}

/// Checks expressions without evaluating any.
struct Checked;

impl Expressions for Checked {
    fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError> {
        parse(text).map_err(|error| ExpressionError {
            offset: Some(error.span.start),
            message: error.to_string(),
        })?;
        Ok(Box::new(Self))
    }
}

impl Query for Checked {
    fn at(&self, _: swarmpulse_model::Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        Err(QueryError("is checked only".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> BacktestFile {
        BacktestFile {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn every_fault_of_every_file_is_told() {
        let good = file(
            "good.yaml",
            "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n",
        );
        let files = rule_files(std::slice::from_ref(&good), &[]).expect("good");
        assert_eq!(files[0].groups[0].rules[0].name(), "A");
        let bad = file(
            "bad.yaml",
            "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(\n",
        );
        let worse = file("worse.yaml", "slos: 3\n");
        let faults = rule_files(&[good, bad], &[worse]).expect_err("two files are wrong");
        let all = faults.join("\n");
        assert!(all.contains("bad.yaml:5"), "{all}");
        assert!(all.contains("worse.yaml"), "{all}");
    }

    #[test]
    fn routes_are_read_with_their_channels_and_without_secrets() {
        let text =
            "route: {receiver: team}\nreceivers:\n- name: team\n  slack_configs: [{api_url: <secret>}]\n";
        let (read, receivers) = routing("alerts.yaml", text).expect("routes");
        assert_eq!(read.routes()[0].receiver, "team");
        assert_eq!(receivers[0].channels[0].name, "slack/0");
        assert!(!receivers[0].channels[0].send_resolved, "as Alertmanager has it");
        let faults =
            routing("alerts.yaml", "route: {receiver: nobody}\nreceivers: []\n").expect_err("nobody");
        assert!(faults[0].starts_with("alerts.yaml:1:"), "{faults:?}");
    }
}
