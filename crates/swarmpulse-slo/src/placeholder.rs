//! The placeholder of the window in a query: `{{window}}`, or `{{.window}}` as in Sloth's files.

/// Whether a query has one.
pub(crate) fn is_in(query: &str) -> bool {
    let mut found = false;
    walk(query, |_, is_placeholder| found |= is_placeholder);
    found
}

/// The query with every placeholder replaced.
pub(crate) fn replaced(query: &str, window: &str) -> String {
    let mut text = String::with_capacity(query.len());
    walk(query, |part, is_placeholder| {
        text.push_str(if is_placeholder { window } else { part });
    });
    text
}

/// Hands over the parts of a query in order, placeholders and what is between them.
fn walk(query: &str, mut visit: impl FnMut(&str, bool)) {
    let mut rest = query;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}").map(|end| end + 2) else {
            break;
        };
        let (before, from) = rest.split_at(start);
        let (braced, after) = from.split_at(length);
        let inner = braced[2..length - 2].trim();
        if inner.strip_prefix('.').unwrap_or(inner) == "window" {
            visit(before, false);
            visit(braced, true);
            rest = after;
        } else {
            // Something else in braces: gone over one byte at a time, as a placeholder may begin within.
            visit(&rest[..=start], false);
            rest = &rest[start + 1..];
        }
    }
    visit(rest, false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_it_is_replaced() {
        for (query, replaced_by) in [
            ("rate(x[{{window}}])", "rate(x[5m])"),
            (
                "rate(x[{{.window}}]) / rate(y[{{ .window }}])",
                "rate(x[5m]) / rate(y[5m])",
            ),
            ("x{a=\"{{b}}\"}[{{ window }}]", "x{a=\"{{b}}\"}[5m]"),
        ] {
            assert!(is_in(query), "{query}");
            assert_eq!(replaced(query, "5m"), replaced_by);
        }
        for query in ["x", "x{a=\"b\"}", "{{windows}}", "{{", "{{window"] {
            assert!(!is_in(query), "{query}");
            assert_eq!(replaced(query, "5m"), query);
        }
    }
}
