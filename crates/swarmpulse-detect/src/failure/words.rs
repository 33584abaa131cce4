//! What failures are of, as sentences name it, and how many times more.

use swarmpulse_model::EntityKind;

/// The id of the subject that stands for all task types of a namespace.
pub(super) const ALL_TYPES: &str = "*";

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
        assert_eq!(
            [times(12.3), times(3.44), times(f64::INFINITY)],
            ["12", "3.4", "over 1000"]
        );
        let names: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).into();
        assert_eq!(row(&names), "a, b and 3 others");
        assert_eq!(row(&names[..2]), "a and b");
    }
}
