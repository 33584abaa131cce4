//! Reading: the summary, agents, tasks, events, alerts, and whether the server lives.

use reqwest::{Method, StatusCode};
use swarmpulse_api::{
    Agent, AgentHealthReport, Alerts, Detector, Finding, FindingDetail, FindingWaiting, HistoryEvent, Page,
    Summary, Task, TimelineEntry,
};

use crate::query::add;
use crate::{AgentQuery, Client, ClientError, EventQuery, FindingQuery, TaskQuery};

impl Client {
    /// The fleet in one object.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn summary(&self) -> Result<Summary, ClientError> {
        self.get(self.url(&["api", "v1", "summary"])).await
    }

    /// One page of agents.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn agents(&self, query: &AgentQuery) -> Result<Page<Agent>, ClientError> {
        let mut url = self.url(&["api", "v1", "agents"]);
        query.append(&mut url);
        self.get(url).await
    }

    /// Agents of as many pages as it takes for `most` of them; true where more were left.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn agents_up_to(
        &self,
        query: &AgentQuery,
        most: usize,
    ) -> Result<(Vec<Agent>, bool), ClientError> {
        let mut query = query.clone();
        let mut found = Vec::new();
        loop {
            let page = self.agents(&query).await?;
            let empty = page.items.is_empty();
            found.extend(page.items);
            if found.len() > most || (found.len() == most && page.next.is_some()) {
                found.truncate(most);
                return Ok((found, true));
            }
            match page.next {
                // A page that is empty and yet not the last would make this loop endless.
                Some(next) if !empty => query.cursor = Some(next),
                _ => return Ok((found, false)),
            }
        }
    }

    /// One agent.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if it is not known; else if there is no answer, or none of use.
    pub async fn agent(&self, namespace: Option<&str>, id: &str) -> Result<Agent, ClientError> {
        let mut url = self.url(&["api", "v1", "agents", id]);
        add(&mut url, "namespace", namespace);
        self.get(url).await
    }

    /// What happened to an agent, the newest first.
    ///
    /// # Errors
    /// As [`Self::agent`].
    pub async fn timeline(
        &self,
        namespace: Option<&str>,
        id: &str,
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<Page<TimelineEntry>, ClientError> {
        let mut url = self.url(&["api", "v1", "agents", id, "timeline"]);
        add(&mut url, "namespace", namespace);
        add(&mut url, "limit", limit.map(|limit| limit.to_string()).as_deref());
        add(&mut url, "cursor", cursor);
        self.get(url).await
    }

    /// One page of tasks.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn tasks(&self, query: &TaskQuery) -> Result<Page<Task>, ClientError> {
        let mut url = self.url(&["api", "v1", "tasks"]);
        query.append(&mut url);
        self.get(url).await
    }

    /// One page of what happened.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn events(&self, query: &EventQuery) -> Result<Page<HistoryEvent>, ClientError> {
        let mut url = self.url(&["api", "v1", "events"]);
        query.append(&mut url);
        self.get(url).await
    }

    /// Alerts that hold, and some that held.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn alerts(&self) -> Result<Alerts, ClientError> {
        self.get(self.url(&["api", "observability", "alerts"])).await
    }

    /// One page of findings, the most severe first, without charts.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn findings(&self, query: &FindingQuery) -> Result<Page<Finding>, ClientError> {
        let mut url = self.url(&["api", "v1", "findings"]);
        query.append(&mut url);
        self.get(url).await
    }

    /// One finding with the data behind it.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if it is not known; else if there is no answer, or none of use.
    pub async fn finding(&self, id: &str) -> Result<FindingDetail, ClientError> {
        self.get(self.url(&["api", "v1", "findings", id])).await
    }

    /// One page of what detectors cannot judge yet. Of the query, `state`, `condition` and `severities` do not apply here.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn findings_waiting(&self, query: &FindingQuery) -> Result<Page<FindingWaiting>, ClientError> {
        let mut url = self.url(&["api", "v1", "findings", "waiting"]);
        query.append_of_waiting(&mut url);
        self.get(url).await
    }

    /// The detectors, explained.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn detectors(&self) -> Result<Page<Detector>, ClientError> {
        self.get(self.url(&["api", "v1", "detectors"])).await
    }

    /// The health of every agent as checks by others ask for it.
    ///
    /// # Errors
    /// If there is no answer, or none of use.
    pub async fn agent_health(&self) -> Result<AgentHealthReport, ClientError> {
        self.get(self.url(&["api", "v1", "admin", "health", "agents"]))
            .await
    }

    /// Whether the server's process answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn healthz(&self) -> Result<(), ClientError> {
        let request = self.request(Method::GET, self.url(&["healthz"]));
        self.exchange(request, "read").await.map(|_| ())
    }

    /// Whether the server has caught up and takes records: false while it says 503.
    ///
    /// # Errors
    /// If it gives another answer or none.
    pub async fn readyz(&self) -> Result<bool, ClientError> {
        let request = self.request(Method::GET, self.url(&["readyz"]));
        match self.exchange(request, "read").await {
            Ok(_) => Ok(true),
            Err(ClientError::Overloaded { .. }) => Ok(false),
            Err(ClientError::Foreign { status, .. })
                if status == StatusCode::SERVICE_UNAVAILABLE.as_u16() =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}
