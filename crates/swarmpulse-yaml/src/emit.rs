//! From the tree back to text.

use crate::node::{Node, Scalar, Value};

/// Texts that would be read as something else without quotes.
const SPECIAL: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

impl Node {
    /// As YAML in blocks, ending in a line feed: comments and anchors are gone, what they say is the same.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        match &self.value {
            Value::Empty => {}
            Value::Scalar(_) => write_inline(self, &mut out),
            Value::List(_) | Value::Map(_) => write_block(self, 0, &mut out),
        }
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out
    }
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Writes the lines of a list or a mapping; anything else on a line of its own.
fn write_block(node: &Node, depth: usize, out: &mut String) {
    match &node.value {
        Value::List(items) if !items.is_empty() => {
            for item in items {
                indent(depth, out);
                out.push('-');
                write_value(item, depth, true, out);
            }
        }
        Value::Map(entries) if !entries.is_empty() => {
            for entry in entries {
                indent(depth, out);
                write_text(&entry.key, out);
                out.push(':');
                write_value(&entry.node, depth, false, out);
            }
        }
        _ => {
            indent(depth, out);
            write_inline(node, out);
            out.push('\n');
        }
    }
}

/// Writes what comes after `-` or `key:`.
fn write_value(node: &Node, depth: usize, in_list: bool, out: &mut String) {
    let deeper = match &node.value {
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        Value::Empty | Value::Scalar(_) => false,
    };
    if !deeper {
        out.push(' ');
        write_inline(node, out);
        out.push('\n');
        return;
    }
    if in_list && matches!(node.value, Value::Map(_)) {
        // The first key stands on the line of the dash: its indentation is cut off.
        let mut block = String::new();
        write_block(node, depth + 1, &mut block);
        out.push(' ');
        out.push_str(block.trim_start());
    } else {
        out.push('\n');
        write_block(node, depth + 1, out);
    }
}

fn write_inline(node: &Node, out: &mut String) {
    match &node.value {
        Value::Empty => out.push_str("null"),
        Value::Scalar(Scalar { text, typed: true }) => out.push_str(text),
        Value::Scalar(Scalar { text, typed: false }) => write_text(text, out),
        Value::List(_) => out.push_str("[]"),
        Value::Map(_) => out.push_str("{}"),
    }
}

fn write_text(text: &str, out: &mut String) {
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_plain = starts_well
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@'))
        && !SPECIAL.contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        out.push_str(text);
        return;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\U{:08x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
