//! What metrics are, put together from the comments of a text.

use swarmpulse_model::series::MetricMetadata;

use super::Item;

/// The most descriptions of one text; further ones are left out.
const FAMILIES_MAX: usize = 50_000;

/// Takes a comment in. Comments on one metric stand together.
pub(super) fn describe(into: &mut Vec<MetricMetadata>, item: &Item<'_>) {
    let (Item::Type(metric, _) | Item::Help(metric, _) | Item::Unit(metric, _)) = item else {
        return;
    };
    if into.last().is_none_or(|last| last.metric != metric.as_ref()) {
        if into.len() >= FAMILIES_MAX {
            return;
        }
        into.push(MetricMetadata {
            metric: metric.as_ref().into(),
            ..MetricMetadata::default()
        });
    }
    let Some(last) = into.last_mut() else { return };
    match item {
        Item::Type(_, kind) => last.kind = *kind,
        Item::Help(_, help) => last.help = help.clone().into_owned(),
        Item::Unit(_, unit) => last.unit = (*unit).into(),
        Item::Sample(_) => {}
    }
}
