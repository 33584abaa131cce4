//! `swarmpulse rules list`: the rules in force, from the server where there is one.

use std::time::Duration;

use anstyle::AnsiColor;
use swarmpulse_api::{Rule, RuleGroup, RuleOverridden, Rules};
use swarmpulse_rules::{RuleFile, RuleKind};
use unicode_width::UnicodeWidthStr as _;

use super::ListArgs;
use crate::config::{self, Environment};
use crate::exit::Outcome;
use crate::output::{bold, colour, dim, styled};
use crate::pulse::{cut, screen_width};
use crate::{output, wiring};

/// Longer nobody waits for a list.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
const HEAD: [&str; 5] = ["STATE", "NAME", "SEVERITY", "FOR", "FROM"];

/// Prints the list.
///
/// # Errors
/// If the configuration names rules that are wrong, or the server refuses.
pub(super) fn run(args: &ListArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let mut rules = rules(args, environment, args.all)?;
    if !args.all && rules.hidden == 0 {
        // From the configuration, or a server that shows all.
        rules.hide_generated();
    }
    if args.json {
        output::json(&serde_json::to_value(&rules)?)?;
        return Ok(Outcome::Done);
    }
    for line in render(&rules, screen_width()) {
        output::line(&line)?;
    }
    if let Some(error) = &rules.error {
        output::note(&format!(
            "swarmpulse: what was read last is not in force: {error}"
        ));
    }
    Ok(Outcome::Done)
}

/// The rules in force: from the server, all or without those that nobody wrote, else from the configuration, all.
///
/// # Errors
/// As [`run`].
pub(super) fn rules(args: &ListArgs, environment: &Environment, all: bool) -> anyhow::Result<Rules> {
    if !args.offline {
        let client = args.server.client(environment, ANSWER_LIMIT)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let answer = runtime.block_on(client.rules(all));
        runtime.shutdown_background();
        match answer {
            Ok(rules) => return Ok(rules),
            Err(swarmpulse_client::ClientError::Unreachable { .. }) => {
                output::note(
                    "swarmpulse: no server answers; these are the rules that the configuration names",
                );
            }
            Err(error) => return Err(error.into()),
        }
    }
    let config = config::load(args.config.as_deref(), environment, Vec::new())?.config;
    Ok(defined(&wiring::rule_files(&config)?, config.rules.interval_s))
}

/// Definitions, without any state.
fn defined(files: &[RuleFile], default_interval_s: f64) -> Rules {
    let source = |file: &str| match file.split_once('/') {
        Some(("shipped", _)) => "shipped",
        Some(("slo", _)) => "objective",
        _ => "file",
    };
    let groups = files.iter().flat_map(|file| {
        file.groups.iter().map(move |group| RuleGroup {
            name: group.name.clone(),
            file: file.name.clone(),
            source: source(&file.name).to_owned(),
            interval_s: group.interval_s.unwrap_or(default_interval_s),
            rules: group.rules.iter().map(definition).collect(),
            ..RuleGroup::default()
        })
    });
    Rules {
        groups: groups.collect(),
        ..Rules::default()
    }
}

fn definition(rule: &swarmpulse_rules::Rule) -> Rule {
    let pairs = |labels: &[swarmpulse_model::series::Label]| {
        let pair =
            |label: &swarmpulse_model::series::Label| (label.name.to_string(), label.value.to_string());
        labels.iter().map(pair).collect()
    };
    let mut shown = Rule {
        name: rule.name().to_owned(),
        kind: "recording".to_owned(),
        line: (rule.line > 0).then_some(rule.line),
        query: rule.expr.clone(),
        labels: pairs(&rule.labels),
        health: "unknown".to_owned(),
        ..Rule::default()
    };
    if let RuleKind::Alert(alert) = &rule.kind {
        shown.kind = "alerting".to_owned();
        shown.for_s = alert.for_s;
        shown.keep_firing_for_s = alert.keep_firing_for_s;
        shown.annotations = pairs(&alert.annotations);
        shown.overridden = alert.overridden.as_ref().map(|overridden| RuleOverridden {
            severity: overridden.severity.as_ref().map(ToString::to_string),
            for_s: overridden.for_s,
        });
    }
    shown
}

/// How a rule is, in one word.
pub(super) fn state(rule: &Rule) -> &str {
    match (rule.health.as_str(), rule.state.as_deref()) {
        ("err", _) => "FAILING",
        ("unknown", _) => "-",
        (_, _) if rule.no_data => "NO DATA",
        (_, Some("firing")) => "FIRING",
        (_, Some("pending")) => "PENDING",
        (_, Some(_)) => "quiet",
        (_, None) => "recorded",
    }
}

fn tone(state: &str) -> Option<AnsiColor> {
    match state {
        "FIRING" | "FAILING" => Some(AnsiColor::Red),
        "PENDING" | "NO DATA" => Some(AnsiColor::Yellow),
        "quiet" | "recorded" => Some(AnsiColor::Green),
        _ => None,
    }
}

/// As rule files write it: `1h30m`; nothing where there is none.
fn span(seconds: f64) -> String {
    let ms = (seconds * 1000.0).round() as i64;
    if ms > 0 {
        swarmpulse_promql::format_duration(ms)
    } else {
        String::new()
    }
}

/// What holds, with what the rule's file has where the configuration says otherwise.
fn with_former(holds: &str, former: Option<&str>) -> String {
    match former {
        Some("") => format!("{holds} (was none)"),
        Some(former) => format!("{holds} (was {former})"),
        None => holds.to_owned(),
    }
    .trim_start()
    .to_owned()
}

/// The lines of the table, and why rules fail.
fn render(rules: &Rules, width: Option<usize>) -> Vec<String> {
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for group in &rules.groups {
        for rule in &group.rules {
            let overridden = rule.overridden.clone().unwrap_or_default();
            let severity = rule.labels.get("severity").map_or("", String::as_str);
            let severity = with_former(severity, overridden.severity.as_deref());
            let for_s = with_former(&span(rule.for_s), overridden.for_s.map(span).as_deref());
            let from = format!("{} ({})", group.file, group.name);
            rows.push([state(rule).to_owned(), rule.name.clone(), severity, for_s, from]);
            if let Some(error) = &rule.error {
                failures.push(format!("{}: {error}", rule.name));
            }
        }
    }
    let mut lines = vec![styled(
        bold(),
        &format!("{} rules in {} groups", rows.len(), rules.groups.len()),
    )];
    let mut widths = HEAD.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let joined = |cells: [&str; 5]| {
        let padded = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width()))));
        let line = padded.collect::<Vec<_>>().join("  ").trim_end().to_owned();
        width.map_or_else(|| line.clone(), |width| cut(&line, width))
    };
    if !rows.is_empty() {
        lines.push(styled(dim(), &joined(HEAD)));
    }
    for row in &rows {
        let line = joined([&row[0], &row[1], &row[2], &row[3], &row[4]]);
        lines.push(match (tone(&row[0]), line.strip_prefix(row[0].as_str())) {
            (Some(tone), Some(rest)) => format!("{}{rest}", styled(colour(tone), &row[0])),
            _ => line,
        });
    }
    lines.extend(failures);
    if rules.hidden > 0 {
        let (number, noun) = match rules.hidden {
            1 => (1, "rule"),
            number => (number, "rules"),
        };
        let text = format!("{number} recording {noun} made from objectives not shown: --all shows them");
        lines.push(styled(dim(), &text));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_rule_is_listed_with_its_severity() {
        let rules = defined(
            &swarmpulse_rules::shipped(&swarmpulse_rules::Overrides::default()),
            15.0,
        );
        let text = render(&rules, None).join("\n");
        for rule in rules.groups.iter().flat_map(|group| &group.rules) {
            assert!(text.contains(&rule.name), "{text}");
            assert_eq!(state(rule), "-", "without a server nothing is known");
        }
        assert!(
            text.contains("critical") && text.contains("shipped/levels"),
            "{text}"
        );
    }

    #[test]
    fn recording_rules_of_objectives_are_counted_but_not_listed_unless_they_fail() {
        let mut files = swarmpulse_rules::shipped(&swarmpulse_rules::Overrides::default());
        let shipped = defined(&files, 15.0);
        files.extend(
            swarmpulse_slo::shipped()
                .iter()
                .map(swarmpulse_slo::Objective::rules),
        );
        let all = defined(&files, 15.0);
        let count = |rules: &Rules| rules.groups.iter().map(|group| group.rules.len()).sum::<usize>();
        let text = |rules: &Rules| anstream::adapter::strip_str(&render(rules, None).join("\n")).to_string();
        assert!(text(&all).contains("slo:sli_error:ratio_rate5m") && !text(&all).contains("not shown"));
        let mut some = all.clone();
        some.hide_generated();
        assert!(
            some.hidden > 50 && count(&some) + some.hidden == count(&all),
            "{}",
            some.hidden
        );
        assert!(count(&some) > count(&shipped), "their alerts are listed");
        let last = format!(
            "{} recording rules made from objectives not shown: --all shows them",
            some.hidden
        );
        assert!(text(&some).ends_with(&last), "{}", text(&some));
        assert!(!text(&some).contains("slo:sli_error"), "{}", text(&some));
        let mut failing = all.clone();
        let made = failing
            .groups
            .iter_mut()
            .find(|group| group.source == "objective")
            .unwrap();
        let rule = made
            .rules
            .iter_mut()
            .find(|rule| rule.kind == "recording")
            .unwrap();
        rule.health = "err".into();
        rule.error = Some("too much".into());
        failing.hide_generated();
        assert_eq!(failing.hidden + 1, some.hidden);
        assert!(text(&failing).contains("FAILING") && text(&failing).contains("too much"));
    }

    #[test]
    fn what_the_configuration_changes_is_shown_with_what_the_file_has() {
        let overrides = swarmpulse_rules::Overrides {
            severity: [(
                "agent_count_changed".to_owned(),
                swarmpulse_model::Severity::Critical,
            )]
            .into(),
            for_s: [
                ("agent_count_changed".to_owned(), 90.0),
                ("discord_bot_down".to_owned(), 0.0),
            ]
            .into(),
            ..swarmpulse_rules::Overrides::default()
        };
        let lines = render(&defined(&swarmpulse_rules::shipped(&overrides), 15.0), None);
        let line = |name: &str| {
            let line = lines.iter().find(|line| line.contains(name)).unwrap();
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert!(
            line("agent_count_changed")
                .contains("agent_count_changed critical (was info) 1m30s (was none) shipped/levels"),
            "{lines:#?}"
        );
        assert!(
            line("discord_bot_down").contains("discord_bot_down critical (was 1m) "),
            "{lines:#?}"
        );
        assert!(!line("snapshots_stale").contains("was"), "{lines:#?}");
    }

    #[test]
    fn shipped_rules_read_registered_series_alone() {
        let files = swarmpulse_rules::shipped(&swarmpulse_rules::Overrides::default());
        let rules = files
            .iter()
            .flat_map(|file| &file.groups)
            .flat_map(|group| &group.rules);
        let mut seen = 0;
        for rule in rules {
            let words = rule
                .expr
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            for name in words.filter(|word| word.starts_with("swarmpulse_")) {
                let registered = swarmpulse_server::metric_names()
                    .iter()
                    .any(|series| series.name == name);
                let later = swarmpulse_rules::FED_LATER.contains(&name);
                assert!(registered || later, "{} reads {name}", rule.name());
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
    }

    #[test]
    fn a_state_is_told_by_the_worst_that_is_known() {
        let rule = |health: &str, state: Option<&str>, no_data: bool| Rule {
            health: health.into(),
            state: state.map(str::to_owned),
            no_data,
            ..Rule::default()
        };
        for (rule, expected) in [
            (rule("err", Some("firing"), false), "FAILING"),
            (rule("ok", Some("firing"), false), "FIRING"),
            (rule("ok", Some("inactive"), true), "NO DATA"),
            (rule("ok", Some("inactive"), false), "quiet"),
            (rule("ok", None, false), "recorded"),
        ] {
            assert_eq!(state(&rule), expected);
        }
    }
}
