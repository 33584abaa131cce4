//! The labels of a series: what it measures and of whom.

use std::fmt;
use std::sync::Arc;

use crate::Text;

/// The label that holds the metric's name.
pub const METRIC_NAME: &str = "__name__";

/// One label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Label {
    /// Its name; unique within its labels.
    pub name: Text,
    /// Its value; never empty: a label without a value is no label.
    pub value: Text,
}

/// The labels of a series, sorted by name, each name once, no empty value. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(Arc<[Label]>);

/// Why something is not the labels of a series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// A name twice.
    #[error("label {name:?} is given twice")]
    Duplicate {
        /// The name.
        name: Text,
    },
    /// A name that is empty.
    #[error("a label without a name")]
    EmptyName,
    /// Nothing at all.
    #[error("a series without labels")]
    Empty,
    /// No metric name.
    #[error("a series without a metric name")]
    NoMetricName,
    /// Text that is not UTF-8.
    #[error("a label that is not UTF-8: {lossy:?}")]
    NotUtf8 {
        /// As much as can be shown.
        lossy: Text,
    },
    /// Too many labels.
    #[error("{count} labels, more than the limit of {limit}")]
    TooMany {
        /// How many.
        count: usize,
        /// At most so many.
        limit: usize,
    },
    /// A name or a value too long.
    #[error("label {name:?} is {bytes} bytes long, more than the limit of {limit}")]
    TooLong {
        /// The label, cut short.
        name: Text,
        /// Bytes of its name or value.
        bytes: usize,
        /// At most so many.
        limit: usize,
    },
    /// Bytes that are not in the form of [`super::LabelBytes`].
    #[error("label bytes are damaged")]
    Damaged,
}

impl Labels {
    /// No labels at all, as the result of an aggregation may have.
    #[must_use]
    pub fn empty() -> Self {
        Self(Arc::new([]))
    }

    /// Sorts, drops empty values and refuses a name given twice.
    ///
    /// # Errors
    /// If a name is empty or given twice.
    pub fn new(mut labels: Vec<Label>) -> Result<Self, LabelError> {
        labels.retain(|label| !label.value.is_empty());
        labels.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = labels.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(LabelError::Duplicate {
                name: pair[0].name.clone(),
            });
        }
        if labels.first().is_some_and(|label| label.name.is_empty()) {
            return Err(LabelError::EmptyName);
        }
        Ok(Self(labels.into()))
    }

    /// Takes labels that are sorted by name, unique and not empty already.
    #[must_use]
    pub fn from_sorted(labels: Vec<Label>) -> Self {
        debug_assert!(
            labels.windows(2).all(|pair| pair[0].name < pair[1].name),
            "{labels:?}"
        );
        Self(labels.into())
    }

    /// From pairs, as tests write them; later pairs of the same name win.
    #[must_use]
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut by_name = std::collections::BTreeMap::new();
        for (name, value) in pairs {
            by_name.insert(name, value);
        }
        let labels = by_name.into_iter().filter(|(_, value)| !value.is_empty());
        Self(
            labels
                .map(|(name, value)| Label {
                    name: name.into(),
                    value: value.into(),
                })
                .collect(),
        )
    }

    /// The value of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.binary_search_by(|label| label.name.as_str().cmp(name));
        found.ok().map(|place| self.0[place].value.as_str())
    }

    /// The metric's name; empty without one.
    #[must_use]
    pub fn metric_name(&self) -> &str {
        self.get(METRIC_NAME).unwrap_or_default()
    }

    /// The labels, sorted by name.
    pub fn iter(&self) -> std::slice::Iter<'_, Label> {
        self.0.iter()
    }

    /// The labels, sorted by name.
    #[must_use]
    pub fn as_slice(&self) -> &[Label] {
        &self.0
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Labels {
    type Item = &'a Label;
    type IntoIter = std::slice::Iter<'a, Label>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Labels {
    /// As PromQL writes a series: `name{label="value"}`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.metric_name())?;
        let rest = self.0.iter().filter(|label| label.name != METRIC_NAME);
        let mut written = 0;
        for label in rest {
            let before = if written == 0 { "{" } else { ", " };
            write!(formatter, "{before}{}={:?}", label.name, label.value.as_str())?;
            written += 1;
        }
        if written > 0 {
            formatter.write_str("}")
        } else if self.metric_name().is_empty() {
            formatter.write_str("{}")
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(name: &str, value: &str) -> Label {
        Label {
            name: name.into(),
            value: value.into(),
        }
    }

    #[test]
    fn labels_are_sorted_and_unique_and_have_values() {
        let labels = Labels::new(vec![label("b", "2"), label("a", "1"), label("c", "")]);
        let labels = labels.expect("valid labels");
        assert_eq!(labels, Labels::from_pairs([("a", "1"), ("b", "2")]));
        assert_eq!(labels.get("b"), Some("2"));
        assert_eq!(labels.get("c"), None);
        let twice = Labels::new(vec![label("a", "1"), label("a", "2")]);
        assert_eq!(twice, Err(LabelError::Duplicate { name: "a".into() }));
        assert_eq!(Labels::new(vec![label("", "1")]), Err(LabelError::EmptyName));
    }

    #[test]
    fn they_are_written_as_in_promql() {
        let labels = Labels::from_pairs([("__name__", "up"), ("job", "a\"b"), ("instance", "x")]);
        assert_eq!(labels.to_string(), r#"up{instance="x", job="a\"b"}"#);
        assert_eq!(Labels::empty().to_string(), "{}");
        assert_eq!(Labels::from_pairs([("__name__", "up")]).to_string(), "up");
    }
}
