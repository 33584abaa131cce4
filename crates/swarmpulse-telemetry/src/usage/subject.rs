//! Whose usage it is.

use std::borrow::Cow;

use swarmpulse_model::Text;
use xxhash_rust::xxh3::Xxh3;

use crate::identity::Who;

/// Whose usage it is: an agent, and one session of it where that is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subject<'a> {
    pub namespace: Text,
    /// The agent's name; empty if none is known.
    pub agent: Text,
    pub session: Option<Cow<'a, str>>,
    /// The key of the session, or of the agent without one.
    pub session_key: u128,
    pub agent_key: u128,
}

impl<'a> Subject<'a> {
    /// Who sends; `job` tells those apart that name no agent.
    pub fn of(namespace: &str, who: &Who<'a>, job: &str) -> Self {
        let agent = who.agent().unwrap_or_default();
        let known_by = if agent.is_empty() { job } else { "" };
        let session = who.session.clone();
        let agent_key = key(&[namespace, agent, known_by, ""]);
        Self {
            namespace: namespace.into(),
            agent: agent.into(),
            session_key: match &session {
                Some(session) => key(&[namespace, agent, known_by, session]),
                None => agent_key,
            },
            session,
            agent_key,
        }
    }

    /// The same agent, whichever session.
    pub fn without_session(&self) -> Self {
        Self {
            session: None,
            session_key: self.agent_key,
            ..self.clone()
        }
    }
}

fn key(parts: &[&str]) -> u128 {
    let mut hash = Xxh3::new();
    for part in parts {
        hash.update(&(part.len() as u32).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.digest128()
}
