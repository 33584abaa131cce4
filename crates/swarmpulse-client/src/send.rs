//! Sending: heartbeats, events, tasks and calls as NDJSON, and pings.

use serde::Serialize;
use swarmpulse_api::Accepted;

use crate::{Client, ClientError, PingSignal};

const NDJSON: &str = "application/x-ndjson";

impl Client {
    /// Sends heartbeats. What comes back is on disk.
    ///
    /// # Errors
    /// [`ClientError::Rejected`] if every one was refused; else if there is no answer, or none of use.
    pub async fn send_heartbeats<T: Serialize>(&self, heartbeats: &[T]) -> Result<Accepted, ClientError> {
        self.send("heartbeats", heartbeats).await
    }

    /// Sends events.
    ///
    /// # Errors
    /// As [`Self::send_heartbeats`].
    pub async fn send_events<T: Serialize>(&self, events: &[T]) -> Result<Accepted, ClientError> {
        self.send("events", events).await
    }

    /// Sends states of tasks.
    ///
    /// # Errors
    /// As [`Self::send_heartbeats`].
    pub async fn send_tasks<T: Serialize>(&self, tasks: &[T]) -> Result<Accepted, ClientError> {
        self.send("tasks", tasks).await
    }

    /// Sends calls.
    ///
    /// # Errors
    /// As [`Self::send_heartbeats`].
    pub async fn send_calls<T: Serialize>(&self, calls: &[T]) -> Result<Accepted, ClientError> {
        self.send("calls", calls).await
    }

    /// Pings for an agent, with a word of what happened where there is one.
    ///
    /// # Errors
    /// As [`Self::send_heartbeats`].
    pub async fn ping(
        &self,
        agent: &str,
        signal: PingSignal,
        message: Option<&str>,
    ) -> Result<Accepted, ClientError> {
        let last = signal.segment();
        let mut segments = vec!["ping", agent];
        segments.extend(last.as_deref());
        let body = message.unwrap_or_default().as_bytes().to_vec();
        self.post(self.url(&segments), "text/plain; charset=utf-8", body)
            .await
    }

    async fn send<T: Serialize>(&self, list: &str, items: &[T]) -> Result<Accepted, ClientError> {
        let body = ndjson(items)?;
        self.post(self.url(&["api", "v1", list]), NDJSON, body).await
    }
}

fn ndjson<T: Serialize>(items: &[T]) -> Result<Vec<u8>, ClientError> {
    let mut body = Vec::new();
    for item in items {
        serde_json::to_writer(&mut body, item).map_err(|error| ClientError::Encode {
            reason: error.to_string(),
        })?;
        body.push(b'\n');
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_one_line() {
        let body = ndjson(&[
            serde_json::json!({"agent": "a\nb"}),
            serde_json::json!({"agent": "c"}),
        ])
        .unwrap();
        assert_eq!(
            String::from_utf8(body).unwrap(),
            "{\"agent\":\"a\\nb\"}\n{\"agent\":\"c\"}\n"
        );
    }
}
