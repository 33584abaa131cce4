//! The report in Markdown, to be filed or sent.

use swarmpulse_api::{Slo, Slos};

use super::report::{moment, namespace, not_observed, percent, rate, tells_namespaces, word};

/// Its text.
pub(super) fn render(slos: &Slos) -> String {
    let mut text = format!(
        "# SLO compliance\n\nAs of {}: {} meeting, {} violating, {} no data.\n\n",
        moment(&slos.at),
        slos.meeting,
        slos.violating,
        slos.no_data
    );
    let with_namespace = tells_namespaces(slos);
    let (head, line) = if with_namespace {
        ("| Namespace ", "|---")
    } else {
        ("", "")
    };
    text.push_str(&format!(
        "| State {head}| Service | Objective | Promised | Good | Budget left | Burn 1 h | Window | Not observed |\n"
    ));
    text.push_str(&format!("|---{line}|---|---|---:|---:|---:|---:|---|---:|\n"));
    for slo in &slos.items {
        text.push_str(&row(slo, with_namespace));
    }
    if !slos.items.is_empty() {
        text.push('\n');
    }
    for slo in &slos.items {
        text.push_str(&format!(
            "- **{}**{}: {}\n",
            escaped(&slo.title),
            if with_namespace {
                format!(" ({})", escaped(namespace(&slo.namespace)))
            } else {
                String::new()
            },
            escaped(&slo.sentence)
        ));
    }
    if !slos.off.is_empty() {
        text.push_str(&format!("\nSwitched off: {}.\n", escaped(&slos.off.join(", "))));
    }
    text
}

fn row(slo: &Slo, with_namespace: bool) -> String {
    let left = slo
        .error_budget
        .as_ref()
        .and_then(|budget| budget.remaining_ratio);
    format!(
        "| {} {}| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        word(&slo.state),
        if with_namespace {
            format!("| {} ", escaped(namespace(&slo.namespace)))
        } else {
            String::new()
        },
        escaped(&slo.service),
        escaped(&slo.name),
        percent(Some(slo.objective), 4),
        percent(slo.sli, 3),
        percent(left, 1),
        rate(slo.burn_rate.hour),
        escaped(&slo.window.text),
        not_observed(slo),
    )
}

/// Text that is only text: no table's edge, no mark-up, no line of its own.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '\\' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            '\n' | '\r' => safe.push(' '),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use swarmpulse_api::{SloNotObserved, SloWindow};

    use super::*;

    #[test]
    fn a_name_cannot_break_the_table() {
        let slo = Slo {
            title: "a|b\n# c".into(),
            name: "x".into(),
            service: "s".into(),
            state: "violating".into(),
            objective: 0.999,
            sli: Some(0.5),
            window: SloWindow {
                not_observed: Some(SloNotObserved {
                    seconds: 1814.4,
                    ratio: 0.021,
                    ..SloNotObserved::default()
                }),
                ..SloWindow::default()
            },
            sentence: "VIOLATING: 50%.".into(),
            ..Slo::default()
        };
        let text = render(&Slos {
            at: "2026-01-01T00:00:00.000Z".into(),
            violating: 1,
            items: vec![slo],
            ..Slos::default()
        });
        assert!(
            text.contains("| VIOLATING | s | x | 99.9% | 50% | - | - |  | 2.1% |\n"),
            "{text}"
        );
        assert!(text.contains("- **a\\|b \\# c**: VIOLATING: 50%.\n"), "{text}");
    }

    #[test]
    fn namespaces_and_what_is_off_are_told_where_there_are_any() {
        let of = |namespace: &str| Slo {
            title: "Enough".into(),
            name: "enough".into(),
            service: "agents".into(),
            namespace: namespace.into(),
            state: "meeting".into(),
            objective: 0.9,
            sentence: "MEETING.".into(),
            ..Slo::default()
        };
        let text = render(&Slos {
            at: "2026-01-01T00:00:00.000Z".into(),
            items: vec![of("default"), of("*"), of("team|a")],
            off: vec!["memory-growth".into()],
            ..Slos::default()
        });
        for part in [
            "As of 2026-01-01 00:00:00 UTC: ",
            "| State | Namespace | Service |",
            "|---|---|---|---|---:|",
            "| MEETING | default | agents | enough | 90% |",
            "| MEETING | (all) | agents |",
            "| MEETING | team\\|a | agents |",
            "- **Enough** (team\\|a): MEETING.\n",
            "\nSwitched off: memory-growth.\n",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }
}
