//! The kind `SLI`, within an SLO or beside it: where its figures come from.

use super::documents::{Document, Documents};
use crate::fields::Fields;
use crate::indicator::{Counting, Indicator};
use crate::placeholder;
use crate::short::windowed;

/// What an SLI measures.
#[derive(Clone, Debug)]
pub(super) enum Metric {
    /// Everything is known.
    Ready(Indicator),
    /// A query whose figure each objective compares with its own value.
    Threshold(String),
}

/// What is measured: `indicator`, or the SLI that `indicatorRef` names.
pub(super) fn of(known: &Documents<'_>, fields: &Fields<'_>) -> Option<Metric> {
    let reference = fields.text("indicatorRef");
    let inline = fields.node("indicator");
    match (reference, inline) {
        (Some(_), Some(_)) => {
            fields.fault(
                "indicatorRef",
                "cannot stand beside `indicator`: keep one of them",
            );
            None
        }
        (Some(name), None) => {
            let document = known.referred("SLI", &name, fields, "indicatorRef")?;
            metric(known, &document.spec)
        }
        (None, Some(node)) => {
            let document = Document::read(known.faults, node, &fields.path("indicator"), "SLI")?;
            metric(known, &document.spec)
        }
        (None, None) => None,
    }
}

fn metric(known: &Documents<'_>, spec: &Fields<'_>) -> Option<Metric> {
    let _ = spec.node("description");
    let (ratio, threshold) = (spec.map("ratioMetric"), spec.map("thresholdMetric"));
    spec.refuse_others();
    match (ratio, threshold) {
        (Some(_), Some(_)) => {
            spec.fault(
                "thresholdMetric",
                "cannot stand beside `ratioMetric`: keep one of them",
            );
            None
        }
        (Some(ratio), None) => ratio_metric(known, &ratio).map(Metric::Ready),
        (None, Some(threshold)) => {
            let query = source(known, &threshold);
            threshold.refuse_others();
            let query = query?;
            if placeholder::is_in(&query) {
                let reason = "is looked at again and again, so that its query has no {{window}}: write [5m] or the like";
                threshold.fault("metricSource", reason);
                return None;
            }
            Some(Metric::Threshold(query))
        }
        (None, None) => {
            if !spec.has("ratioMetric") && !spec.has("thresholdMetric") {
                spec.fault("", "measures nothing: write `ratioMetric` or `thresholdMetric`");
            }
            None
        }
    }
}

fn ratio_metric(known: &Documents<'_>, ratio: &Fields<'_>) -> Option<Indicator> {
    let is_counter = ratio.flag("counter").unwrap_or(false);
    let raw_type = ratio.text("rawType");
    let query = |name: &'static str| -> Option<String> {
        let fields = ratio.map(name)?;
        let query = source(known, &fields);
        fields.refuse_others();
        query
    };
    let (good, bad) = (query("good"), query("bad"));
    let (total, raw) = (query("total"), query("raw"));
    ratio.refuse_others();
    if ratio.has("raw") {
        if ratio.has("good") || ratio.has("bad") || ratio.has("total") {
            ratio.fault(
                "raw",
                "cannot stand beside `good`, `bad` or `total`: keep one way",
            );
            return None;
        }
        let counting = match raw_type.as_deref() {
            Some("success") => Counting::Good,
            Some("failure") => Counting::Bad,
            other => {
                let is = other.map_or("is missing".to_owned(), |other| format!("{other:?} is neither"));
                ratio.fault("rawType", format!("{is}: write success or failure"));
                return None;
            }
        };
        return Some(Indicator::Share {
            query: raw?,
            counting,
        });
    }
    let (name, counting) = match (ratio.has("good"), ratio.has("bad")) {
        (true, false) => ("good", Counting::Good),
        (false, true) => ("bad", Counting::Bad),
        (true, true) => {
            ratio.fault("bad", "cannot stand beside `good`: keep one of them");
            return None;
        }
        (false, false) => {
            ratio.fault(
                "good",
                "is missing: write `good` or `bad` beside `total`, or `raw` alone",
            );
            return None;
        }
    };
    if !ratio.has("total") {
        ratio.fault("total", format!("is missing: `{name}` is a part of it"));
    }
    let part = if counting == Counting::Good { good } else { bad };
    let count = |name: &str, query: String| {
        let windowed = windowed(&query, is_counter);
        windowed
            .map_err(|reason| ratio.fault(name, format!("the query {reason}")))
            .ok()
    };
    let (part, total) = (count(name, part?), count("total", total?));
    Some(Indicator::Events {
        counting,
        part: part?,
        total: total?,
    })
}

/// The query of a `metricSource`.
fn source(known: &Documents<'_>, fields: &Fields<'_>) -> Option<String> {
    fields.required("metricSource", "where the figures come from")?;
    let source = fields.map("metricSource")?;
    let reference = source.text("metricSourceRef");
    let own_type = source.text("type");
    source.required("spec", "`query` with an expression in PromQL")?;
    let spec = source.map("spec");
    source.refuse_others();
    let data_source = reference.and_then(|name| known.find("DataSource", &name));
    let source_type = own_type.or_else(|| data_source.and_then(|document| document.spec.text("type")));
    if let Some(name) = source_type
        && !name.eq_ignore_ascii_case("prometheus")
    {
        let reason = format!("{name:?} cannot be asked from here: write Prometheus, with a query in PromQL");
        source.fault("type", reason);
        return None;
    }
    // Other fields of it belong to whoever it was written for.
    spec?.required_text("query", "an expression in PromQL")
}
