//! Figures of the registry: written as Prometheus text (0.0.4) or OpenMetrics text (1.0), or handed on one by one.

use std::fmt::Write;

use smallvec::SmallVec;
use swarmpulse_model::Text;
use swarmpulse_runtime::LATENCY_BOUNDS_S;

use super::registry::{Series, SeriesType, metric_names, place_of};

/// How figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Prometheus,
    OpenMetrics,
}

impl Format {
    /// What the client asks for.
    pub(super) fn accepted(accept: &str) -> Self {
        if accept
            .split(',')
            .any(|kind| kind.trim().starts_with("application/openmetrics-text"))
        {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }

    /// The content type.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// One figure: `suffix` is that of a histogram's parts.
pub(super) struct Figure {
    pub(super) suffix: &'static str,
    pub(super) labels: SmallVec<[(Text, Text); 4]>,
    pub(super) value: f64,
}

/// Figures by series of the registry.
#[derive(Default)]
pub(super) struct Exposition {
    samples: Vec<Vec<Figure>>,
}

impl Exposition {
    pub(super) fn new() -> Self {
        Self {
            samples: metric_names().iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Adds a sample of the series of that name.
    pub(super) fn add(&mut self, name: &'static str, labels: &[(&str, &str)], value: f64) {
        self.add_part(name, "", labels, value);
    }

    /// Adds a part of a histogram.
    pub(super) fn add_part(
        &mut self,
        name: &'static str,
        suffix: &'static str,
        labels: &[(&str, &str)],
        value: f64,
    ) {
        let place = place_of(name);
        debug_assert!(place.is_some(), "{name} is in the registry");
        if let Some(samples) = place.and_then(|place| self.samples.get_mut(place)) {
            let labels = labels
                .iter()
                .map(|(name, value)| (Text::from(*name), Text::from(*value)));
            samples.push(Figure {
                suffix,
                labels: labels.collect(),
                value,
            });
        }
    }

    /// Adds a histogram: counts up to each of its bounds, the last being all, and the sum.
    pub(super) fn add_histogram(
        &mut self,
        name: &'static str,
        labels: &[(&str, &str)],
        bounds: &[f64],
        counts: &[u64],
        sum: f64,
    ) {
        let ends = bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
        for (end, count) in ends.zip(counts) {
            let with_end: Vec<_> = labels.iter().copied().chain([("le", end.as_str())]).collect();
            self.add_part(name, "_bucket", &with_end, *count as f64);
        }
        self.add_part(name, "_sum", labels, sum);
        let all = counts.last().copied().unwrap_or(0);
        self.add_part(name, "_count", labels, all as f64);
    }

    /// Adds how long something takes.
    pub(super) fn add_latency(&mut self, name: &'static str, latency: &swarmpulse_runtime::Latency) {
        let (counts, sum_s) = latency.figures();
        self.add_histogram(name, &[], &LATENCY_BOUNDS_S, &counts, sum_s);
    }

    /// Every figure with its series.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static Series, &Figure)> {
        metric_names()
            .iter()
            .zip(&self.samples)
            .flat_map(|(series, figures)| figures.iter().map(move |figure| (series, figure)))
    }

    /// All of it as text.
    pub(super) fn render(&self, format: Format) -> String {
        let mut text = String::new();
        for (series, samples) in metric_names().iter().zip(&self.samples) {
            if samples.is_empty() {
                continue;
            }
            head(series, format, &mut text);
            for sample in samples {
                text.push_str(series.name);
                text.push_str(sample.suffix);
                push_labels(&sample.labels, &mut text);
                text.push(' ');
                number(sample.value, &mut text);
                text.push('\n');
            }
        }
        if format == Format::OpenMetrics {
            text.push_str("# EOF\n");
        }
        text
    }
}

fn head(series: &Series, format: Format, text: &mut String) {
    // OpenMetrics names a counter's family without the suffix of its sample.
    let family = match (format, series.series_type) {
        (Format::OpenMetrics, SeriesType::Counter) => series.name.trim_end_matches("_total"),
        _ => series.name,
    };
    let kind = series.series_type.as_str();
    // Writing to a text cannot fail.
    let _ = writeln!(text, "# HELP {family} {}", series.help);
    let _ = writeln!(text, "# TYPE {family} {kind}");
    if format == Format::OpenMetrics && !series.unit.is_empty() && family.ends_with(series.unit) {
        let _ = writeln!(text, "# UNIT {family} {}", series.unit);
    }
}

fn number(value: f64, text: &mut String) {
    let _ = if value.is_nan() {
        write!(text, "NaN")
    } else if value.is_infinite() {
        write!(text, "{}Inf", if value > 0.0 { '+' } else { '-' })
    } else {
        write!(text, "{value}")
    };
}

/// `{name="value",...}`; nothing without labels.
fn push_labels(labels: &[(Text, Text)], text: &mut String) {
    for (n, (name, value)) in labels.iter().enumerate() {
        text.push(if n == 0 { '{' } else { ',' });
        text.push_str(name);
        text.push_str("=\"");
        for character in value.chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '"' => text.push_str("\\\""),
                '\n' => text.push_str("\\n"),
                other => text.push(other),
            }
        }
        text.push('"');
    }
    if !labels.is_empty() {
        text.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let text = |labels: &[(Text, Text)]| {
            let mut text = String::new();
            push_labels(labels, &mut text);
            text
        };
        assert_eq!(
            text(&[("a".into(), "x\"y\\z\nw".into()), ("b".into(), "ü".into())]),
            "{a=\"x\\\"y\\\\z\\nw\",b=\"ü\"}"
        );
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn numbers_are_those_of_the_format() {
        for (value, expected) in [
            (1.0, "1"),
            (0.25, "0.25"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (1e15, "1000000000000000"),
        ] {
            let mut text = String::new();
            number(value, &mut text);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn the_client_chooses_the_format() {
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3";
        assert_eq!(Format::accepted(prometheus), Format::OpenMetrics);
        assert_eq!(Format::accepted("text/plain"), Format::Prometheus);
        assert_eq!(Format::accepted(""), Format::Prometheus);
    }
}
