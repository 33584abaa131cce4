//! Which agents a list asks for.

use swarmpulse_fleet::{Agent, Fleet};
use swarmpulse_model::{Text, Verdict};

use super::parameter::{NAMESPACE, Parameter, some_of, text};
use super::query::Query;
use crate::access::Access;
use crate::problem::ApiError;

const VERDICTS: &[&str] = &[
    "down",
    "stuck",
    "unknown",
    "silent",
    "backing_off",
    "waiting",
    "starting",
    "working",
    "idle",
    "stopped",
];
const HEALTHS: &[&str] = &["healthy", "stale", "down"];

pub(super) const VERDICT: Parameter = some_of("verdict", "These verdicts alone.", VERDICTS);
pub(super) const HEALTH: Parameter = some_of("health", "This health alone.", HEALTHS);
pub(super) const KIND: Parameter = text("kind", "This kind of agent alone.", "worker");
pub(super) const HOST: Parameter = text("host", "Agents on this machine alone.", "gpu-3");
pub(super) const PART: Parameter = text("q", "Agents whose id contains this text, in any case.", "bot");
pub(super) const ACROSS: Parameter = NAMESPACE;

/// Which agents a list asks for.
#[derive(Clone, Debug)]
pub(super) struct AgentFilter {
    namespace: Option<Text>,
    verdicts: Vec<Verdict>,
    healths: Vec<String>,
    kind: Option<String>,
    host: Option<String>,
    part: Option<String>,
}

impl AgentFilter {
    /// The filter that a query gives. It is of a route with all the parameters above.
    ///
    /// # Errors
    /// If it asks for a namespace that may not be seen.
    pub(super) fn of(query: &Query, access: &Access) -> Result<Self, ApiError> {
        Ok(Self {
            namespace: access.looks_in(query.text("namespace"))?,
            verdicts: query.list("verdict").filter_map(Verdict::parse).collect(),
            healths: query.list("health").map(str::to_owned).collect(),
            kind: query.text("kind").map(str::to_owned),
            host: query.text("host").map(str::to_owned),
            part: query.text("q").map(str::to_lowercase),
        })
    }

    /// Whether it asks for this agent.
    pub(super) fn wants(&self, fleet: &Fleet, agent: &Agent) -> bool {
        let verdict = agent.verdict();
        let health = verdict.standing().health.as_str();
        (self.verdicts.is_empty() || self.verdicts.contains(&verdict))
            && (self.healths.is_empty() || self.healths.iter().any(|wanted| wanted == health))
            && self
                .namespace
                .as_deref()
                .is_none_or(|namespace| fleet.namespace_of(agent) == namespace)
            && self.kind.as_deref().is_none_or(|kind| agent.kind() == kind)
            && self
                .host
                .as_deref()
                .is_none_or(|host| fleet.host_of(agent) == Some(host))
            && self.part.as_deref().is_none_or(|part| contains(agent.id(), part))
    }
}

/// Whether a text contains another, which is in lower case.
fn contains(text: &str, part: &str) -> bool {
    if text.is_ascii() && part.is_ascii() {
        let mut windows = text.as_bytes().windows(part.len());
        return windows.any(|window| window.eq_ignore_ascii_case(part.as_bytes()));
    }
    text.to_lowercase().contains(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_models() {
        let mut known: Vec<&str> = Verdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
        known.sort_unstable();
        let mut here = VERDICTS.to_vec();
        here.sort_unstable();
        assert_eq!(here, known);
    }

    #[test]
    fn parts_are_found_in_any_case() {
        assert!(
            contains("Bot-7", "bot")
                && contains("a", "a")
                && contains("GRÖSSE", "größ") == "grösse".contains("größ")
        );
        assert!(contains("Ärger", "ärg"));
        assert!(!contains("a", "ab") && !contains("", "a"));
    }
}
