//! Parameters of addresses that other servers' clients send: what is unknown here is passed over.

use axum::extract::Query;
use http::Uri;

use crate::problem::ApiError;

/// The most labels that an address may add.
const LABELS_MAX: usize = 32;

/// The parameters of an address.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// # Errors
    /// If the query cannot be read.
    pub fn of(uri: &Uri) -> Result<Self, ApiError> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| ApiError::bad_request(format!("the query cannot be read: {error}")))?;
        Ok(Self(pairs))
    }

    /// The first value of that name; empty without.
    pub fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map_or("", |(_, value)| value)
    }

    /// The labels in `extra_label=NAME=VALUE`.
    ///
    /// # Errors
    /// If one is none, or there are too many.
    pub fn extra_labels(&self) -> Result<Vec<(String, String)>, ApiError> {
        let mut labels = Vec::new();
        for (_, value) in self.0.iter().filter(|(name, _)| name == "extra_label") {
            let (name, value) = value
                .split_once('=')
                .filter(|(name, _)| !name.is_empty())
                .ok_or_else(|| {
                    ApiError::bad_request(format!("`extra_label`: expected NAME=VALUE, got {value:?}"))
                })?;
            if labels.len() >= LABELS_MAX {
                return Err(ApiError::bad_request(format!(
                    "`extra_label`: at most {LABELS_MAX} of them"
                )));
            }
            labels.retain(|(other, _)| other != name);
            labels.push((name.to_owned(), value.to_owned()));
        }
        Ok(labels)
    }
}
