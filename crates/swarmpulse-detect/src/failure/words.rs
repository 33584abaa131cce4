//! How figures and names are written for a person.

use swarmpulse_model::EntityKind;

/// The id of the subject that stands for all task types of a namespace.
pub(super) const ALL_TYPES: &str = "*";

/// A share as percent, with as many digits as tell something: `42 %`, `3.4 %`, `0.21 %`.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 10.0 || percent == 0.0 {
        format!("{percent:.0} %")
    } else if percent >= 1.0 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.2} %")
    }
}

/// A number of times: `12`, `3.4`.
pub(super) fn times(ratio: f64) -> String {
    if ratio >= 1000.0 {
        "over 1000".to_owned()
    } else if ratio >= 10.0 {
        format!("{ratio:.0}")
    } else {
        format!("{ratio:.1}")
    }
}

/// A span of time: `40 seconds`, `12 minutes`, `3 hours`, `2 days`.
pub(super) fn span(seconds: f64) -> String {
    let (number, unit) = if seconds < 90.0 {
        (seconds, "second")
    } else if seconds < 5400.0 {
        (seconds / 60.0, "minute")
    } else if seconds < 172_800.0 {
        (seconds / 3600.0, "hour")
    } else {
        (seconds / 86_400.0, "day")
    };
    let number = number.round().max(0.0);
    let plural = if number == 1.0 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// `1 failure`, `2 failures`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// An entity as a sentence names it.
pub(super) fn named(kind: EntityKind, id: &str) -> String {
    match kind {
        EntityKind::TaskType if id == ALL_TYPES => "tasks of all types".to_owned(),
        EntityKind::TaskType => format!("tasks of type {id}"),
        EntityKind::Service => format!("calls of {id}"),
        EntityKind::Host => format!("tasks on host {id}"),
        _ => format!("tasks of {id}"),
    }
}

/// An entity by its kind and name alone.
pub(super) fn called(kind: EntityKind, id: &str) -> String {
    match kind {
        EntityKind::TaskType => format!("task type {id}"),
        EntityKind::Service => format!("service {id}"),
        EntityKind::Host => format!("host {id}"),
        _ => id.to_owned(),
    }
}

/// Names in a row: `a`, `a and b`, `a, b and 3 others`.
pub(super) fn row(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} others", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!([percent(0.423), percent(0.034), percent(0.0021), percent(0.0)], ["42 %", "3.4 %", "0.21 %", "0 %"]);
        assert_eq!([span(40.0), span(60.0 * 12.0), span(3600.0 * 3.0)], ["40 seconds", "12 minutes", "3 hours"]);
        assert_eq!([times(12.3), times(3.44), times(f64::INFINITY)], ["12", "3.4", "over 1000"]);
        assert_eq!(counted(1, "failure"), "1 failure");
        let names: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).into();
        assert_eq!(row(&names), "a, b and 3 others");
        assert_eq!(row(&names[..2]), "a and b");
    }
}
