//! Samples in a CSV file: a header, then a row a sample, of one series or of several that `series` tells apart.

use std::io::BufRead;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use swarmpulse_model::Timestamp;

use super::lines;

/// A row as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The value of the column `series`; empty without one.
    pub series: String,
    /// When, as written.
    pub written: String,
    /// When.
    pub at: Timestamp,
    /// The value; not a number where the cell is empty.
    pub value: f64,
    /// The value as written.
    pub value_written: String,
    /// The column `restart`: the process began anew at this row.
    pub restart: bool,
}

/// Rows of a file, one after another.
pub struct Table {
    reader: csv::Reader<Box<dyn BufRead>>,
    name: String,
    series: Option<usize>,
    timestamp: usize,
    value: usize,
    restart: Option<usize>,
    record: csv::StringRecord,
}

impl Table {
    /// Opens a file, `-` being standard input.
    ///
    /// # Errors
    /// If it cannot be read or lacks a column.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let (name, input) = lines::open(path)?;
        let mut reader = csv::Reader::from_reader(input);
        let header = reader
            .headers()
            .with_context(|| format!("read the header of {name}"))?
            .clone();
        let column = |wanted: &str| header.iter().position(|column| column.trim() == wanted);
        let needed = |wanted: &str| {
            column(wanted).with_context(|| {
                let found = header.iter().collect::<Vec<_>>().join(", ");
                format!("{name} has no column `{wanted}`: its header is `{found}`, columns `timestamp` and `value` are needed")
            })
        };
        Ok(Self {
            series: column("series"),
            timestamp: needed("timestamp")?,
            value: needed("value")?,
            restart: column("restart"),
            reader,
            name,
            record: csv::StringRecord::new(),
        })
    }

    /// Whether it holds several series.
    pub fn has_series(&self) -> bool {
        self.series.is_some()
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// If it cannot be read: the error names the line and the cell.
    pub fn next_row(&mut self) -> anyhow::Result<Option<Row>> {
        if !self
            .reader
            .read_record(&mut self.record)
            .with_context(|| format!("read {}", self.name))?
        {
            return Ok(None);
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        let row = self
            .row()
            .with_context(|| format!("{}, line {line}", self.name))?;
        Ok(Some(row))
    }

    fn row(&self) -> anyhow::Result<Row> {
        let cell = |column: usize| self.record.get(column).unwrap_or_default().trim();
        let (written, value) = (cell(self.timestamp), cell(self.value));
        Ok(Row {
            series: self.series.map(cell).unwrap_or_default().to_owned(),
            at: time(written)?,
            written: written.to_owned(),
            value: match value {
                "" => f64::NAN,
                value => value.parse().with_context(|| format!("`{value}` is no number"))?,
            },
            value_written: value.to_owned(),
            restart: match self.restart.map(cell) {
                None | Some("" | "0" | "false") => false,
                Some("1" | "true") => true,
                Some(other) => bail!("`restart` is `{other}`; it is 0 or 1"),
            },
        })
    }
}

/// Unix seconds, RFC 3339, or a date and time without a zone, which is taken for UTC.
fn time(text: &str) -> anyhow::Result<Timestamp> {
    if let Ok(seconds) = text.parse::<f64>() {
        // Nanoseconds of an i64 reach to the year 2262.
        ensure!(
            seconds.is_finite() && seconds.abs() < 9.2e9,
            "`{text}` is no time in Unix seconds"
        );
        return Ok(Timestamp::from_unix_s(seconds));
    }
    let at = text.parse::<jiff::Timestamp>().or_else(|_| {
        let civil = text.parse::<jiff::civil::DateTime>()?;
        Ok::<_, jiff::Error>(civil.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
    });
    let at = at.map_err(|_| {
        anyhow::anyhow!(
            "`{text}` is no time: write Unix seconds, `2026-01-31T12:00:00Z` or `2026-01-31 12:00:00`"
        )
    })?;
    let nanoseconds =
        i64::try_from(at.as_nanosecond()).with_context(|| format!("`{text}` is too far away"))?;
    Ok(Timestamp(nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_three_forms() {
        let at = Timestamp::from_unix_s(1_392_387_720.0);
        for text in [
            "1392387720",
            "1392387720.0",
            "2014-02-14T14:22:00Z",
            "2014-02-14 14:22:00",
            "2014-02-14T15:22:00+01:00",
        ] {
            assert_eq!(time(text).unwrap(), at, "{text}");
        }
        for text in ["", "yesterday", "1e300", "2014-13-01 00:00:00"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
