//! The report in Markdown, to be filed or sent.

use swarmpulse_api::{Slo, Slos};

use super::report::{percent, rate, word};

/// Its text.
pub(super) fn render(slos: &Slos) -> String {
    let mut text = format!(
        "# SLO compliance\n\nAs of {}: {} meeting, {} violating, {} no data.\n\n",
        slos.at, slos.meeting, slos.violating, slos.no_data
    );
    text.push_str("| State | Service | Objective | Promised | Good | Budget left | Burn 1 h | Window |\n");
    text.push_str("|---|---|---|---:|---:|---:|---:|---|\n");
    for slo in &slos.items {
        text.push_str(&row(slo));
    }
    if !slos.items.is_empty() {
        text.push('\n');
    }
    for slo in &slos.items {
        text.push_str(&format!(
            "- **{}**: {}\n",
            escaped(&slo.title),
            escaped(&slo.sentence)
        ));
    }
    text
}

fn row(slo: &Slo) -> String {
    let left = slo
        .error_budget
        .as_ref()
        .and_then(|budget| budget.remaining_ratio);
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        word(&slo.state),
        escaped(&slo.service),
        escaped(&slo.name),
        percent(Some(slo.objective), 4),
        percent(slo.sli, 3),
        percent(left, 1),
        rate(slo.burn_rate.hour),
        escaped(&slo.window.text),
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
            text.contains("| VIOLATING | s | x | 99.9% | 50% | - | - |  |\n"),
            "{text}"
        );
        assert!(text.contains("- **a\\|b \\# c**: VIOLATING: 50%.\n"), "{text}");
    }
}
