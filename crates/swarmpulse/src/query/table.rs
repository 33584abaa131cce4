//! Values at one time: a line for each series.

use unicode_width::UnicodeWidthStr;

use super::answer::{Found, histogram, name};
use crate::output::{bold, dim, styled};
use crate::pulse::cut;

/// Lines that show what was found, at most so many series.
#[must_use]
pub fn render(found: &Found, limit: usize, width: Option<usize>) -> Vec<String> {
    match found {
        Found::Scalar((_, value)) | Found::String((_, value)) => vec![value.clone()],
        Found::Vector(samples) => {
            let rows = samples.iter().map(|sample| {
                let value = match (&sample.value, &sample.histogram) {
                    (Some((_, value)), _) => value.clone(),
                    (None, Some((_, value))) => histogram(value),
                    (None, None) => String::new(),
                };
                (value, name(&sample.metric))
            });
            table(rows, samples.len(), limit, width)
        }
        Found::Matrix(series) => {
            let rows = series.iter().flat_map(|series| {
                let name = name(&series.metric);
                let values = series
                    .values
                    .iter()
                    .map(move |(at_s, value)| (value.clone(), format!("{name} @ {at_s}")));
                values.collect::<Vec<_>>()
            });
            let all = series.iter().map(|series| series.values.len()).sum();
            table(rows, all, limit, width)
        }
    }
}

fn table(
    rows: impl Iterator<Item = (String, String)>,
    all: usize,
    limit: usize,
    width: Option<usize>,
) -> Vec<String> {
    let rows: Vec<(String, String)> = rows.take(limit).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let column = rows
        .iter()
        .map(|(value, _)| value.width())
        .max()
        .unwrap_or(0)
        .max(5);
    let mut lines = vec![styled(dim(), &format!("{:>column$}  SERIES", "VALUE"))];
    for (value, series) in &rows {
        let pad = " ".repeat(column - value.width());
        let room = width.map(|width| width.saturating_sub(column + 2));
        let series = room.map_or_else(|| series.clone(), |room| cut(series, room));
        lines.push(format!("{pad}{}  {series}", styled(bold(), value)));
    }
    if all > rows.len() {
        let more = format!("{} more; --limit shows them", all - rows.len());
        lines.push(styled(dim(), &more));
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    fn plain(found: &str, limit: usize, width: Option<usize>) -> Vec<String> {
        let found = Found::read(&RawValue::from_string(found.to_owned()).unwrap()).unwrap();
        let lines = render(&found, limit, width);
        lines
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect()
    }

    const VECTOR: &str = r#"{"resultType":"vector","result":[
        {"metric":{"__name__":"up","job":"a-long-name-of-a-job"},"value":[1,"1"]},
        {"metric":{"__name__":"up","job":"b"},"value":[1,"1234567"]},
        {"metric":{"__name__":"up","job":"c"},"value":[1,"0"]}]}"#;

    #[test]
    fn values_stand_in_a_column() {
        assert_eq!(
            plain(VECTOR, 2, None),
            [
                "  VALUE  SERIES",
                "      1  up{job=\"a-long-name-of-a-job\"}",
                "1234567  up{job=\"b\"}",
                "1 more; --limit shows them",
            ]
        );
        let narrow = plain(VECTOR, 9, Some(24));
        assert!(narrow.iter().all(|line| line.width() <= 24), "{narrow:?}");
    }

    #[test]
    fn numbers_and_windows_are_shown_as_they_are() {
        assert_eq!(
            plain(r#"{"resultType":"scalar","result":[1,"+Inf"]}"#, 9, None),
            ["+Inf"]
        );
        let matrix =
            r#"{"resultType":"matrix","result":[{"metric":{"__name__":"up"},"values":[[1,"2"],[2.5,"3"]]}]}"#;
        assert_eq!(
            plain(matrix, 9, None),
            ["VALUE  SERIES", "    2  up @ 1", "    3  up @ 2.5"]
        );
        assert!(plain(r#"{"resultType":"vector","result":[]}"#, 9, None).is_empty());
    }
}
