//! Asking a server about alerts: one client, one answer.

use std::time::Duration;

use swarmpulse_api::Alert;
use swarmpulse_client::{AlertQuery, Client, ClientError};

use crate::config::Environment;
use crate::connect::ServerArgs;

/// The longest to wait for an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// Alerts of a name that an error lists.
const NAMED_MAX: usize = 5;

/// Asks a server something.
///
/// # Errors
/// If the address is none, or there is no answer of use.
pub fn ask<T>(
    server: &ServerArgs,
    environment: &Environment,
    question: impl AsyncFnOnce(Client) -> Result<T, ClientError>,
) -> anyhow::Result<T> {
    answered(server, environment, async |client| Ok(question(client).await?))
}

/// Asks a server something that may go wrong here, too.
///
/// # Errors
/// As [`ask`].
pub fn answered<T>(
    server: &ServerArgs,
    environment: &Environment,
    question: impl AsyncFnOnce(Client) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let client = server.client(environment, ANSWER_LIMIT)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(question(client));
    runtime.shutdown_background();
    answer
}

/// Asks a server about one alert. Where none has that id, the error tells those that have that name.
///
/// # Errors
/// As [`ask`].
pub fn of_alert<T>(
    server: &ServerArgs,
    environment: &Environment,
    id: &str,
    question: impl AsyncFnOnce(Client) -> Result<T, ClientError>,
) -> anyhow::Result<T> {
    answered(server, environment, async |client| {
        match question(client.clone()).await {
            Err(ClientError::NotFound { .. }) => {
                let open = AlertQuery {
                    state: Some("open".to_owned()),
                    filter: filter(&[format!("alertname={id:?}")]),
                    ..AlertQuery::default()
                };
                let named = client.alert_list(&open).await.map(|page| page.items);
                Err(anyhow::anyhow!(unknown(id, &named.unwrap_or_default())))
            }
            answer => Ok(answer?),
        }
    })
}

/// That no alert has an id, and which ones may be meant.
fn unknown(id: &str, named: &[Alert]) -> String {
    if named.is_empty() {
        return format!(
            "no alert has the id `{id}`, nor has history one; `swarmpulse alerts --state open` prints those that are there"
        );
    }
    let mut those: Vec<String> = named
        .iter()
        .take(NAMED_MAX)
        .map(|alert| match alert.subject.as_str() {
            "" => format!("{} ({})", alert.fingerprint, alert.message),
            subject => format!("{} (of {subject})", alert.fingerprint),
        })
        .collect();
    if named.len() > NAMED_MAX {
        those.push(format!("{} more", named.len() - NAMED_MAX));
    }
    format!(
        "`{id}` is the name of alerts: give the id of one: {}",
        those.join(", ")
    )
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
    fn who_gives_a_name_for_an_id_is_told_the_ids() {
        let alert = |fingerprint: &str, subject: &str| Alert {
            fingerprint: fingerprint.into(),
            subject: subject.into(),
            message: "b holds 300".into(),
            ..Alert::default()
        };
        assert!(unknown("x", &[]).contains("`swarmpulse alerts --state open`"));
        let mut named = vec![alert("aa", ""), alert("bb", "bot-1")];
        assert_eq!(
            unknown("Q", &named),
            "`Q` is the name of alerts: give the id of one: aa (b holds 300), bb (of bot-1)"
        );
        named.resize(8, alert("cc", "y"));
        assert!(unknown("Q", &named).ends_with("cc (of y), 3 more"));
    }

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
