//! The tree of routes as it is written.

use swarmpulse_model::Text;
use swarmpulse_yaml::{Faults, Fields, Node, Place};

use super::interval::NamedInterval;
use super::matching::{Keys, is_label_name, matchers};
use super::route::{GroupBy, Route};

/// What routes may name.
pub(super) struct Known<'a> {
    pub(super) receivers: &'a [Text],
    pub(super) intervals: &'a [NamedInterval],
}

const MATCH: Keys = Keys {
    equal: "match",
    expression: "match_re",
    matchers: "matchers",
};

/// The routes from the root on, each before its children.
pub(super) fn routes(root: &Node, known: &Known<'_>, faults: &mut Faults) -> Vec<Route> {
    let mut all = Vec::new();
    add(root, None, known, &mut all, faults);
    all
}

/// Adds a route and those below it; the position it has.
fn add(
    node: &Node,
    above: Option<(usize, usize)>,
    known: &Known<'_>,
    all: &mut Vec<Route>,
    faults: &mut Faults,
) -> Option<usize> {
    let what = if above.is_some() {
        "a route"
    } else {
        "the root route"
    };
    let mut fields = Fields::of(node, what, faults)?;
    let mut route = match above.and_then(|(parent, _)| all.get(parent)) {
        Some(parent) => Route {
            depth: parent.depth + 1,
            children: Vec::new(),
            ..parent.clone()
        },
        None => Route::root(),
    };
    route.matchers = matchers(&mut fields, &MATCH, faults);
    route.continues = fields.boolean("continue", faults).unwrap_or(false);
    route.mute = interval_names(&mut fields, "mute_time_intervals", known, faults);
    route.active = interval_names(&mut fields, "active_time_intervals", known, faults);
    receiver(&mut fields, &mut route, known, faults);
    if let Some(group_by) = group_by(&mut fields, faults) {
        route.group_by = group_by;
    }
    timing(&mut fields, &mut route, faults);
    match above {
        Some((_, place)) => {
            route.key = Text::from(format!("{}/{}", route.key, route.matchers));
            route.id = Text::from(format!("{}/{}/{place}", route.id, route.matchers));
        }
        None => check_root(&fields, &route, faults),
    }
    let children = fields.list("routes", faults);
    fields.finish(faults);

    let position = all.len();
    all.push(route);
    for (place, child) in children.iter().enumerate() {
        if let Some(child) = add(child, Some((position, place)), known, all, faults) {
            all[position].children.push(child);
        }
    }
    Some(position)
}

fn check_root(fields: &Fields<'_>, route: &Route, faults: &mut Faults) {
    let mut refuse = |key: &str, message: &str| faults.error(fields.place(key), message);
    if !route.matchers.is_empty() {
        refuse(
            "matchers",
            "the root route takes every alert and must not have matchers: put them into a route below `routes`",
        );
    }
    if !route.mute.is_empty() {
        refuse(
            "mute_time_intervals",
            "the root route must not have mute_time_intervals: put them into a route below `routes`",
        );
    }
    if !route.active.is_empty() {
        refuse(
            "active_time_intervals",
            "the root route must not have active_time_intervals: put them into a route below `routes`",
        );
    }
    if route.continues {
        refuse(
            "continue",
            "the root route must not have `continue`: nothing comes after it",
        );
    }
}

fn receiver(fields: &mut Fields<'_>, route: &mut Route, known: &Known<'_>, faults: &mut Faults) {
    match fields.text("receiver", faults) {
        Some(name) if known.receivers.iter().any(|receiver| receiver == name) => {
            route.receiver = Text::from(name);
        }
        Some(name) => {
            let names = known.receivers.iter().map(Text::as_str);
            faults.error(fields.place("receiver"), undefined("receiver", name, names));
        }
        None if route.depth == 0 => {
            faults.error(
                fields.at(),
                "the root route needs a `receiver`: alerts that no other route takes go there",
            );
        }
        None => {}
    }
}

fn interval_names(
    fields: &mut Fields<'_>,
    key: &'static str,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Vec<Text> {
    let mut found = Vec::new();
    for (name, at) in fields.texts(key, faults) {
        if known.intervals.iter().any(|interval| interval.name == name) {
            found.push(Text::from(name));
        } else {
            let names = known.intervals.iter().map(|interval| interval.name.as_str());
            faults.error(at, undefined("time interval", name, names));
        }
    }
    found
}

/// At most so many names are listed in an error.
const LISTED_MAX: usize = 10;

fn undefined<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let rest = match known.len() {
        0 => "none is defined".to_owned(),
        count if count > LISTED_MAX => format!(
            "defined are {} and {} more",
            known[..LISTED_MAX].join(", "),
            count - LISTED_MAX
        ),
        _ => format!("defined are {}", known.join(", ")),
    };
    format!("{what} `{name}` is not defined: {rest}")
}

/// `None` leaves what is inherited, as an empty list does in Alertmanager.
fn group_by(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<GroupBy> {
    let mut group_by = GroupBy::default();
    let mut last = Place::default();
    for (label, at) in fields.texts("group_by", faults) {
        last = at;
        if label == "..." {
            group_by.all = true;
        } else if !is_label_name(label) {
            faults.error(at, format!("group_by: {label:?} is no name of a label"));
        } else if group_by.labels.iter().any(|known| known == label) {
            faults.error(at, format!("group_by has `{label}` twice: remove one"));
        } else {
            group_by.labels.push(Text::from(label));
        }
    }
    if group_by.all && !group_by.labels.is_empty() {
        faults.error(
            last,
            "group_by has `...` beside other labels: `...` means all labels and stands alone",
        );
    }
    group_by.labels.sort_unstable();
    (group_by != GroupBy::default()).then_some(group_by)
}

fn timing(fields: &mut Fields<'_>, route: &mut Route, faults: &mut Faults) {
    if let Some(wait_s) = fields.duration_s("group_wait", faults) {
        route.group_wait_s = wait_s;
    }
    for (key, value) in [
        ("group_interval", &mut route.group_interval_s),
        ("repeat_interval", &mut route.repeat_interval_s),
    ] {
        match fields.duration_s(key, faults) {
            Some(0.0) => faults.error(fields.place(key), format!("{key} must be longer than zero")),
            Some(interval_s) => *value = interval_s,
            None => {}
        }
    }
}
