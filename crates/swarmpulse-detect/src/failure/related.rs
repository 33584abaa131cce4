//! The members of a namespace that may fail together, and what was found of them.

use std::collections::BTreeSet;

use swarmpulse_model::{EntityKind, Text};

use super::book::Book;
use super::marks::{Bits, count, count_between};
use super::together::{Compared, Pair, SHARED_MIN, Window, clusters, compare};

/// A task type, agent, service or host.
type Member = (EntityKind, Text);
/// Pairs that are remembered as told.
const PAIRS_MAX: usize = 2000;

/// Those that fail together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Related {
    /// The one of most partners first.
    pub(super) members: Vec<Member>,
    /// The surest pair among them, by its places in the list of members.
    pub(super) names: (Member, Member),
    /// Its figures.
    pub(super) pair: Pair,
    /// Whether two of them began to fail together in the last hour.
    pub(super) recent: bool,
}

/// What was compared in a namespace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Relations {
    pub(super) groups: Vec<Related>,
    pub(super) tested: usize,
    pub(super) members: usize,
    pub(super) left_out: usize,
    /// All pairs of the groups.
    pairs: BTreeSet<(Member, Member)>,
}

/// Compares all of a book that began to fail often enough: those of a kind with each other, and task types and agents
/// with the services that are called. An agent and its type are not compared: they fail in the same task.
/// Pairs that were found `before` need less to stay.
pub(super) fn relations(book: &Book, before: &Relations) -> Relations {
    let newest = book.newest_closed();
    let mut members: Vec<(EntityKind, &Text)> = Vec::new();
    let mut onsets: Vec<Bits> = Vec::new();
    for cells in book.kinds() {
        for (id, cell) in cells.iter() {
            let Some(trouble) = &cell.trouble else { continue };
            let bits = trouble.marks.onsets(newest);
            if count(&bits) >= SHARED_MIN {
                members.push((cells.kind(), id));
                onsets.push(bits);
            }
        }
    }
    let may_meet = |a: usize, b: usize| {
        let (a, b) = (members[a].0, members[b].0);
        a == b
            || ((a == EntityKind::Service) != (b == EntityKind::Service)
                && a != EntityKind::Host
                && b != EntityKind::Host)
    };
    let name = |member: usize| (members[member].0, members[member].1.clone());
    let both = |a: usize, b: usize| {
        let (a, b) = (name(a), name(b));
        if a <= b { (a, b) } else { (b, a) }
    };
    let window = Window {
        newest,
        spans: book.spans_observed(),
    };
    let told = |a: usize, b: usize| !before.pairs.is_empty() && before.pairs.contains(&both(a, b));
    let Compared {
        pairs,
        tested,
        members: compared,
        left_out,
    } = compare(&onsets, window, may_meet, told);
    let groups = clusters(&pairs).into_iter().map(|(group, pair)| {
        let shared: Bits = std::array::from_fn(|word| onsets[pair.a][word] & onsets[pair.b][word]);
        Related {
            members: group.into_iter().map(name).collect(),
            names: (name(pair.a), name(pair.b)),
            recent: count_between(&shared, 0, 12) > 0,
            pair,
        }
    });
    Relations {
        groups: groups.collect(),
        tested,
        members: compared,
        left_out,
        pairs: pairs
            .iter()
            .take(PAIRS_MAX)
            .map(|pair| both(pair.a, pair.b))
            .collect(),
    }
}
