//! Who sends: which agent, sandbox, task and session telemetry belongs to.

use std::borrow::Cow;

use crate::attributes::Attributes;
use crate::message::{KeyValue, Resource};

/// The longest id of an entity, in bytes.
const ID_BYTES_MAX: usize = 200;
/// Attributes that are told by a record's or series' own fields.
pub(crate) const ENTITY_KEYS: [&str; 3] = ["agent.id", "sandbox.id", "task.id"];
const SESSION_KEYS: [&str; 3] = ["session.id", "conversation.id", "gen_ai.conversation.id"];

/// Who sends, as the attributes of the resource and of one point, log or span tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who<'a> {
    /// `agent.id`.
    pub agent_id: Option<Cow<'a, str>>,
    /// `service.instance.id`.
    pub instance_id: Option<Cow<'a, str>>,
    /// `session.id`, or `conversation.id`.
    pub session: Option<Cow<'a, str>>,
    /// `sandbox.id`.
    pub sandbox: Option<Cow<'a, str>>,
    /// `task.id`.
    pub task: Option<Cow<'a, str>>,
}

impl<'a> Who<'a> {
    /// As the resource tells.
    pub fn of_resource(resource: Option<&'a Resource>) -> Self {
        Self::default().with(resource.map_or(&[], |resource| &resource.attributes))
    }

    /// With what a point, log or span tells; that wins over what the resource tells.
    pub fn with(&self, attributes: &'a [KeyValue]) -> Self {
        let view = Attributes(attributes);
        let id = |key: &str| view.text(key).filter(|id| is_id(id));
        // Most points have none of them: one pass tells.
        if !attributes.iter().any(|pair| is_naming(&pair.key)) {
            return self.clone();
        }
        Self {
            agent_id: id("agent.id").or_else(|| self.agent_id.clone()),
            instance_id: id("service.instance.id").or_else(|| self.instance_id.clone()),
            session: SESSION_KEYS
                .iter()
                .find_map(|key| id(key))
                .or_else(|| self.session.clone()),
            sandbox: id("sandbox.id").or_else(|| self.sandbox.clone()),
            task: id("task.id").or_else(|| self.task.clone()),
        }
    }

    /// The agent's name: `agent.id`, else `service.instance.id`, else `session.id`.
    pub fn agent(&self) -> Option<&str> {
        self.agent_id
            .as_deref()
            .or(self.instance_id.as_deref())
            .or(self.session.as_deref())
    }

    /// Names that mean the same agent, with the attribute that says so.
    pub fn other_names(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let agent = self.agent();
        let names = [
            (self.instance_id.as_deref(), "service.instance.id"),
            (self.session.as_deref(), "session.id"),
        ];
        names
            .into_iter()
            .filter_map(|(name, why)| Some((name?, why)))
            .filter(move |(name, _)| Some(*name) != agent)
    }
}

fn is_naming(key: &str) -> bool {
    ENTITY_KEYS.contains(&key) || key == "service.instance.id" || SESSION_KEYS.contains(&key)
}

/// Whether a text may name an entity.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=ID_BYTES_MAX).contains(&text.len()) && !text.contains(char::is_control)
}

/// Facts of the resource that a heartbeat tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Place {
    pub kind: Option<String>,
    pub host: Option<String>,
    pub pid: Option<u32>,
    pub interval_s: Option<f64>,
}

impl Place {
    /// Programs that send telemetry only while they work for a person, by the kind or service they name.
    const DRIVEN_BY_A_PERSON: [&str; 3] = ["claude-code", "codex", "gemini"];

    /// Whether it is one of these.
    pub fn is_driven_by_a_person(&self) -> bool {
        let kind = self.kind.as_deref().unwrap_or_default();
        Self::DRIVEN_BY_A_PERSON.iter().any(|name| kind.starts_with(name))
    }

    pub fn of(resource: Option<&Resource>) -> Self {
        let view = Attributes(resource.map_or(&[], |resource| &resource.attributes));
        let word = |keys: &[&str]| {
            view.first_text(keys)
                .filter(|word| is_id(word))
                .map(Cow::into_owned)
        };
        Self {
            kind: word(&["agent.kind", "service.name"]),
            host: word(&["host.name"]),
            pid: view
                .amount("process.pid")
                .filter(|pid| *pid >= 1.0 && *pid < 4e9)
                .map(|pid| pid as u32),
            interval_s: view
                .amount("agent.interval_s")
                .filter(|interval_s| *interval_s > 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pair;

    #[test]
    fn the_strongest_name_wins_and_the_others_join() {
        let resource = Resource {
            attributes: vec![pair("service.instance.id", "i-1"), pair("sandbox.id", "s-1")],
        };
        let who = Who::of_resource(Some(&resource));
        assert_eq!(who.agent(), Some("i-1"));
        assert_eq!(who.other_names().count(), 0);
        let attributes = [
            pair("session.id", "x"),
            pair("agent.id", "bot-7"),
            pair("task.id", "a\nb"),
        ];
        let who = who.with(&attributes);
        assert_eq!(who.agent(), Some("bot-7"));
        assert_eq!(who.sandbox.as_deref(), Some("s-1"));
        assert_eq!(who.task, None, "control characters name nothing");
        let others: Vec<_> = who.other_names().collect();
        assert_eq!(others, [("i-1", "service.instance.id"), ("x", "session.id")]);
    }
}
