//! Filters of the lists.

use reqwest::Url;

/// Filters and order of `GET /api/v1/agents`.
#[derive(Clone, Debug, Default)]
pub struct AgentQuery {
    /// One namespace alone.
    pub namespace: Option<String>,
    /// One kind alone.
    pub kind: Option<String>,
    /// These verdicts alone.
    pub verdicts: Vec<String>,
    /// The worst first, in place of by id.
    pub worst_first: bool,
    /// Items of a page; the server's default without it.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl AgentQuery {
    pub(crate) fn append(&self, url: &mut Url) {
        add(url, "namespace", self.namespace.as_deref());
        add(url, "kind", self.kind.as_deref());
        if !self.verdicts.is_empty() {
            add(url, "verdict", Some(&self.verdicts.join(",")));
        }
        add(url, "order", self.worst_first.then_some("severity"));
        page(url, self.limit, self.cursor.as_deref());
    }
}

/// Filters of `GET /api/v1/tasks`.
#[derive(Clone, Debug, Default)]
pub struct TaskQuery {
    /// One namespace alone.
    pub namespace: Option<String>,
    /// One status alone.
    pub status: Option<String>,
    /// One agent's alone.
    pub agent: Option<String>,
    /// Items of a page.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl TaskQuery {
    pub(crate) fn append(&self, url: &mut Url) {
        add(url, "namespace", self.namespace.as_deref());
        add(url, "status", self.status.as_deref());
        add(url, "agent", self.agent.as_deref());
        page(url, self.limit, self.cursor.as_deref());
    }
}

/// Filters of `GET /api/v1/alerts`.
#[derive(Clone, Debug, Default)]
pub struct AlertQuery {
    /// firing, pending, open or resolved; firing without it.
    pub state: Option<String>,
    /// These severities alone.
    pub severities: Vec<String>,
    /// Labels must match: `{agent=~"bot.*"}`.
    pub filter: Option<String>,
    /// Of those that held: that ended from this time on.
    pub from: Option<String>,
    /// Of those that held: that ended before this time.
    pub to: Option<String>,
    /// One namespace alone.
    pub namespace: Option<String>,
    /// Items of a page.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl AlertQuery {
    pub(crate) fn append(&self, url: &mut Url) {
        add(url, "state", self.state.as_deref());
        if !self.severities.is_empty() {
            add(url, "severity", Some(&self.severities.join(",")));
        }
        add(url, "filter", self.filter.as_deref());
        add(url, "from", self.from.as_deref());
        add(url, "to", self.to.as_deref());
        add(url, "namespace", self.namespace.as_deref());
        page(url, self.limit, self.cursor.as_deref());
    }
}

/// Filters of `GET /api/v1/silences`.
#[derive(Clone, Debug, Default)]
pub struct SilenceQuery {
    /// active, pending or expired; those that are not over without any.
    pub states: Vec<String>,
    /// One namespace alone.
    pub namespace: Option<String>,
    /// Items of a page.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl SilenceQuery {
    pub(crate) fn append(&self, url: &mut Url) {
        if !self.states.is_empty() {
            add(url, "state", Some(&self.states.join(",")));
        }
        add(url, "namespace", self.namespace.as_deref());
        page(url, self.limit, self.cursor.as_deref());
    }
}

/// Filters of `GET /api/v1/notifications`.
#[derive(Clone, Debug, Default)]
pub struct NotificationQuery {
    /// waiting, delivered, dead or unknown alone.
    pub outcome: Option<String>,
    /// To this receiver alone.
    pub receiver: Option<String>,
    /// Items of a page.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl NotificationQuery {
    pub(crate) fn append(&self, url: &mut Url) {
        add(url, "outcome", self.outcome.as_deref());
        add(url, "receiver", self.receiver.as_deref());
        page(url, self.limit, self.cursor.as_deref());
    }
}

/// Filters of `GET /api/v1/events`.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// One namespace alone.
    pub namespace: Option<String>,
    /// One agent's alone.
    pub agent: Option<String>,
    /// One task's alone.
    pub task: Option<String>,
    /// One sandbox's alone.
    pub sandbox: Option<String>,
    /// One type alone.
    pub event_type: Option<String>,
    /// From here on, RFC 3339.
    pub from: Option<String>,
    /// Up to here, RFC 3339.
    pub to: Option<String>,
    /// Items of a page.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl EventQuery {
    pub(crate) fn append(&self, url: &mut Url) {
        add(url, "namespace", self.namespace.as_deref());
        add(url, "agent", self.agent.as_deref());
        add(url, "task", self.task.as_deref());
        add(url, "sandbox", self.sandbox.as_deref());
        add(url, "type", self.event_type.as_deref());
        add(url, "from", self.from.as_deref());
        add(url, "to", self.to.as_deref());
        page(url, self.limit, self.cursor.as_deref());
    }
}

/// Filters of `GET /api/v1/findings` and `GET /api/v1/findings/waiting`.
#[derive(Clone, Debug, Default)]
pub struct FindingQuery {
    /// One namespace alone.
    pub namespace: Option<String>,
    /// `active`, `ended` or `all`; what is active without it.
    pub state: Option<String>,
    /// What one detector says alone.
    pub detector: Option<String>,
    /// One condition alone.
    pub condition: Option<String>,
    /// These severities alone.
    pub severities: Vec<String>,
    /// One kind of subject alone.
    pub subject_kind: Option<String>,
    /// One subject alone.
    pub subject: Option<String>,
    /// Items of a page.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl FindingQuery {
    pub(crate) fn append(&self, url: &mut Url) {
        add(url, "state", self.state.as_deref());
        add(url, "condition", self.condition.as_deref());
        if !self.severities.is_empty() {
            add(url, "severity", Some(&self.severities.join(",")));
        }
        self.append_of_waiting(url);
    }

    /// Those that the list of what cannot be judged yet takes as well.
    pub(crate) fn append_of_waiting(&self, url: &mut Url) {
        add(url, "namespace", self.namespace.as_deref());
        add(url, "detector", self.detector.as_deref());
        add(url, "subject_kind", self.subject_kind.as_deref());
        add(url, "subject", self.subject.as_deref());
        page(url, self.limit, self.cursor.as_deref());
    }
}

fn page(url: &mut Url, limit: Option<u32>, cursor: Option<&str>) {
    if let Some(limit) = limit {
        add(url, "limit", Some(&limit.to_string()));
    }
    add(url, "cursor", cursor);
}

pub(crate) fn add(url: &mut Url, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        url.query_pairs_mut().append_pair(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_is_asked_for() {
        let mut url = Url::parse("http://host/api/v1/agents").unwrap();
        AgentQuery::default().append(&mut url);
        assert_eq!(url.query(), None);
        let query = AgentQuery {
            verdicts: vec!["down".into(), "stuck".into()],
            worst_first: true,
            limit: Some(5),
            cursor: Some("a=&b".into()),
            ..AgentQuery::default()
        };
        query.append(&mut url);
        assert_eq!(
            url.query(),
            Some("verdict=down%2Cstuck&order=severity&limit=5&cursor=a%3D%26b")
        );
    }
}
