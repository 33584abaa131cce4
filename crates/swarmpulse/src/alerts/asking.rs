//! Asking a server about alerts: one client, one answer.

use std::time::Duration;

use swarmpulse_client::{Client, ClientError};

use crate::config::Environment;
use crate::connect::ServerArgs;

/// The longest to wait for an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// Asks a server something.
///
/// # Errors
/// If the address is none, or there is no answer of use.
pub fn ask<T>(
    server: &ServerArgs,
    environment: &Environment,
    question: impl AsyncFnOnce(Client) -> Result<T, ClientError>,
) -> anyhow::Result<T> {
    let client = server.client(environment, ANSWER_LIMIT)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(question(client));
    runtime.shutdown_background();
    Ok(answer?)
}

/// Matchers as one text; each may have braces of its own.
#[must_use]
pub fn filter(matchers: &[String]) -> Option<String> {
    let bare = |text: &String| {
        let text = text.trim();
        let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        inner.unwrap_or(text).trim().trim_end_matches(',').to_owned()
    };
    let all: Vec<String> = matchers
        .iter()
        .map(bare)
        .filter(|text| !text.is_empty())
        .collect();
    (!all.is_empty()).then(|| format!("{{{}}}", all.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers_are_joined_whatever_braces_they_have() {
        let of = |texts: &[&str]| filter(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["{}"]), None);
        assert_eq!(of(&["agent=a1"]).as_deref(), Some("{agent=a1}"));
        assert_eq!(
            of(&["{agent=~\"a.*\", team=x}", "severity!=info"]).as_deref(),
            Some("{agent=~\"a.*\", team=x,severity!=info}")
        );
    }
}
