//! Objectives: how they stand.

use swarmpulse_api::{SloDetail, Slos};

use crate::query::add;
use crate::{Client, ClientError};

impl Client {
    /// Objectives and how each stands, at a time (RFC 3339, Unix seconds, or back from now) or now.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn slos(&self, namespace: Option<&str>, at: Option<&str>) -> Result<Slos, ClientError> {
        let mut url = self.url(&["api", "v1", "slos"]);
        add(&mut url, "namespace", namespace);
        add(&mut url, "at", at);
        self.get(url).await
    }

    /// One objective, with what its figures come from.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if there is none of that name; else if there is no answer, or none of use.
    pub async fn slo(
        &self,
        name: &str,
        namespace: Option<&str>,
        at: Option<&str>,
    ) -> Result<SloDetail, ClientError> {
        let mut url = self.url(&["api", "v1", "slos", name]);
        add(&mut url, "namespace", namespace);
        add(&mut url, "at", at);
        self.get(url).await
    }
}
