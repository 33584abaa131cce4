//! Matchers as they stand in the file: `match`, `match_re` and `matchers`, together.

use swarmpulse_model::Text;
use swarmpulse_model::alert::{LabelMatcher, LabelOp};
use swarmpulse_yaml::{Faults, Fields, Place};

use crate::matcher::Matchers;

/// The three keys that matchers may stand under.
pub(super) struct Keys {
    pub(super) equal: &'static str,
    pub(super) expression: &'static str,
    pub(super) matchers: &'static str,
}

/// Whether labels can be called so. Any text can, as Alertmanager has it since 0.27.
pub(super) fn is_label_name(text: &str) -> bool {
    !text.is_empty()
}

/// Whether it is a name that needs no quotes; the older keys take no others.
fn is_classic_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// All matchers of a mapping, sorted as Alertmanager sorts them.
pub(super) fn matchers(fields: &mut Fields<'_>, keys: &Keys, faults: &mut Faults) -> Matchers {
    let mut all: Vec<LabelMatcher> = Vec::new();
    for (key, op) in [(keys.equal, LabelOp::Equal), (keys.expression, LabelOp::Regex)] {
        for (name, value, at) in fields.text_map(key, faults) {
            add_pair(&mut all, (key, name, op, value), at, faults);
        }
    }
    for (text, at) in fields.texts(keys.matchers, faults) {
        match Matchers::parse(text) {
            Ok(read) => all.extend(read.iter().cloned()),
            Err(error) => faults.error(at, format!("{}: `{text}`: {error}", keys.matchers)),
        }
    }
    all.sort_by(|a, b| (&a.name, &a.value, a.op).cmp(&(&b.name, &b.value, b.op)));
    let at = fields.place(keys.matchers);
    Matchers::new(all).unwrap_or_else(|error| {
        faults.error(at, format!("{}: {error}", keys.matchers));
        Matchers::default()
    })
}

fn add_pair(
    all: &mut Vec<LabelMatcher>,
    (key, name, op, value): (&str, &str, LabelOp, &str),
    at: Place,
    faults: &mut Faults,
) {
    if !is_classic_name(name) {
        let message =
            format!("{key}: {name:?} is no name of a label: write it under `matchers` with quotes around it");
        faults.error(at, message);
        return;
    }
    let matcher = LabelMatcher {
        name: Text::from(name),
        op,
        value: Text::from(value),
    };
    // On its own first, so that the error stands where the expression does.
    match Matchers::new(vec![matcher.clone()]) {
        Ok(_) => all.push(matcher),
        Err(error) => faults.error(at, format!("{key}: {error}")),
    }
}
