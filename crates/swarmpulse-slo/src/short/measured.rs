//! What an objective of the form with `slos:` measures: the fields that are there say which sort it is.

use crate::fields::Fields;
use crate::indicator::{Bound, Comparison, Counting, Indicator};
use crate::placeholder;
use crate::quantity::quantity;
use crate::unit::Unit;

/// Fields that compare a figure with a bound.
const BOUNDS: [(&str, Comparison); 4] = [
    ("at_least", Comparison::AtLeast),
    ("at_most", Comparison::AtMost),
    ("above", Comparison::Above),
    ("below", Comparison::Below),
];

const FORMS: &str = "say what is measured: `good` (or `bad`) with `total`; `at_least`, `at_most`, `above` or `below` \
                     with `of`; `histogram` with `below`; or `good_share` or `bad_share`";

/// Reads it, from the fields of the objective.
pub(super) fn indicator(fields: &Fields<'_>) -> Option<Indicator> {
    let sorts = [
        fields.has("good") || fields.has("bad") || fields.has("total"),
        fields.has("good_share") || fields.has("bad_share"),
        fields.has("of") && !fields.has("histogram"),
        fields.has("histogram"),
    ];
    // Every field is named, so that a misspelt one is told from those that there are.
    for name in [
        "good",
        "bad",
        "total",
        "good_share",
        "bad_share",
        "of",
        "histogram",
    ] {
        let _ = fields.node(name);
    }
    for (name, _) in BOUNDS {
        let _ = fields.node(name);
    }
    let count = sorts.iter().filter(|sort| **sort).count();
    if count > 1 {
        fields.fault("", format!("measures more than one thing: {FORMS}"));
        return None;
    }
    let bounded = BOUNDS.iter().find(|(name, _)| fields.has(name));
    match (sorts, bounded) {
        ([true, ..], Some((name, _))) | ([_, true, ..], Some((name, _))) => {
            fields.fault(
                name,
                "goes with `of` or `histogram`, not with counted events or shares",
            );
            None
        }
        ([true, ..], None) => events(fields),
        ([_, true, ..], None) => share(fields),
        ([.., true], _) => histogram(fields),
        ([_, _, true, _], _) => figure(fields),
        (_, Some(_)) => {
            fields.fault("of", "is missing: write the query whose figure is bounded");
            None
        }
        (_, None) => {
            fields.fault("", FORMS);
            None
        }
    }
}

fn events(fields: &Fields<'_>) -> Option<Indicator> {
    let (name, counting) = match (fields.has("good"), fields.has("bad")) {
        (true, true) => {
            fields.fault("bad", "cannot stand beside `good`: keep one of them");
            return None;
        }
        (false, true) => ("bad", Counting::Bad),
        _ => ("good", Counting::Good),
    };
    let part = counter(fields, name);
    let total = counter(fields, "total");
    Some(Indicator::Events {
        counting,
        part: part?,
        total: total?,
    })
}

/// A query that counts over the window: with the placeholder, or the plain name of a counter.
fn counter(fields: &Fields<'_>, name: &'static str) -> Option<String> {
    let query = fields.required_text(name, "a query such as sum(rate(requests_total[{{window}}]))")?;
    windowed(&query, true)
        .map_err(|reason| fields.fault(name, reason))
        .ok()
}

/// The query with the placeholder of the window: a plain selector gets one, of a counter or of a gauge.
pub(crate) fn windowed(query: &str, is_counter: bool) -> Result<String, String> {
    if placeholder::is_in(query) {
        return Ok(query.to_owned());
    }
    if !is_counter {
        return Ok(format!("sum_over_time(({query})[{{{{window}}}}:1m])"));
    }
    if is_selector(query) {
        return Ok(format!("sum(increase({query}[{{{{window}}}}]))"));
    }
    Err(
        "has no {{window}}: write sum(rate(requests_total[{{window}}])), or the name of a counter alone, with or \
         without labels"
            .to_owned(),
    )
}

/// Whether it is the name of a series with or without matchers, and nothing else.
fn is_selector(query: &str) -> bool {
    let name = query.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'));
    let is_named = name.len() < query.len() && !query.starts_with(|c: char| c.is_ascii_digit());
    is_named && (name.is_empty() || closed_braces(name.trim()))
}

/// Whether the text is one pair of braces with what is between them.
fn closed_braces(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return false;
    };
    let (mut quoted, mut escaped) = (false, false);
    for c in inner.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '{' | '}' if !quoted => return false,
            _ => {}
        }
    }
    !quoted
}

fn share(fields: &Fields<'_>) -> Option<Indicator> {
    let (name, counting) = match (fields.has("good_share"), fields.has("bad_share")) {
        (true, true) => {
            fields.fault("bad_share", "cannot stand beside `good_share`: keep one of them");
            return None;
        }
        (true, false) => ("good_share", Counting::Good),
        _ => ("bad_share", Counting::Bad),
    };
    let query = fields.required_text(name, "a query that gives a share between 0 and 1")?;
    let query = plain(fields, name, query)?;
    Some(Indicator::Share { query, counting })
}

fn figure(fields: &Fields<'_>) -> Option<Indicator> {
    let query = fields.required_text("of", "the query whose figure is bounded")?;
    let bound = bound(fields, &query);
    let query = plain(fields, "of", query);
    Some(Indicator::Figure {
        query: query?,
        bound: bound?,
    })
}

/// A query of a figure at one time: it has no window.
fn plain(fields: &Fields<'_>, name: &str, query: String) -> Option<String> {
    if placeholder::is_in(&query) {
        fields.fault(
            name,
            "is looked at again and again, so that it has no {{window}}: write [5m] or the like",
        );
        return None;
    }
    Some(query)
}

fn bound(fields: &Fields<'_>, query: &str) -> Option<Bound> {
    let given: Vec<_> = BOUNDS.iter().filter(|(name, _)| fields.has(name)).collect();
    let (name, comparison) = match given.as_slice() {
        [] => {
            fields.fault(
                "of",
                "is bounded by nothing: add `at_least`, `at_most`, `above` or `below`",
            );
            return None;
        }
        [one] => **one,
        [_, (second, _), ..] => {
            fields.fault(second, "is a second bound: write an objective for each");
            return None;
        }
    };
    let text = fields.text(name)?;
    let (value, unit) = quantity(&text)
        .map_err(|reason| fields.fault(name, reason))
        .ok()?;
    // A bare number is of whatever the series is named for.
    let unit = match unit {
        Unit::None => Unit::of_query(query),
        unit => unit,
    };
    Some(Bound {
        comparison,
        value,
        unit,
    })
}

/// Events below a bound, by the buckets of a histogram with classic buckets.
fn histogram(fields: &Fields<'_>) -> Option<Indicator> {
    for (name, _) in BOUNDS.iter().filter(|(name, _)| *name != "below") {
        if fields.has(name) {
            fields.fault(
                name,
                "is not known of a histogram: its buckets tell what is `below` a bound",
            );
            return None;
        }
    }
    if fields.has("of") {
        fields.fault("of", "cannot stand beside `histogram`: keep one of them");
        return None;
    }
    let series = fields.required_text("histogram", "the name of a histogram, with or without labels")?;
    let text = fields.required_text("below", "the bound of a bucket, such as 500ms")?;
    let (below, _) = quantity(&text)
        .map_err(|reason| fields.fault("below", reason))
        .ok()?;
    if !is_selector(&series) {
        let reason = format!("{series:?} is not the name of a histogram, with or without labels");
        fields.fault("histogram", reason);
        return None;
    }
    let braces = series.find('{').unwrap_or(series.len());
    let (name, matchers) = series.split_at(braces);
    let name = name.trim().trim_end_matches("_bucket");
    let matchers = matchers
        .trim_start_matches('{')
        .trim_end_matches('}')
        .trim()
        .trim_end_matches(',');
    let comma = if matchers.is_empty() { "" } else { "," };
    // A bound of whole seconds is written with or without a fraction.
    let bound = if below.fract() == 0.0 {
        format!("le=~\"{below}|{below}\\\\.0\"")
    } else {
        format!("le=\"{below}\"")
    };
    Some(Indicator::Events {
        counting: Counting::Good,
        part: format!("sum(increase({name}_bucket{{{matchers}{comma}{bound}}}[{{{{window}}}}]))"),
        total: format!("sum(increase({name}_count{{{matchers}}}[{{{{window}}}}]))"),
    })
}
