//! Asking in PromQL.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::retry_after;
use crate::query::add;
use crate::{Client, ClientError};

/// When an expression is asked for, in seconds of Unix time as text, or RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryTime {
    /// At one time; the server's now without it.
    At(Option<String>),
    /// At the steps of a range.
    Range {
        /// The first.
        start: String,
        /// The last.
        end: String,
        /// From step to step, in seconds or as `1m`.
        step: String,
    },
}

/// What an expression came to.
#[derive(Debug)]
pub struct QueryAnswer {
    /// `resultType` and `result`, as the server wrote them.
    pub data: Box<RawValue>,
    /// Something is likely wrong with the query or the data.
    pub warnings: Vec<String>,
    /// Something to know.
    pub infos: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    data: Option<Box<RawValue>>,
    error_type: Option<String>,
    error: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
}

impl Client {
    /// Evaluates a PromQL expression.
    ///
    /// # Errors
    /// [`ClientError::Query`] if it cannot be evaluated; else if there is no answer, or none of use.
    pub async fn query(&self, expression: &str, when: &QueryTime) -> Result<QueryAnswer, ClientError> {
        let route = match when {
            QueryTime::At(_) => "query",
            QueryTime::Range { .. } => "query_range",
        };
        // A long expression fits no URL, so the parameters go as a form.
        let mut form = self.url(&[]);
        add(&mut form, "query", Some(expression));
        match when {
            QueryTime::At(time) => add(&mut form, "time", time.as_deref()),
            QueryTime::Range { start, end, step } => {
                add(&mut form, "start", Some(start));
                add(&mut form, "end", Some(end));
                add(&mut form, "step", Some(step));
            }
        }
        let body = form.query().unwrap_or_default().to_owned();
        let request = self
            .request(Method::POST, self.url(&["prometheus", "api", "v1", route]))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .timeout(self.answer_limit())
            .body(body);
        let response = request.send().await.map_err(|error| self.failed(&error))?;
        let retry_after = retry_after(&response);
        let (status, body) = self.read(response).await?;
        let envelope: Option<Envelope> = serde_json::from_slice(&body).ok();
        match envelope {
            Some(Envelope {
                data: Some(data),
                warnings,
                infos,
                ..
            }) if status.is_success() => Ok(QueryAnswer {
                data,
                warnings,
                infos,
            }),
            Some(Envelope {
                error_type: Some(kind),
                error: Some(detail),
                ..
            }) => Err(ClientError::Query { kind, detail }),
            _ => Err(self.refused(status, retry_after, &body, "read")),
        }
    }
}
