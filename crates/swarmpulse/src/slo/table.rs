//! The report as a table, with a sentence for all that is not met.

use anstyle::AnsiColor;
use swarmpulse_api::{Slo, Slos};
use unicode_width::UnicodeWidthStr;

use super::report::{percent, rate, word};
use crate::output::{bold, colour, dim, styled};
use crate::pulse::cut;

const HEAD: [&str; 7] = [
    "STATE",
    "SERVICE",
    "OBJECTIVE",
    "PROMISED",
    "GOOD",
    "BUDGET LEFT",
    "BURN 1h",
];

/// Its lines.
pub(super) fn render(slos: &Slos, width: Option<usize>) -> Vec<String> {
    let mut lines = vec![styled(
        bold(),
        &format!(
            "{} meeting, {} violating, {} no data",
            slos.meeting, slos.violating, slos.no_data
        ),
    )];
    let rows: Vec<[String; 7]> = slos.items.iter().map(row).collect();
    if rows.is_empty() {
        return lines;
    }
    let mut widths = HEAD.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let fitted = |line: String| width.map_or_else(|| line.clone(), |width| cut(&line, width));
    lines.push(styled(dim(), &fitted(joined(&HEAD.map(str::to_owned), &widths))));
    for (slo, row) in slos.items.iter().zip(&rows) {
        let line = fitted(joined(row, &widths));
        let state = row[0].as_str();
        lines.push(match line.strip_prefix(state) {
            Some(rest) => format!("{}{rest}", styled(colour(tone(slo)), state)),
            None => line,
        });
    }
    for slo in slos.items.iter().filter(|slo| slo.state != "meeting") {
        lines.push(String::new());
        lines.push(format!("{}: {}", slo.name, slo.sentence));
    }
    lines
}

fn row(slo: &Slo) -> [String; 7] {
    let left = slo
        .error_budget
        .as_ref()
        .and_then(|budget| budget.remaining_ratio);
    [
        word(&slo.state).to_owned(),
        slo.service.clone(),
        slo.name.clone(),
        percent(Some(slo.objective), 4),
        percent(slo.sli, 3),
        percent(left, 1),
        rate(slo.burn_rate.hour),
    ]
}

fn joined(cells: &[String; 7], widths: &[usize; 7]) -> String {
    let padded = cells
        .iter()
        .zip(widths)
        .enumerate()
        .map(|(number, (cell, width))| {
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            // Figures stand at the right.
            if number < 3 {
                format!("{cell}{pad}")
            } else {
                format!("{pad}{cell}")
            }
        });
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn tone(slo: &Slo) -> AnsiColor {
    match slo.state.as_str() {
        "meeting" => AnsiColor::Green,
        "violating" => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_api::{SloBudget, SloBurnRate};

    use super::*;

    #[test]
    fn what_is_not_met_is_told_in_words() {
        let slos = Slos {
            meeting: 1,
            no_data: 1,
            items: vec![
                Slo {
                    name: "agents-active".into(),
                    service: "agents".into(),
                    state: "meeting".into(),
                    objective: 0.9,
                    sli: Some(0.95),
                    error_budget: Some(SloBudget {
                        remaining_ratio: Some(0.5),
                        ..SloBudget::default()
                    }),
                    burn_rate: SloBurnRate {
                        hour: Some(0.25),
                        ..SloBurnRate::default()
                    },
                    ..Slo::default()
                },
                Slo {
                    name: "code".into(),
                    service: "memory".into(),
                    state: "no_data".into(),
                    sentence: "NO DATA: nothing was measured.".into(),
                    objective: 1.0,
                    ..Slo::default()
                },
            ],
            ..Slos::default()
        };
        let lines: Vec<String> = render(&slos, None)
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect();
        assert_eq!(
            lines,
            [
                "1 meeting, 0 violating, 1 no data",
                "STATE    SERVICE  OBJECTIVE      PROMISED  GOOD  BUDGET LEFT  BURN 1h",
                "MEETING  agents   agents-active       90%   95%          50%     0.25",
                "NO DATA  memory   code               100%     -            -        -",
                "",
                "code: NO DATA: nothing was measured.",
            ]
        );
    }
}
