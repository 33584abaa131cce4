//! Reading the labels of a series: whose it is and what it means.

use std::sync::LazyLock;

use swarmpulse_model::series::METRIC_NAME;
use swarmpulse_model::{EntityKey, EntityKind, Labels, Text, entity};

use super::Signal;
use super::source::{Owner, SOURCES, Source, Values};
use crate::detector::Subject;

/// The service that the monitor itself is.
const MONITOR: &str = "swarmpulse";
/// Endings of numbers whose amount means nothing by itself: they only grow, or are parts of histograms.
const NOT_FOR_ANOMALIES: [&str; 4] = ["_total", "_bucket", "_created", "_timestamp_seconds"];

/// What a series tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Of whom.
    pub subject: Subject,
    /// What.
    pub signal: Signal,
    /// Values are multiplied by this first.
    pub scale: f64,
}

static BY_NAME: LazyLock<Vec<&'static Source>> = LazyLock::new(|| {
    let mut all: Vec<_> = SOURCES.iter().collect();
    all.sort_by_key(|source| source.name);
    all
});

/// The names of all metrics that mean something whoever sends them, each once. Numbers of heartbeats are not among
/// them: their series have the label `agent` and no other.
pub fn metric_names() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    BY_NAME
        .iter()
        .filter(|source| source.owner != Owner::AgentAlone)
        .filter_map(move |source| {
            let first = source.name != last;
            last = source.name;
            first.then_some(source.name)
        })
}

/// What a series tells; `None` for series that no detector looks at.
#[must_use]
pub fn read(labels: &Labels) -> Option<Reading> {
    let name = labels.metric_name();
    let from = BY_NAME.partition_point(|source| source.name < name);
    let sources = BY_NAME[from..]
        .iter()
        .take_while(|source| source.name == name)
        .filter(|source| fits(source, labels));
    for source in sources {
        if let Some(entity) = owner(source.owner, labels) {
            return Some(Reading {
                subject: Subject {
                    entity,
                    part: part(source.part, labels),
                },
                signal: source.signal,
                scale: source.scale,
            });
        }
    }
    other(name, labels)
}

fn fits(source: &Source, labels: &Labels) -> bool {
    source.only.is_none_or(|values| has(labels, values))
        && !source.never.is_some_and(|values| has(labels, values))
}

fn has(labels: &Labels, wanted: Values) -> bool {
    wanted.labels.iter().any(|label| {
        labels
            .get(label)
            .is_some_and(|value| wanted.values.contains(&value))
    })
}

/// The values of these labels, as far as they are there, divided by slashes.
fn part(names: &[&str], labels: &Labels) -> Text {
    let mut part = Text::default();
    for value in names.iter().filter_map(|name| labels.get(name)) {
        if !part.is_empty() {
            part.push('/');
        }
        part.push_str(value);
    }
    part
}

/// A number of an agent's own that nothing is known of.
fn other(name: &str, labels: &Labels) -> Option<Reading> {
    let known_ending = NOT_FOR_ANOMALIES.iter().any(|ending| name.ends_with(ending));
    if known_ending
        || name.starts_with("swarmpulse_")
        || BY_NAME.binary_search_by_key(&name, |it| it.name).is_ok()
    {
        return None;
    }
    Some(Reading {
        subject: Subject {
            entity: owner(Owner::AgentAlone, labels)?,
            part: name.into(),
        },
        signal: Signal::Other,
        scale: 1.0,
    })
}

fn owner(owner: Owner, labels: &Labels) -> Option<EntityKey> {
    let (kind, id) = match owner {
        Owner::Process => labels.get("agent").map_or_else(
            || service(labels),
            |agent| Some((EntityKind::Agent, agent.into())),
        )?,
        Owner::Service => service(labels)?,
        Owner::Host => (EntityKind::Host, host(labels)?.into()),
        Owner::Container => (EntityKind::Sandbox, container(labels)?),
        Owner::Monitor => (EntityKind::Service, MONITOR.into()),
        Owner::AgentAlone => {
            let alone = labels
                .iter()
                .all(|label| ["agent", "namespace", METRIC_NAME].contains(&label.name.as_str()));
            let agent = labels.get("agent").filter(|_| alone)?;
            (EntityKind::Agent, agent.into())
        }
    };
    entity::check_id(&id).ok()?;
    Some(EntityKey {
        namespace: labels
            .get("namespace")
            .unwrap_or(entity::DEFAULT_NAMESPACE)
            .into(),
        kind,
        id,
    })
}

/// `service`, else `job/instance`, as far as they are there; a process that tells its session or sandbox only is that.
fn service(labels: &Labels) -> Option<(EntityKind, Text)> {
    let named = |id: &str| Some((EntityKind::Service, id.into()));
    match (labels.get("service"), labels.get("job"), labels.get("instance")) {
        (Some(service), _, _) => named(service),
        (None, Some(job), Some(instance)) => {
            let mut id = Text::from(job);
            id.push('/');
            id.push_str(instance);
            Some((EntityKind::Service, id))
        }
        (None, Some(one), None) | (None, None, Some(one)) => named(one),
        (None, None, None) => Some((EntityKind::Sandbox, labels.get("sandbox")?.into())),
    }
}

/// The machine; of `instance` what stands before the port.
fn host(labels: &Labels) -> Option<&str> {
    const NAMES: [&str; 4] = ["host", "host_name", "nodename", "node"];
    if let Some(name) = NAMES.iter().find_map(|name| labels.get(name)) {
        return Some(name);
    }
    let instance = labels.get("instance")?;
    Some(match instance.rsplit_once(':') {
        Some((before, port))
            if !before.is_empty()
                && (!before.contains(':') || before.ends_with(']'))
                && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            before
        }
        _ => instance,
    })
}

/// The sandbox, else the container of a pod, else the container by its name.
fn container(labels: &Labels) -> Option<Text> {
    if let Some(sandbox) = labels.get("sandbox") {
        return Some(sandbox.into());
    }
    let container = labels.get("container").filter(|name| *name != "POD");
    match (labels.get("pod"), container) {
        (Some(pod), Some(container)) => {
            let mut id = Text::from(pod);
            id.push('/');
            id.push_str(container);
            Some(id)
        }
        (Some(_), None) => None,
        (None, _) => Some(labels.get("name").or(container)?.into()),
    }
}

#[cfg(test)]
mod tests;
