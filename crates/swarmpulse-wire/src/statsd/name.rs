//! Names as PromQL can write them.

/// Appends a name with `_` in place of every character that cannot stand in it, as `.` and `-`.
pub(super) fn push(into: &mut String, name: &str, allow_colon: bool) {
    for (place, character) in name.chars().enumerate() {
        let fits = character.is_ascii_alphabetic()
            || character == '_'
            || (character == ':' && allow_colon)
            || (character.is_ascii_digit() && place > 0);
        if fits {
            into.push(character);
        } else {
            into.push('_');
            if character.is_ascii_digit() {
                into.push(character);
            }
        }
    }
}

/// The name of a metric.
pub(super) fn metric(name: &str, suffix: &str) -> String {
    let mut metric = String::with_capacity(name.len() + suffix.len());
    push(&mut metric, name, true);
    if !metric.ends_with(suffix) {
        metric.push_str(suffix);
    }
    metric
}

/// The name of a label.
pub(super) fn label(name: &str) -> String {
    let mut label = String::with_capacity(name.len());
    push(&mut label, name, false);
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_promql() {
        for (name, suffix, expected) in [
            ("api.requests-ok", "", "api_requests_ok"),
            ("9lives", "", "_9lives"),
            ("a:b", "", "a:b"),
            ("db.query", "_seconds", "db_query_seconds"),
            ("db_seconds", "_seconds", "db_seconds"),
            ("größe", "", "gr__e"),
        ] {
            assert_eq!(metric(name, suffix), expected);
        }
        assert_eq!(label("a:b.c"), "a_b_c");
    }
}
