//! The kind `SLO`: one document has one objective or more.

use jiff::civil::DateTime;
use swarmpulse_model::Text;
use swarmpulse_model::series::Label;
use swarmpulse_yaml::{Node, Value};

use super::documents::{Document, Documents};
use super::metric::Metric;
use super::{alert, metric};
use crate::duration::parse_duration;
use crate::fields::Fields;
use crate::indicator::{Bound, Budgeting, Comparison, Indicator};
use crate::name::{self, slug};
use crate::namespaces::Namespaces;
use crate::objective::Objective;
use crate::period::{self, CalendarUnit, Period};
use crate::quantity::hundredth;
use crate::short::{self, check_label, check_slice};
use crate::unit::Unit;

/// Where no window is given.
const DEFAULT_PERIOD_S: u64 = 30 * 86_400;

/// The objectives of one document.
pub(super) fn objectives(
    file: &str,
    known: &Documents<'_>,
    document: &Document<'_>,
    line: u64,
) -> Vec<Objective> {
    let spec = &document.spec;
    let before = known.faults.count();
    let service = service(known, spec);
    let description = spec.text("description").unwrap_or_default();
    let measured = metric::of(known, spec);
    let period = period(spec);
    let method = method(spec);
    let alerting = alert::alerting(known, spec);
    let namespaces = namespaces(document);
    let items = spec.list("objectives");
    spec.refuse_others();
    if items.is_empty() {
        spec.fault(
            "objectives",
            "is missing: write a list with the target of each objective",
        );
    }
    let names_none = |fields: &Fields<'_>| !fields.has("indicator") && !fields.has("indicatorRef");
    let several = items.len() > 1;
    let mut objectives = Vec::new();
    for (number, (path, node)) in items.into_iter().enumerate() {
        let Some(fields) = Fields::of(known.faults, node, &path) else {
            continue;
        };
        let own = if names_none(&fields) {
            measured.clone()
        } else {
            metric::of(known, &fields)
        };
        if names_none(&fields) && names_none(spec) {
            spec.fault(
                "indicator",
                "is missing: write `indicator`, or `indicatorRef` with the name of an SLI",
            );
        }
        let read = one(&fields, method.as_deref(), own);
        let (Some(read), Some(period), Some(service)) = (read, &period, &service) else {
            continue;
        };
        let (name, title) = names(document, several.then_some(number), read.title);
        objectives.push(Objective {
            name: name.into(),
            title,
            namespaces: namespaces.clone(),
            service: service.into(),
            description: description.clone(),
            target: read.target,
            period: period.clone(),
            indicator: read.indicator,
            only: None,
            budgeting: read.budgeting,
            labels: labels(document),
            alerting: alerting.clone(),
            file: file.to_owned(),
            line,
        });
    }
    if known.faults.count() > before {
        Vec::new()
    } else {
        objectives
    }
}

/// Whose figures it is of: OpenSLO has no field for that, so that annotations say it.
fn namespaces(document: &Document<'_>) -> Namespaces {
    let metadata = document.metadata.as_ref();
    let annotations = metadata.and_then(|metadata| metadata.map("annotations"));
    annotations.map_or(Namespaces::Each, |annotations| {
        short::namespaces(&annotations, "swarmpulse/namespace", "swarmpulse/namespaces")
    })
}

/// The name and the title of an objective, which is numbered if it is one of several.
fn names(document: &Document<'_>, number: Option<usize>, own_title: Option<String>) -> (String, String) {
    let title = document.title.clone().unwrap_or_else(|| document.name.clone());
    let Some(number) = number else {
        return (
            document.name.clone(),
            document.title.clone().or(own_title).unwrap_or(title),
        );
    };
    match own_title {
        Some(own) if !slug(&own).is_empty() => (
            format!("{}-{}", document.name, slug(&own)),
            format!("{title}: {own}"),
        ),
        _ => (
            format!("{}-{}", document.name, number + 1),
            format!("{title} {}", number + 1),
        ),
    }
}

fn service(known: &Documents<'_>, spec: &Fields<'_>) -> Option<String> {
    let service = spec.required_text("service", "the service that is promised")?;
    if known.find("Service", &service).is_none()
        && let Err(reason) = name::check(&service)
    {
        spec.fault("service", reason);
        return None;
    }
    Some(service)
}

fn method(spec: &Fields<'_>) -> Option<String> {
    const METHODS: [&str; 3] = ["Occurrences", "Timeslices", "RatioTimeslices"];
    let method = spec.required_text("budgetingMethod", "Occurrences, Timeslices or RatioTimeslices")?;
    if !METHODS.contains(&method.as_str()) {
        spec.fault(
            "budgetingMethod",
            format!("{method:?} is none of {}", METHODS.join(", ")),
        );
        return None;
    }
    Some(method)
}

/// One of a document's objectives.
struct Read {
    title: Option<String>,
    target: f64,
    indicator: Indicator,
    budgeting: Budgeting,
}

fn one(fields: &Fields<'_>, method: Option<&str>, measured: Option<Metric>) -> Option<Read> {
    let title = fields.text("displayName");
    let target = target(fields);
    let bound = bound(fields, matches!(measured, Some(Metric::Threshold(_))));
    let budgeting = budgeting(fields, method);
    if fields.has("compositeWeight") {
        let _ = fields.node("compositeWeight");
        fields.fault(
            "compositeWeight",
            "is not known: each objective is judged alone; leave it out",
        );
    }
    fields.refuse_others();
    let indicator = match measured? {
        Metric::Ready(indicator) => indicator,
        Metric::Threshold(query) => {
            let bound = Bound {
                unit: Unit::of_query(&query),
                ..bound?
            };
            Indicator::Figure { query, bound }
        }
    };
    Some(Read {
        title,
        target: target?,
        indicator,
        budgeting: budgeting?,
    })
}

fn target(fields: &Fields<'_>) -> Option<f64> {
    let (share, percent) = (fields.number("target"), fields.number("targetPercent"));
    let (field, value) = match (share, percent) {
        (Some(_), Some(_)) => {
            fields.fault("targetPercent", "cannot stand beside `target`: keep one of them");
            return None;
        }
        (Some(share), None) => ("target", share),
        (None, Some(percent)) => ("targetPercent", hundredth(percent)),
        (None, None) => {
            if !fields.has("target") && !fields.has("targetPercent") {
                fields.fault(
                    "target",
                    "is missing: write the share that must be good, such as 0.999",
                );
            }
            return None;
        }
    };
    if value <= 0.0 || value > 1.0 {
        let end = if field == "target" { "1" } else { "100" };
        fields.fault(field, format!("must be above 0 and up to {end}"));
        return None;
    }
    Some(value)
}

fn bound(fields: &Fields<'_>, is_threshold: bool) -> Option<Bound> {
    let (op, value) = (fields.text("op"), fields.number("value"));
    if !is_threshold {
        // Files that describe a ratio carry a `value` at times: it says nothing.
        return None;
    }
    if op.is_none() {
        fields.fault(
            "op",
            "is missing: write lte, gte, lt or gt, as `thresholdMetric` gives a figure",
        );
    }
    if value.is_none() && !fields.has("value") {
        fields.fault(
            "value",
            "is missing: write the number that the figure is compared with",
        );
    }
    let comparison = match op?.as_str() {
        "lte" => Comparison::AtMost,
        "gte" => Comparison::AtLeast,
        "lt" => Comparison::Below,
        "gt" => Comparison::Above,
        other => {
            fields.fault("op", format!("{other:?} is none of lte, gte, lt, gt"));
            return None;
        }
    };
    Some(Bound {
        comparison,
        value: value?,
        unit: Unit::None,
    })
}

fn budgeting(fields: &Fields<'_>, method: Option<&str>) -> Option<Budgeting> {
    let share = fields.number("timeSliceTarget");
    let slice_s = slice(fields);
    let method = method?;
    if method == "Occurrences" {
        return Some(Budgeting::Occurrences);
    }
    if !fields.has("timeSliceWindow") {
        fields.fault(
            "timeSliceWindow",
            "is missing: write a slice's length, such as 1m",
        );
    }
    if method == "RatioTimeslices" {
        return Some(Budgeting::RatioTimeslices { slice_s: slice_s? });
    }
    match share {
        Some(share) if share > 0.0 && share <= 1.0 => Some(Budgeting::Timeslices {
            share,
            slice_s: slice_s?,
        }),
        Some(_) => {
            fields.fault("timeSliceTarget", "must be above 0 and up to 1");
            None
        }
        None => {
            fields.fault(
                "timeSliceTarget",
                "is missing: write the share of a slice that must be good, such as 0.95",
            );
            None
        }
    }
}

/// A slice's length: a bare number is of minutes.
fn slice(fields: &Fields<'_>) -> Option<u64> {
    let text = fields.text("timeSliceWindow")?;
    let text = if text.parse::<u64>().is_ok() {
        format!("{text}m")
    } else {
        text
    };
    let length = parse_duration(&text).and_then(check_slice);
    length
        .map_err(|reason| fields.fault("timeSliceWindow", reason))
        .ok()
}

fn period(spec: &Fields<'_>) -> Option<Period> {
    let windows = spec.list("timeWindow");
    let (path, node) = match windows.as_slice() {
        [] if spec.has("timeWindow") => return None,
        [] => {
            return Some(Period::Rolling {
                seconds: DEFAULT_PERIOD_S,
            });
        }
        [one] => one,
        _ => {
            spec.fault(
                "timeWindow",
                "has more than one item: write one SLO for each window",
            );
            return None;
        }
    };
    let window = Fields::of(spec.faults(), node, path)?;
    let duration = window.required_text("duration", "a length such as 30d, or 1M of a calendar");
    let is_rolling = window.flag("isRolling");
    let calendar = window.map("calendar");
    window.refuse_others();
    let Some(calendar) = calendar else {
        if is_rolling == Some(false) {
            window.fault(
                "calendar",
                "is missing: a window that does not roll begins at its startTime",
            );
            return None;
        }
        let rolling = period::rolling(&duration?);
        return rolling.map_err(|reason| window.fault("duration", reason)).ok();
    };
    if is_rolling == Some(true) {
        window.fault("isRolling", "cannot be true beside `calendar`: keep one of them");
    }
    let start = calendar.required_text("startTime", "when a window began, such as 2026-01-01 00:00:00");
    let zone = calendar.required_text("timeZone", "an IANA name such as Europe/Berlin");
    calendar.refuse_others();
    let start = start.and_then(|text| {
        let start: Result<DateTime, _> = text.parse();
        let reason = || format!("{text:?} is no time: write one such as 2026-01-01 00:00:00");
        start.map_err(|_| calendar.fault("startTime", reason())).ok()
    });
    let zone = zone.and_then(|name| {
        let zone = period::zone(&name);
        zone.map_err(|reason| calendar.fault("timeZone", reason)).ok()
    });
    let (unit, count) = duration.and_then(|text| {
        let length = calendar_length(&text);
        length.map_err(|reason| window.fault("duration", reason)).ok()
    })?;
    Some(Period::Calendar {
        unit,
        count,
        start: start?,
        zone: zone?,
    })
}

/// A length in units of a calendar: `1M`, `2w`, `1Q`.
fn calendar_length(text: &str) -> Result<(CalendarUnit, u32), String> {
    let refuse = || format!("{text:?} is no length of a calendar: write one such as 1d, 1w, 1M, 1Q or 1Y");
    let unit = match text.chars().next_back() {
        Some('d') => CalendarUnit::Day,
        Some('w') => CalendarUnit::Week,
        Some('M') => CalendarUnit::Month,
        Some('Q') => CalendarUnit::Quarter,
        Some('Y') => CalendarUnit::Year,
        _ => return Err(refuse()),
    };
    match text[..text.len() - 1].parse::<u32>() {
        Ok(count @ 1..=400) => Ok((unit, count)),
        _ => Err(refuse()),
    }
}

/// The labels of a document as those of its series: names that series cannot have are changed, lists joined.
fn labels(document: &Document<'_>) -> Vec<Label> {
    let Some(node) = document
        .metadata
        .as_ref()
        .and_then(|metadata| metadata.node("labels"))
    else {
        return Vec::new();
    };
    let Value::Map(entries) = &node.value else {
        return Vec::new();
    };
    let plain = |node: &Node| match &node.value {
        Value::Scalar(scalar) => scalar.text.clone(),
        Value::Empty | Value::List(_) | Value::Map(_) => String::new(),
    };
    let mut labels: Vec<Label> = Vec::new();
    for entry in entries {
        let value = match &entry.node.value {
            Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
            Value::Empty | Value::Scalar(_) | Value::Map(_) => plain(&entry.node),
        };
        let mut name: String = entry
            .key
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        if check_label(&name).is_err() {
            name.insert_str(0, "openslo_");
        }
        if !value.is_empty() && !labels.iter().any(|label| label.name == name) {
            labels.push(Label {
                name: Text::from(name),
                value: Text::from(value),
            });
        }
    }
    labels.sort();
    labels
}
