//! Addresses of what the API shows, for links.

use std::fmt::Write as _;

use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{EntityKey, EntityKind};

/// Where an entity is shown; `None` for kinds that no route shows.
pub(super) fn of_entity(key: &EntityKey) -> Option<String> {
    let mut address = match key.kind {
        EntityKind::Agent => "/api/v1/agents/".to_owned(),
        EntityKind::Task => "/api/v1/tasks/".to_owned(),
        EntityKind::Sandbox => "/api/v1/sandboxes/".to_owned(),
        EntityKind::Service => "/api/v1/services/".to_owned(),
        EntityKind::Host | EntityKind::Process => format!("/api/v1/graph?around={}:", key.kind.as_str()),
        EntityKind::TaskType => return None,
    };
    push_encoded(&key.id, &mut address);
    if key.namespace != DEFAULT_NAMESPACE {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str("namespace=");
        push_encoded(&key.namespace, &mut address);
    }
    Some(address)
}

/// Where an item of a list is shown: below that path.
pub(super) fn below(path: &str, id: &str) -> String {
    let mut address = path.to_owned();
    push_encoded(id, &mut address);
    address
}

/// Adds a text as a part of an address: all but letters, digits and `-._~` in per cent.
fn push_encoded(text: &str, address: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            address.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
}
