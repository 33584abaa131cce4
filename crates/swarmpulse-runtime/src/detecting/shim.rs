//! Names of the monitor's own series as signals.

use swarmpulse_detect::{Signal, Subject};
use swarmpulse_model::{EntityKey, EntityKind, Labels, Text};

const NAMES: &[(&str, Signal)] = &[
    ("swarmpulse_agent_resident_memory_bytes", Signal::MemoryBytes),
    ("swarmpulse_agent_open_fds", Signal::OpenFds),
    ("swarmpulse_agent_memory_limit_bytes", Signal::MemoryLimitBytes),
];

pub(super) fn metric_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

pub(super) fn read_series(labels: &Labels) -> Option<(Subject, Signal)> {
    let (_, signal) = NAMES.iter().find(|(name, _)| *name == labels.metric_name())?;
    let namespace = labels.get("namespace").unwrap_or("default");
    let entity = EntityKey::new(namespace, EntityKind::Agent, labels.get("agent")?);
    Some((
        Subject {
            entity,
            part: Text::default(),
        },
        *signal,
    ))
}
