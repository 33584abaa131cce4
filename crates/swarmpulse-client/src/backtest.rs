//! Backtests on the server.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use swarmpulse_api::{Backtest, NewBacktest};

use crate::{Client, ClientError};

impl Client {
    /// Runs rules over the server's past. Takes as long as it takes: give the client a long limit.
    ///
    /// # Errors
    /// If there is no answer, or none of use; of files that are wrong every fault is named.
    pub async fn backtest(&self, wanted: &NewBacktest) -> Result<Backtest, ClientError> {
        let body = serde_json::to_vec(wanted).map_err(|error| ClientError::Encode {
            reason: error.to_string(),
        })?;
        let request = self
            .request(Method::POST, self.url(&["api", "v1", "backtest"]))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .body(body);
        let (status, body) = self.exchange(request, "admin").await?;
        self.parse(status, &body)
    }
}
