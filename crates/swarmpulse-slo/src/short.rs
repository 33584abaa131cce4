//! The form with `slos:`, which reads like the promise itself.

mod measured;

pub(crate) use measured::windowed;

use swarmpulse_model::Text;
use swarmpulse_model::series::Label;
use swarmpulse_yaml::{Node, Value};

use crate::alerting::{Alerting, BurnSeverity};
use crate::duration::parse_duration;
use crate::fields::{Faults, Fields};
use crate::indicator::{Budgeting, Indicator};
use crate::name;
use crate::namespaces::{ALL_NAMESPACES, LABEL, Namespaces};
use crate::objective::Objective;
use crate::period::{self, CalendarUnit, Period};
use crate::quantity::share;

/// The objectives of a document.
pub(crate) fn objectives(file: &str, faults: &Faults, document: &Node) -> Vec<Objective> {
    let Some(fields) = Fields::of(faults, document, "") else {
        return Vec::new();
    };
    if fields.required("slos", "a list of objectives").is_none() {
        fields.refuse_others();
        return Vec::new();
    }
    let items = fields.list("slos");
    fields.refuse_others();
    let read = |(path, node): (String, &Node)| objective(file, faults, &path, node);
    items.into_iter().filter_map(read).collect()
}

fn objective(file: &str, faults: &Faults, path: &str, node: &Node) -> Option<Objective> {
    let fields = Fields::of(faults, node, path)?;
    let before = faults.count();
    let name = fields.required_text("name", "a name such as agents-active");
    let service = fields.required_text("service", "the service that is promised");
    for (field, text) in [("name", &name), ("service", &service)] {
        if let Some(Err(reason)) = text.as_deref().map(name::check) {
            fields.fault(field, reason);
        }
    }
    let title = fields.text("title");
    let description = fields.text("description").unwrap_or_default();
    let target = target(&fields);
    let period = period(&fields);
    let indicator = measured::indicator(&fields);
    let namespaces = namespaces(&fields, "namespace", "namespaces");
    let only = fields.text("only");
    if only.is_some() && matches!(indicator, Some(Indicator::Events { .. })) {
        fields.fault("only", "goes with figures and shares, not with counted events");
    }
    let budgeting = budgeting(&fields);
    let labels = labels(&fields);
    let alerting = alerting(&fields);
    fields.refuse_others();
    let (name, target, period, indicator) = (name?, target?, period?, indicator?);
    (faults.count() == before).then(|| Objective {
        title: title.unwrap_or_else(|| name.clone()),
        name: name.into(),
        namespaces,
        service: service.unwrap_or_default().into(),
        description,
        target,
        period,
        indicator,
        only,
        budgeting,
        labels,
        alerting,
        file: file.to_owned(),
        line: fields.line(),
    })
}

fn target(fields: &Fields<'_>) -> Option<f64> {
    const WHAT: &str = "the share that must be good, such as 99.9%";
    let text = fields.required_text("objective", WHAT)?;
    share(&text)
        .map_err(|reason| fields.fault("objective", reason))
        .ok()
}

fn period(fields: &Fields<'_>) -> Option<Period> {
    let zone = fields.text("timezone");
    let Some(calendar) = fields.text("calendar") else {
        if zone.is_some() {
            fields.fault(
                "timezone",
                "goes with `calendar`: a rolling window is the same everywhere",
            );
        }
        let text = fields.required_text("window", "a window such as 30d, or `calendar: month`")?;
        return period::rolling(&text)
            .map_err(|reason| fields.fault("window", reason))
            .ok();
    };
    if fields.node("window").is_some() {
        fields.fault("window", "cannot stand beside `calendar`: keep one of them");
    }
    let unit = CalendarUnit::ALL
        .into_iter()
        .find(|unit| unit.as_str() == calendar);
    if unit.is_none() {
        fields.fault(
            "calendar",
            format!("{calendar:?} is none of day, week, month, quarter, year"),
        );
    }
    let zone = period::zone(zone.as_deref().unwrap_or("UTC"));
    let zone = zone.map_err(|reason| fields.fault("timezone", reason)).ok()?;
    Some(Period::Calendar {
        unit: unit?,
        count: 1,
        // A Monday that begins a year, so that every unit begins with it.
        start: jiff::civil::date(2018, 1, 1).at(0, 0, 0, 0),
        zone,
    })
}

/// Whose figures it is of: the namespace of one field, or how another one takes them.
pub(crate) fn namespaces(fields: &Fields<'_>, one: &'static str, all: &'static str) -> Namespaces {
    /// A namespace's name may have so many bytes.
    const BYTES_MAX: usize = 200;
    let (name, how) = (fields.text(one), fields.text(all));
    if name.is_some() && how.is_some() {
        fields.fault(all, format!("cannot stand beside `{one}`: keep one of them"));
    }
    match (name, how.as_deref()) {
        (Some(name), _) if name.is_empty() || name.len() > BYTES_MAX || name.contains(char::is_control) => {
            fields.fault(one, format!("{name:?} is no namespace: write the name of one"));
        }
        (Some(name), _) if name == ALL_NAMESPACES => {
            fields.fault(
                one,
                format!("is of one namespace: for all of them, write `{all}: together`"),
            );
        }
        (Some(name), _) => return Namespaces::One(name.into()),
        (None, Some("together")) => return Namespaces::Together,
        (None, Some("each") | None) => {}
        (None, Some(other)) => fields.fault(all, format!("{other:?} is neither each nor together")),
    }
    Namespaces::Each
}

fn budgeting(fields: &Fields<'_>) -> Budgeting {
    let Some(slices) = fields.map("slices") else {
        return Budgeting::Occurrences;
    };
    let length = slices.required_text("of", "a slice's length, such as 1m");
    let slice_s = length.and_then(|text| {
        let length = parse_duration(&text).and_then(check_slice);
        length.map_err(|reason| slices.fault("of", reason)).ok()
    });
    let good = slices.text("good").and_then(|text| {
        let good = share(&text);
        good.map_err(|reason| slices.fault("good", reason)).ok()
    });
    slices.refuse_others();
    match (slice_s, good) {
        (Some(slice_s), Some(share)) => Budgeting::Timeslices { share, slice_s },
        (Some(slice_s), None) => Budgeting::RatioTimeslices { slice_s },
        (None, _) => Budgeting::Occurrences,
    }
}

/// Slices are looked at one by one, over the whole period.
pub(crate) fn check_slice(slice_s: u64) -> Result<u64, String> {
    if (60..=86_400).contains(&slice_s) {
        Ok(slice_s)
    } else {
        Err("a slice lasts from 1m to 1d".to_owned())
    }
}

fn alerting(fields: &Fields<'_>) -> Alerting {
    let mut alerting = Alerting::default();
    let Some(node) = fields.node("alerts") else {
        return alerting;
    };
    if matches!(node.value, Value::Scalar(_)) {
        alerting.burn_rates = fields.flag("alerts").unwrap_or(true);
        return alerting;
    }
    let Some(alerts) = fields.map("alerts") else {
        return alerting;
    };
    alerting.burn_rates = alerts.flag("burn_rates").unwrap_or(true);
    if let Some(text) = alerts.text("broken") {
        match BurnSeverity::parse(&text) {
            Some(severity) => alerting.broken = severity,
            None => alerts.fault("broken", format!("{text:?} is none of critical, warning, info")),
        }
    }
    if let Some(text) = alerts.text("no_data") {
        let length = parse_duration(&text);
        alerting.no_data_s = length.map_err(|reason| alerts.fault("no_data", reason)).ok();
    }
    alerts.refuse_others();
    alerting
}

fn labels(fields: &Fields<'_>) -> Vec<Label> {
    let Some(node) = fields.node("labels") else {
        return Vec::new();
    };
    let Value::Map(entries) = &node.value else {
        fields.fault(
            "labels",
            format!("must be a map of names and values, not {}", node.kind()),
        );
        return Vec::new();
    };
    let mut labels = Vec::new();
    for entry in entries {
        let path = format!("{}.{}", fields.path("labels"), entry.key);
        let Value::Scalar(scalar) = &entry.node.value else {
            let reason = format!("must be text, not {}", entry.node.kind());
            fields.faults().add(entry.at.line, &path, reason);
            continue;
        };
        if let Err(reason) = check_label(&entry.key) {
            fields.faults().add(entry.at.line, &path, reason);
            continue;
        }
        labels.push(Label {
            name: Text::new(&entry.key),
            value: Text::new(&scalar.text),
        });
    }
    labels.retain(|label: &Label| !label.value.is_empty());
    labels.sort();
    labels
}

/// Whether an objective may have a label of that name.
pub(crate) fn check_label(name: &str) -> Result<(), String> {
    const OWN: [&str; 5] = ["severity", "alertname", "slo_condition", "le", "quantile"];
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let well_formed =
        name.chars().next().is_some_and(first) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !well_formed {
        return Err(format!(
            "{name:?} is no label's name: use letters, digits and `_`"
        ));
    }
    if name == LABEL {
        return Err("\"namespace\" says whose series they are: write `namespace` beside `labels`".to_owned());
    }
    if name.starts_with("sloth_") || name.starts_with("__") || OWN.contains(&name) {
        return Err(format!("{name:?} is set by the program: choose another name"));
    }
    Ok(())
}
