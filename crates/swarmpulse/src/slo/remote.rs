//! Objectives that the server does not know, judged by its series: each figure is asked in PromQL.

use swarmpulse_api::Slos;
use swarmpulse_client::{Client, QueryTime};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_rules::{QueryError, QuerySample};
use swarmpulse_server::slo_answer;
use swarmpulse_slo::{Objective, SloQueries, statuses};
use tokio::runtime::Runtime;

use super::report::Report;
use crate::query::answer::Found;

/// A server that is asked one query after the other.
struct Remote<'a> {
    client: &'a Client,
    runtime: Runtime,
}

/// How the objectives stand at a time.
///
/// # Errors
/// If the server does not answer.
pub(super) fn judge(client: &Client, objectives: &[Objective], at_ms: i64) -> anyhow::Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Asked first, so that a server that is away is told as such and not as a lack of data.
    runtime.block_on(client.query("vector(1)", &QueryTime::At(None)))?;
    let remote = Remote { client, runtime };
    let at = Timestamp(at_ms.saturating_mul(1_000_000));
    let items = objectives.iter().flat_map(|objective| {
        let found = statuses(objective, &remote, at, &[]);
        found.into_iter().map(|status| slo_answer(objective, &status))
    });
    let mut slos = Slos {
        at: at.to_string(),
        items: items.collect(),
        ..Slos::default()
    };
    slos.items
        .sort_by(|a, b| (&a.service, &a.name, &a.namespace).cmp(&(&b.service, &b.name, &b.namespace)));
    remote.runtime.shutdown_background();
    Ok(Report { slos })
}

impl SloQueries for Remote<'_> {
    fn instant(&self, expr: &str, at: Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        let when = QueryTime::At(Some(format!("{:.3}", at.unix_ms() as f64 / 1000.0)));
        let answer = self.runtime.block_on(self.client.query(expr, &when));
        let answer = answer.map_err(|error| QueryError(error.to_string()))?;
        let found = Found::read(&answer.data).map_err(|error| QueryError(error.to_string()))?;
        samples(found)
    }
}

fn samples(found: Found) -> Result<Vec<QuerySample>, QueryError> {
    let sample = |labels: Labels, value: &str| {
        let value = value
            .parse()
            .map_err(|_| QueryError(format!("gives {value:?}, no number")))?;
        Ok(QuerySample { labels, value })
    };
    match found {
        Found::Scalar((_, value)) => Ok(vec![sample(Labels::empty(), &value)?]),
        Found::Vector(series) => series
            .iter()
            .map(|series| {
                let pairs = series
                    .metric
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()));
                let (_, value) = series
                    .value
                    .as_ref()
                    .ok_or_else(|| QueryError("gives a histogram, not a number".to_owned()))?;
                sample(Labels::from_pairs(pairs), value)
            })
            .collect(),
        Found::String(_) | Found::Matrix(_) => Err(QueryError("gives no vector".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_become_samples() {
        let text = r#"{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1.5,"+Inf"]},{"metric":{},"value":[1.5,"0.25"]}]}"#;
        let found: Found = serde_json::from_str(text).unwrap();
        let samples = samples(found).unwrap();
        assert_eq!(samples[0].value, f64::INFINITY);
        assert_eq!(samples[0].labels.get("a"), Some("b"));
        assert_eq!(samples[1].value, 0.25);
        let matrix: Found = serde_json::from_str(r#"{"resultType":"matrix","result":[]}"#).unwrap();
        assert!(super::samples(matrix).is_err());
    }
}
