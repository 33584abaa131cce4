//! The report as a table, with a sentence for all that is not met.

use anstyle::AnsiColor;
use swarmpulse_api::{Slo, Slos};
use unicode_width::UnicodeWidthStr;

use super::report::{namespace, not_observed, percent, rate, tells_namespaces, tells_not_observed, word};
use crate::output::{bold, colour, dim, styled};
use crate::pulse::cut;

/// Of these the second says whose, and the last how long nobody looked: they are there where that is worth telling.
const COLUMNS: usize = 9;
const WHOSE: usize = 1;
const NOT_OBSERVED: usize = 8;
/// Columns from here on hold figures.
const FIGURES_FROM: usize = 4;

/// What stands above the columns.
const HEAD: [&str; COLUMNS] = [
    "STATE",
    "NAMESPACE",
    "SERVICE",
    "OBJECTIVE",
    "PROMISED",
    "GOOD",
    "BUDGET LEFT",
    "BURN 1h",
    "NOT OBSERVED",
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
    if !slos.off.is_empty() {
        lines.push(styled(dim(), &format!("switched off: {}", slos.off.join(", "))));
    }
    let rows: Vec<[String; COLUMNS]> = slos.items.iter().map(row).collect();
    if rows.is_empty() {
        return lines;
    }
    let with_namespace = tells_namespaces(slos);
    let mut widths = HEAD.map(str::len);
    if !with_namespace {
        widths[WHOSE] = 0;
    }
    if !tells_not_observed(slos) {
        widths[NOT_OBSERVED] = 0;
    }
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            if *width > 0 {
                *width = (*width).max(cell.width());
            }
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
        let whose = if with_namespace {
            format!(" ({})", namespace(&slo.namespace))
        } else {
            String::new()
        };
        lines.push(format!("{}{whose}: {}", slo.name, slo.sentence));
    }
    lines
}

fn row(slo: &Slo) -> [String; COLUMNS] {
    let left = slo
        .error_budget
        .as_ref()
        .and_then(|budget| budget.remaining_ratio);
    [
        word(&slo.state).to_owned(),
        namespace(&slo.namespace).to_owned(),
        slo.service.clone(),
        slo.name.clone(),
        percent(Some(slo.objective), 4),
        percent(slo.sli, 3),
        percent(left, 1),
        rate(slo.burn_rate.hour),
        not_observed(slo),
    ]
}

/// The cells of a line; a column without width is left out.
fn joined(cells: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> String {
    let padded = cells
        .iter()
        .zip(widths)
        .enumerate()
        .filter(|(_, (_, width))| **width > 0)
        .map(|(number, (cell, width))| {
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            // Figures stand at the right.
            if number < FIGURES_FROM {
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
    use swarmpulse_api::{SloBudget, SloBurnRate, SloNotObserved, SloWindow};

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

    #[test]
    fn a_column_says_whose_they_are_where_there_are_several() {
        let of = |namespace: &str, state: &str| Slo {
            name: "enough".into(),
            service: "agents".into(),
            namespace: namespace.into(),
            state: state.into(),
            objective: 0.9,
            sentence: "VIOLATING: 50% was good.".into(),
            ..Slo::default()
        };
        let slos = Slos {
            meeting: 1,
            violating: 1,
            items: vec![of("default", "meeting"), of("team-a", "violating")],
            off: vec!["memory-growth".into()],
            ..Slos::default()
        };
        let lines: Vec<String> = render(&slos, None)
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect();
        assert_eq!(
            lines,
            [
                "1 meeting, 1 violating, 0 no data",
                "switched off: memory-growth",
                "STATE      NAMESPACE  SERVICE  OBJECTIVE  PROMISED  GOOD  BUDGET LEFT  BURN 1h",
                "MEETING    default    agents   enough          90%     -            -        -",
                "VIOLATING  team-a     agents   enough          90%     -            -        -",
                "",
                "enough (team-a): VIOLATING: 50% was good.",
            ]
        );
    }

    #[test]
    fn a_column_says_how_long_nobody_looked_where_that_was_so() {
        let unseen = |seconds: f64, ratio: f64| SloWindow {
            not_observed: Some(SloNotObserved {
                seconds,
                ratio,
                ..SloNotObserved::default()
            }),
            ..SloWindow::default()
        };
        let of = |name: &str, window: SloWindow| Slo {
            name: name.into(),
            service: "agents".into(),
            state: "meeting".into(),
            objective: 0.9,
            window,
            ..Slo::default()
        };
        let rendered = |items: Vec<Slo>| {
            let slos = Slos {
                meeting: items.len(),
                items,
                ..Slos::default()
            };
            let lines = render(&slos, None);
            let plain = lines
                .iter()
                .map(|line| anstream::adapter::strip_str(line).to_string());
            plain.collect::<Vec<_>>()
        };
        assert_eq!(
            rendered(vec![
                of("a", unseen(54_432.0, 0.021)),
                of("b", SloWindow::default())
            ])[1..],
            [
                "STATE    SERVICE  OBJECTIVE  PROMISED  GOOD  BUDGET LEFT  BURN 1h  NOT OBSERVED",
                "MEETING  agents   a               90%     -            -        -          2.1%",
                "MEETING  agents   b               90%     -            -        -             -",
            ]
        );
        let all_seen = rendered(vec![of("a", unseen(0.0, 0.0))]);
        assert!(!all_seen[1].contains("NOT OBSERVED"), "{all_seen:?}");
    }
}
