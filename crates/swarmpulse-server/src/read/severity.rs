//! Agents the worst first, page by page, without sorting the fleet.
//!
//! Agents stand in as many ranks as there are verdicts. A page takes the ranks in order, in one rank the agents in the
//! order of their slots. Those whose verdict changed after the first page was asked for come at the end, whatever
//! their rank now: so each agent that is there all the time is on some page, and one that does not change on just one.

use std::ops::ControlFlow;

use swarmpulse_fleet::{Agent, Fleet, Index};
use swarmpulse_model::Timestamp;
use swarmpulse_runtime::Handle;

use super::query::foreign_cursor;
use super::sweep::sweep;
use super::tally::{BY_SEVERITY, rank};
use crate::problem::ApiError;

/// The rank after all others: agents whose verdict changed meanwhile.
const MOVED: usize = BY_SEVERITY.len();
/// Agents shown under one lock.
const SHOWN_AT_ONCE: usize = 256;

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// When the first page was asked for, by the fleet's time.
    began: Timestamp,
    rank: usize,
    slot: Index,
}

impl Place {
    fn parse(cursor: &str) -> Result<Self, ApiError> {
        let parse = || {
            let mut parts = cursor.strip_prefix("sev-")?.split('-');
            let mut next = || parts.next().and_then(|part| u64::from_str_radix(part, 16).ok());
            let (began, rank, slot) = (next()?, next()?, next()?);
            let (rank, slot) = (usize::try_from(rank).ok()?, Index::try_from(slot).ok()?);
            (rank <= MOVED && parts.next().is_none()).then_some(Self {
                began: Timestamp(began.cast_signed()),
                rank,
                slot,
            })
        };
        parse().ok_or_else(foreign_cursor)
    }

    fn cursor(self) -> String {
        format!("sev-{:x}-{:x}-{:x}", self.began.0, self.rank, self.slot)
    }
}

/// A page of agents, the worst first, and the cursor of the next.
pub(super) fn page<T>(
    handle: &Handle,
    cursor: Option<&str>,
    limit: usize,
    wanted: impl Fn(&Fleet, &Agent) -> bool,
    show: impl Fn(&Fleet, &Agent) -> T,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let place = match cursor {
        Some(cursor) => Place::parse(cursor)?,
        None => Place {
            began: handle.fleet(Fleet::now),
            rank: 0,
            slot: 0,
        },
    };
    if limit == 0 {
        return Ok((Vec::new(), None));
    }
    let mut found = choose(handle, place, limit + 1, wanted);
    let next = (found.len() > limit).then(|| found.pop()).flatten();
    let mut items = Vec::with_capacity(found.len());
    for chosen in found.chunks(SHOWN_AT_ONCE) {
        handle.fleet(|fleet| {
            let agents = chosen.iter().filter_map(|(_, slot)| fleet.agent_at(*slot));
            items.extend(agents.map(|agent| show(fleet, agent)));
        });
    }
    Ok((
        items,
        next.map(|(rank, slot)| {
            Place {
                began: place.began,
                rank,
                slot,
            }
            .cursor()
        }),
    ))
}

/// The first so many agents from that place on: their ranks and slots.
fn choose(
    handle: &Handle,
    place: Place,
    count: usize,
    wanted: impl Fn(&Fleet, &Agent) -> bool,
) -> Vec<(usize, Index)> {
    let rank_of = |agent: &Agent| {
        if agent.since() > place.began {
            MOVED
        } else {
            rank(agent.verdict())
        }
    };
    // Mostly one rank fills the page: the first that has anyone, from the cursor's slot on.
    let counts = handle.fleet(|fleet| fleet.counts());
    let lead = (place.rank..MOVED)
        .find(|rank| counts.of(BY_SEVERITY[*rank]) > 0)
        .unwrap_or(MOVED);
    let first_slot = |rank| if rank == place.rank { place.slot } else { 0 };
    let mut found = Vec::with_capacity(count);
    sweep(handle, first_slot(lead), |fleet, slot, agent: &Agent| {
        if rank_of(agent) == lead && wanted(fleet, agent) {
            found.push((lead, slot));
        }
        if found.len() == count {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    if found.len() == count || lead == MOVED {
        return found;
    }
    // All others in one pass, a bucket for each rank.
    let mut buckets: Vec<Vec<Index>> = vec![Vec::new(); MOVED + 1];
    sweep(handle, 0, |fleet, slot, agent: &Agent| {
        let rank = rank_of(agent);
        if rank > lead && buckets[rank].len() < count - found.len() && wanted(fleet, agent) {
            buckets[rank].push(slot);
        }
        ControlFlow::Continue(())
    });
    for (rank, bucket) in buckets.into_iter().enumerate() {
        found.extend(bucket.into_iter().map(|slot| (rank, slot)));
    }
    found.truncate(count);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_others_are_refused() {
        let place = Place {
            began: Timestamp(1_772_600_767_000_000_001),
            rank: 7,
            slot: 4096,
        };
        assert_eq!(Place::parse(&place.cursor()).unwrap(), place);
        for foreign in [
            "",
            "sev-",
            "sev-1-2",
            "sev-1-2-3-4",
            "sev-1-b-0",
            "id-7",
            "sev-1-2--3",
            "sev-g-0-0",
        ] {
            assert_eq!(
                Place::parse(foreign).unwrap_err().status.as_u16(),
                422,
                "{foreign}"
            );
        }
    }
}
