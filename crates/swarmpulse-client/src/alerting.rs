//! Alerts, silences, rules and notifications: reading them, and what people do about them.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::Serialize;
use serde::de::DeserializeOwned;
use swarmpulse_api::{
    Alert, AlertDetail, Matchers, NewAcknowledgement, NewSilence, Notifications, Page, Receiver,
    ReceiverTest, Rules, Silence, SilencePreview, SilenceQuestion,
};

use crate::query::{AlertQuery, NotificationQuery, SilenceQuery};
use crate::{Client, ClientError};

impl Client {
    /// One page of alerts.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn alert_list(&self, query: &AlertQuery) -> Result<Page<Alert>, ClientError> {
        let mut url = self.url(&["api", "v1", "alerts"]);
        query.append(&mut url);
        self.get(url).await
    }

    /// One alert with all that happened to it, by its id or fingerprint.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if nobody knows it; else if there is no answer, or none of use.
    pub async fn alert(&self, id: &str) -> Result<AlertDetail, ClientError> {
        self.get(self.url(&["api", "v1", "alerts", id])).await
    }

    /// Takes an alert in hand.
    ///
    /// # Errors
    /// As [`Self::alert`], or if it is over.
    pub async fn acknowledge(&self, id: &str, said: &NewAcknowledgement) -> Result<Alert, ClientError> {
        let url = self.url(&["api", "v1", "alerts", id, "acknowledge"]);
        self.write(Method::POST, url, said).await
    }

    /// Gives an alert back.
    ///
    /// # Errors
    /// As [`Self::alert`].
    pub async fn give_back(&self, id: &str) -> Result<(), ClientError> {
        let url = self.url(&["api", "v1", "alerts", id, "acknowledge"]);
        let request = self.request(Method::DELETE, url);
        self.exchange(request, "admin").await.map(|_| ())
    }

    /// One page of silences.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn silences(&self, query: &SilenceQuery) -> Result<Page<Silence>, ClientError> {
        let mut url = self.url(&["api", "v1", "silences"]);
        query.append(&mut url);
        self.get(url).await
    }

    /// One silence.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if nobody knows it; else if there is no answer, or none of use.
    pub async fn silence(&self, id: &str) -> Result<Silence, ClientError> {
        self.get(self.url(&["api", "v1", "silences", id])).await
    }

    /// Makes a silence.
    ///
    /// # Errors
    /// If a field cannot be, there is no answer, or none of use.
    pub async fn add_silence(&self, wanted: &NewSilence) -> Result<Silence, ClientError> {
        self.write(Method::POST, self.url(&["api", "v1", "silences"]), wanted)
            .await
    }

    /// Makes a silence anew.
    ///
    /// # Errors
    /// As [`Self::add_silence`], or if it is over or unknown.
    pub async fn change_silence(&self, id: &str, wanted: &NewSilence) -> Result<Silence, ClientError> {
        self.write(Method::PUT, self.url(&["api", "v1", "silences", id]), wanted)
            .await
    }

    /// Ends a silence.
    ///
    /// # Errors
    /// As [`Self::silence`].
    pub async fn expire_silence(&self, id: &str) -> Result<Silence, ClientError> {
        let request = self.request(Method::DELETE, self.url(&["api", "v1", "silences", id]));
        let (status, body) = self.exchange(request, "admin").await?;
        self.parse(status, &body)
    }

    /// Which alerts matchers would hold back.
    ///
    /// # Errors
    /// If the matchers cannot be read, there is no answer, or none of use.
    pub async fn preview_silence(
        &self,
        matchers: Matchers,
        namespace: Option<&str>,
    ) -> Result<SilencePreview, ClientError> {
        let asked = SilenceQuestion {
            matchers,
            namespace: namespace.map(str::to_owned),
        };
        let url = self.url(&["api", "v1", "silences", "preview"]);
        self.write(Method::POST, url, &asked).await
    }

    /// Rules, and how their last evaluation went: all of them, or without the recording rules that are made from objectives.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn rules(&self, all: bool) -> Result<Rules, ClientError> {
        let mut url = self.url(&["api", "v1", "rules"]);
        if all {
            url.query_pairs_mut().append_pair("all", "true");
        }
        self.get(url).await
    }

    /// One page of what was told.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn notifications(&self, query: &NotificationQuery) -> Result<Notifications, ClientError> {
        let mut url = self.url(&["api", "v1", "notifications"]);
        query.append(&mut url);
        self.get(url).await
    }

    /// Has a notification that was given up tried again.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if it was not given up; else if there is no answer, or none of use.
    pub async fn retry_notification(&self, id: &str) -> Result<(), ClientError> {
        let url = self.url(&["api", "v1", "notifications", id, "retry"]);
        let request = self.request(Method::POST, url);
        self.exchange(request, "admin").await.map(|_| ())
    }

    /// Who is told, and how.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn receivers(&self) -> Result<Page<Receiver>, ClientError> {
        self.get(self.url(&["api", "v1", "receivers"])).await
    }

    /// Sends one message to each channel of a receiver.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if there is no such receiver; else if there is no answer, or none of use.
    pub async fn test_receiver(&self, name: &str) -> Result<ReceiverTest, ClientError> {
        let url = self.url(&["api", "v1", "receivers", name, "test"]);
        // Channels that do not answer are waited for.
        let request = self.request(Method::POST, url).header(ACCEPT, "application/json");
        let (status, body) = self.exchange_within(request, "admin", TEST_LIMIT).await?;
        self.parse(status, &body)
    }

    /// Has rules, routes and receivers read again.
    ///
    /// # Errors
    /// [`ClientError::Foreign`] with the server's words if it refuses them; else if there is no answer.
    pub async fn reload(&self) -> Result<(), ClientError> {
        let request = self.request(Method::POST, self.url(&["-", "reload"]));
        self.exchange_within(request, "admin", TEST_LIMIT)
            .await
            .map(|_| ())
    }

    async fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        url: reqwest::Url,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        // These shapes have no maps with keys other than texts, so they can always be written.
        let body = serde_json::to_vec(body).unwrap_or_default();
        let request = self
            .request(method, url)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .body(body);
        let (status, body) = self.exchange(request, "admin").await?;
        self.parse(status, &body)
    }
}

/// What waits for others: a channel is given half a minute.
const TEST_LIMIT: std::time::Duration = std::time::Duration::from_secs(75);
