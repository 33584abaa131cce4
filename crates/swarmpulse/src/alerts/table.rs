//! Tables of alerts and what belongs to them: columns as wide as they need be, the last but one cut to the terminal.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::output::{dim, styled};
use crate::pulse::cut;

/// No column but the flexible one is wider than this on a terminal.
const COLUMN_MAX: usize = 40;
/// The flexible column keeps at least this much.
const FLEXIBLE_MIN: usize = 24;

/// A row, and the style of its first cell.
pub struct Row {
    /// Its cells, as many as there are headings.
    pub cells: Vec<String>,
    /// How the first is shown.
    pub style: Style,
}

/// Lines of a table. The last column is cut to the terminal's width; where the output is no terminal nothing is cut.
#[must_use]
pub fn render(headings: &[&str], rows: &[Row], width: Option<usize>) -> Vec<String> {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            *width = (*width).max(cell.width());
        }
    }
    if let (Some(total), Some((last, others))) = (width, widths.split_last_mut()) {
        for width in others.iter_mut() {
            *width = (*width).min(COLUMN_MAX);
        }
        let used: usize = others.iter().map(|width| *width + 2).sum();
        *last = (*last).min(total.saturating_sub(used).max(FLEXIBLE_MIN));
    }
    let heading = line(headings.iter().copied(), &widths, None);
    let mut lines = vec![styled(dim(), &heading)];
    lines.extend(
        rows.iter()
            .map(|row| line(row.cells.iter().map(String::as_str), &widths, Some(row.style))),
    );
    lines
}

fn line<'c>(cells: impl Iterator<Item = &'c str>, widths: &[usize], style: Option<Style>) -> String {
    let mut text = String::new();
    for (column, (cell, width)) in cells.zip(widths).enumerate() {
        let shown = cut(&one_line(cell), *width);
        let pad = if column + 1 == widths.len() {
            0
        } else {
            width - shown.width() + 2
        };
        match style {
            Some(style) if column == 0 => text.push_str(&styled(style, &shown)),
            _ => text.push_str(&shown),
        }
        text.extend(std::iter::repeat_n(' ', pad));
    }
    text.truncate(text.trim_end().len());
    text
}

/// A text as one line: control characters would change the terminal.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;

    fn shown(width: Option<usize>) -> String {
        let row = |cells: [&str; 3]| Row {
            cells: cells.map(str::to_owned).to_vec(),
            style: Style::new().bold(),
        };
        let rows = [
            row([
                "critical",
                "agent_down",
                "agent a1: no contact within 30 s, last by heartbeat",
            ]),
            row(["info", "x\u{1b}[2J", ""]),
        ];
        strip_str(&render(&["SEVERITY", "ALERT", "WHAT"], &rows, width).join("\n")).to_string()
    }

    #[test]
    fn columns_line_up_and_the_last_is_cut_on_a_terminal() {
        assert_eq!(
            shown(None),
            "SEVERITY  ALERT       WHAT\n\
             critical  agent_down  agent a1: no contact within 30 s, last by heartbeat\n\
             info      x [2J"
        );
        assert_eq!(
            shown(Some(50)),
            "SEVERITY  ALERT       WHAT\n\
             critical  agent_down  agent a1: no contact within…\n\
             info      x [2J"
        );
    }
}
