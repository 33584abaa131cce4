//! Prometheus' text format 0.0.4 and OpenMetrics 1.0: what targets show and what scripts push, to batches of samples.
//!
//! [`Parser`] goes over the text line by line and can go on after a line that is none; [`import`] makes a batch of what was
//! pushed, [`ScrapeCache`] of what was fetched from one target again and again, with markers for series that are gone.
//! Method: <https://prometheus.io/docs/instrumenting/exposition_formats/> and
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>; names in quotes as Prometheus 3 has them.

mod families;
mod import;
mod label_set;
mod parser;
mod sample_line;
mod scrape_cache;

pub use import::{ImportOptions, Imported, import};
pub use parser::{Item, Parser, SyntaxError};
pub use sample_line::SampleLine;
pub use scrape_cache::{ScrapeCache, ScrapeError, ScrapeRules, Scraped};

/// Which of the two formats a text is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextFormat {
    /// Prometheus' own, 0.0.4: times in milliseconds, comments anywhere.
    #[default]
    Prometheus,
    /// OpenMetrics: times in seconds, exemplars, `# EOF` at the end.
    OpenMetrics,
}

impl TextFormat {
    /// What the header `Content-Type` says; anything else than OpenMetrics is Prometheus' own.
    #[must_use]
    pub fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/openmetrics-text") {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }
}
