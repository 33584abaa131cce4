//! Values over a range: a sparkline for each series.

use anstyle::AnsiColor;

use super::answer::{Found, Series, name};
use super::span::Span;
use crate::clock;
use crate::output::{bold, colour, dim, styled};
use crate::pulse::cut;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns of a sparkline where output goes to no terminal.
const COLUMNS: usize = 60;

/// How many steps fit a sparkline.
#[must_use]
pub fn steps(width: Option<usize>) -> i64 {
    columns(width) as i64
}

fn columns(width: Option<usize>) -> usize {
    width.map_or(COLUMNS, |width| width.saturating_sub(2).clamp(10, 120))
}

/// Lines that show what was found, at most so many series.
#[must_use]
pub fn render(found: &Found, span: &Span, limit: usize, width: Option<usize>) -> Vec<String> {
    let Found::Matrix(series) = found else {
        return Vec::new();
    };
    if series.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![styled(
        dim(),
        &format!(
            "{} to {}, every {}",
            clock::text(span.start_ms),
            clock::text(span.end_ms),
            swarmpulse_promql::format_duration(span.step_ms)
        ),
    )];
    for series in series.iter().take(limit) {
        let title = name(&series.metric);
        let title = width.map_or_else(|| title.clone(), |width| cut(&title, width));
        lines.push(styled(bold(), &title));
        if series.values.is_empty() {
            lines.push("  native histograms; --json shows them".to_owned());
            continue;
        }
        let points = points(series, span);
        lines.push(format!(
            "  {}",
            styled(colour(AnsiColor::Cyan), &sparkline(&points, columns(width)))
        ));
        lines.push(format!("  {}", styled(dim(), &figures(series))));
    }
    if series.len() > limit {
        let more = format!("{} more; --limit shows them", series.len() - limit);
        lines.push(styled(dim(), &more));
    }
    lines
}

/// A value for each step; `None` where there is none.
fn points(series: &Series, span: &Span) -> Vec<Option<f64>> {
    let mut points = vec![None; span.steps()];
    for (at_s, value) in &series.values {
        if let (Some(point), Ok(value)) = (points.get_mut(span.step_of(*at_s)), value.parse::<f64>()) {
            *point = Some(value);
        }
    }
    points
}

/// The means of the steps that fall on each column, as bars between the least and the greatest; gaps are blanks.
fn sparkline(points: &[Option<f64>], columns: usize) -> String {
    let columns = columns.min(points.len()).max(1);
    let means: Vec<Option<f64>> = (0..columns)
        .map(|column| {
            let (from, to) = (
                column * points.len() / columns,
                (column + 1) * points.len() / columns,
            );
            let values: Vec<f64> = points[from..to].iter().flatten().copied().collect();
            let finite = !values.is_empty() && values.iter().all(|value| value.is_finite());
            finite.then(|| values.iter().sum::<f64>() / values.len() as f64)
        })
        .collect();
    let least = means.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let greatest = means.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let bar = |mean: &Option<f64>| match mean {
        None => ' ',
        Some(_) if greatest <= least => BARS[3],
        Some(mean) => {
            let place = (mean - least) / (greatest - least) * (BARS.len() - 1) as f64;
            BARS[(place.round() as usize).min(BARS.len() - 1)]
        }
    };
    means.iter().map(bar).collect()
}

fn figures(series: &Series) -> String {
    let values: Vec<f64> = series
        .values
        .iter()
        .filter_map(|(_, value)| value.parse().ok())
        .collect();
    let last = series.values.last().map_or("", |(_, value)| value.as_str());
    let least = values.iter().copied().fold(f64::NAN, f64::min);
    let greatest = values.iter().copied().fold(f64::NAN, f64::max);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    format!("last {last}  min {least}  max {greatest}  mean {}", short(mean))
}

/// Four digits, which suffice for a mean.
fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 12);
    let text = format!("{value:.*}", digits as usize);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn bars_go_from_the_least_to_the_greatest_and_gaps_stay() {
        let points: Vec<Option<f64>> = (0..8).map(|n| Some(f64::from(n))).collect();
        assert_eq!(sparkline(&points, 80), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&points, 4), "▁▃▆█");
        assert_eq!(sparkline(&[Some(5.0), None, Some(5.0)], 80), "▄ ▄");
        assert_eq!(sparkline(&[Some(f64::NAN), None], 80), "  ");
        assert_eq!(sparkline(&[Some(1.0), Some(f64::INFINITY), Some(2.0)], 80), "▁ █");
    }

    #[test]
    fn means_are_short() {
        for (value, expected) in [
            (0.0, "0"),
            (1234.5678, "1235"),
            (0.012_345, "0.01235"),
            (2.5, "2.5"),
            (1e9, "1000000000"),
        ] {
            assert_eq!(short(value), expected);
        }
    }

    #[test]
    fn a_chart_has_a_title_a_line_and_figures() {
        let text = r#"{"resultType":"matrix","result":[
            {"metric":{"__name__":"up","job":"a"},"values":[[0,"1"],[60,"3"],[180,"2"]]},
            {"metric":{},"values":[[0,"7"]]}]}"#;
        let found = Found::read(&RawValue::from_string(text.to_owned()).unwrap()).unwrap();
        let span = Span {
            start_ms: 0,
            end_ms: 180_000,
            step_ms: 60_000,
        };
        let plain = |limit, width| -> Vec<String> {
            let lines = render(&found, &span, limit, width);
            lines
                .iter()
                .map(|line| anstream::adapter::strip_str(line).to_string())
                .collect()
        };
        assert_eq!(
            plain(1, None),
            [
                "1970-01-01T00:00:00.000Z to 1970-01-01T00:03:00.000Z, every 1m",
                "up{job=\"a\"}",
                "  ▁█ ▅",
                "  last 2  min 1  max 3  mean 2",
                "1 more; --limit shows them",
            ]
        );
        let narrow = plain(9, Some(12));
        assert!(narrow[1].width() <= 12 && narrow[2].width() <= 12, "{narrow:?}");
    }
}
