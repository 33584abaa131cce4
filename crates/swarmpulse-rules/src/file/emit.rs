//! From rules to the text of a file.

use swarmpulse_model::series::Label;
use swarmpulse_yaml::format_duration_s;

use crate::definition::{Rule, RuleFile, RuleGroup, RuleKind};

pub(super) fn to_yaml(file: &RuleFile) -> String {
    if file.groups.is_empty() {
        return "groups: []\n".into();
    }
    let mut out = String::from("groups:\n");
    for group in &file.groups {
        write_group(&mut out, group);
    }
    out
}

fn write_group(out: &mut String, group: &RuleGroup) {
    out.push_str(&format!("  - name: {}\n", quoted(&group.name)));
    if let Some(interval_s) = group.interval_s {
        out.push_str(&format!("    interval: {}\n", format_duration_s(interval_s)));
    }
    if group.query_offset_s > 0.0 {
        out.push_str(&format!(
            "    query_offset: {}\n",
            format_duration_s(group.query_offset_s)
        ));
    }
    if group.limit > 0 {
        out.push_str(&format!("    limit: {}\n", group.limit));
    }
    write_map(out, "    ", "labels", &group.labels);
    if group.rules.is_empty() {
        out.push_str("    rules: []\n");
        return;
    }
    out.push_str("    rules:\n");
    for rule in &group.rules {
        write_rule(out, rule);
    }
}

fn write_rule(out: &mut String, rule: &Rule) {
    let key = match &rule.kind {
        RuleKind::Alert(_) => "alert",
        RuleKind::Record(_) => "record",
    };
    out.push_str(&format!("      - {key}: {}\n", quoted(rule.name())));
    write_text(out, "        ", "expr", &rule.expr);
    if let RuleKind::Alert(alert) = &rule.kind {
        for (key, seconds) in [("for", alert.for_s), ("keep_firing_for", alert.keep_firing_for_s)] {
            if seconds > 0.0 {
                out.push_str(&format!("        {key}: {}\n", format_duration_s(seconds)));
            }
        }
    }
    write_map(out, "        ", "labels", &rule.labels);
    if let RuleKind::Alert(alert) = &rule.kind {
        write_map(out, "        ", "annotations", &alert.annotations);
    }
}

fn write_map(out: &mut String, indent: &str, key: &str, labels: &[Label]) {
    if labels.is_empty() {
        return;
    }
    out.push_str(&format!("{indent}{key}:\n"));
    let mut sorted: Vec<&Label> = labels.iter().collect();
    sorted.sort();
    let deeper = format!("{indent}  ");
    for label in sorted {
        write_text(out, &deeper, &quoted(&label.name), &label.value);
    }
}

/// A key with a text: in a block where it has several lines that a block can hold, else in one line.
fn write_text(out: &mut String, indent: &str, key: &str, text: &str) {
    let block = text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && text.lines().all(|line| !line.ends_with([' ', '\t']))
        && text
            .chars()
            .all(|c| c == '\n' || (!c.is_control() && !is_break(c)));
    if !block {
        out.push_str(&format!("{indent}{key}: {}\n", quoted(text)));
        return;
    }
    let body = text.trim_end_matches('\n');
    let chomping = match text.len() - body.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    out.push_str(&format!("{indent}{key}: |{chomping}\n"));
    for line in body.split('\n') {
        if line.is_empty() {
            out.push('\n');
        } else {
            out.push_str(&format!("{indent}  {line}\n"));
        }
    }
    // Beyond the first line feed at the end, the block holds each as an empty line.
    for _ in 1..text.len() - body.len() {
        out.push('\n');
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// A text as it is where nothing in it means anything in YAML, else in double quotes.
fn quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
        && !["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    if plain {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_break(c) => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
