//! New errors: groups of messages that were not there before, and grow.

use swarmpulse_model::{EntityKind, Text, Timestamp};

use super::book::Book;
use super::group::Group;
use super::tally::span_of;
use super::words::ALL_TYPES;

/// How long the namespace must have been watched before an error is new.
pub(super) const WATCHED_S: f64 = 3600.0;
/// How often it came at least.
const COUNT_MIN: u64 = 10;
/// How often in the last five to ten minutes, to be told for the first time.
const GROWING_MIN: u64 = 3;
/// It is no news after so long.
const NEW_S: f64 = 6.0 * 3600.0;
/// It is over when it did not come for so long.
const QUIET_S: f64 = 7200.0;
/// The most that its absence before may owe to chance; little, for every group is looked at every minute.
const CHANCE: f64 = 1e-7;
/// The most for what was told to stay.
const KEPT: f64 = 1e-2;

/// New errors of one subject, the most frequent first.
#[derive(Debug)]
pub(super) struct News<'a> {
    pub(super) kind: EntityKind,
    pub(super) id: Text,
    pub(super) groups: Vec<&'a Group>,
    /// How probable it is that the first of them was only absent by chance before.
    pub(super) chance: f64,
}

/// The new errors of a book, one entry a subject. `told` says what was told before.
pub(super) fn news(book: &Book, now: Timestamp, told: impl Fn(EntityKind, &str) -> bool) -> Vec<News<'_>> {
    let mut found: Vec<News<'_>> = Vec::new();
    let mut groups: Vec<&Group> = book.groups.all().iter().collect();
    groups.sort_by(|a, b| b.count.cmp(&a.count).then(a.id.cmp(&b.id)));
    for group in groups {
        let (kind, id) = subject(group);
        let quiet_s = group.first.seconds_since(book.since);
        let age_s = now.seconds_since(group.first);
        let span = span_of(now);
        let growing = group.spans.sum(span - 1..=span).failed >= GROWING_MIN;
        // Were it as frequent before as it is since, each of them would have come only so late by chance: by the clock,
        // and by the work that was done, for a quiet night shows few errors.
        let ended = book.ended() as f64;
        let late = (age_s / (age_s + quiet_s)).max((ended - group.ended_before as f64) / ended.max(1.0));
        let chance = late.powf(group.count as f64 - 1.0);
        let told = told(kind, &id);
        let is_new = !group.known_before
            && quiet_s >= WATCHED_S
            && age_s <= NEW_S
            && group.count >= COUNT_MIN
            && chance <= if told { KEPT } else { CHANCE }
            && now.seconds_since(group.last) <= QUIET_S
            && (growing || told);
        if !is_new {
            continue;
        }
        match found.iter_mut().find(|news| (news.kind, &news.id) == (kind, &id)) {
            Some(news) => news.groups.push(group),
            None => found.push(News {
                kind,
                id,
                groups: vec![group],
                chance,
            }),
        }
    }
    found
}

/// Whom it strikes most: the service that was called, the task type, the agent if it is one alone, or all tasks.
fn subject(group: &Group) -> (EntityKind, Text) {
    let alone = |names: &super::top::Top| names.first().filter(|_| names.known() == 1).cloned();
    let of = |kind: EntityKind| move |id: Text| (kind, id);
    let service = group.services.first().cloned().map(of(EntityKind::Service));
    service
        .or_else(|| group.types.first().cloned().map(of(EntityKind::TaskType)))
        .or_else(|| alone(&group.agents).map(of(EntityKind::Agent)))
        .unwrap_or_else(|| (EntityKind::TaskType, ALL_TYPES.into()))
}
