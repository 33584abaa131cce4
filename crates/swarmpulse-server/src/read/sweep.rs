//! Looking at every entity of a kind, a bounded number under each lock, so that records never wait long.

use std::ops::ControlFlow;

use swarmpulse_fleet::{Agent, Fleet, Index, SandboxEntry, ServiceEntry, TaskEntry};
use swarmpulse_runtime::Handle;

use super::query::foreign_cursor;
use crate::problem::ApiError;

/// Entities looked at under one lock.
const AT_ONCE: usize = 4096;

/// What stands in slots of the fleet.
pub(super) trait Slots: 'static {
    /// Those from that slot on.
    fn from(fleet: &Fleet, first: Index) -> impl Iterator<Item = (Index, &Self)>;
    /// Its namespace.
    fn namespace<'f>(&self, fleet: &'f Fleet) -> &'f str;
}

macro_rules! slots {
    ($entity:ty, $from:ident, $namespace:ident) => {
        impl Slots for $entity {
            fn from(fleet: &Fleet, first: Index) -> impl Iterator<Item = (Index, &Self)> {
                fleet.$from(first)
            }
            fn namespace<'f>(&self, fleet: &'f Fleet) -> &'f str {
                fleet.$namespace(self)
            }
        }
    };
}

slots!(Agent, agents_from, namespace_of);
slots!(TaskEntry, tasks_from, namespace_of_task);
slots!(SandboxEntry, sandboxes_from, namespace_of_sandbox);
slots!(ServiceEntry, services_from, namespace_of_service);

/// Looks at the entities from that slot on, in the order of slots, until `look` breaks. What is added or removed
/// meanwhile may be seen or not; everything else is seen once.
pub(super) fn sweep<E: Slots>(
    handle: &Handle,
    first: Index,
    mut look: impl FnMut(&Fleet, Index, &E) -> ControlFlow<()>,
) {
    let mut next = Some(first);
    while let Some(first) = next {
        next = handle.fleet(|fleet| {
            let mut left = AT_ONCE;
            for (index, entity) in E::from(fleet, first) {
                if left == 0 {
                    return Some(index);
                }
                left -= 1;
                if look(fleet, index, entity).is_break() {
                    return None;
                }
            }
            None
        });
    }
}

/// A page in the order of slots: what is wanted from the cursor's slot on, and the cursor of the next.
pub(super) fn page<E: Slots, T>(
    handle: &Handle,
    cursor: Option<&str>,
    limit: usize,
    wanted: impl Fn(&Fleet, &E) -> bool,
    show: impl Fn(&Fleet, &E) -> T,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let first = cursor.map_or(Ok(0), slot_of)?;
    let (mut items, mut next) = (Vec::new(), None);
    if limit == 0 {
        return Ok((items, None));
    }
    sweep(handle, first, |fleet, index, entity: &E| {
        if !wanted(fleet, entity) {
            return ControlFlow::Continue(());
        }
        if items.len() == limit {
            next = Some(format!("id-{index:x}"));
            return ControlFlow::Break(());
        }
        items.push(show(fleet, entity));
        ControlFlow::Continue(())
    });
    Ok((items, next))
}

fn slot_of(cursor: &str) -> Result<Index, ApiError> {
    let slot = cursor
        .strip_prefix("id-")
        .and_then(|slot| Index::from_str_radix(slot, 16).ok());
    slot.ok_or_else(foreign_cursor)
}
