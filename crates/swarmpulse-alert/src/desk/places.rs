//! Causes that nobody reports: a host or a sandbox of which the agents fall together.

use std::collections::BTreeSet;

use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::evidence::Duration;
use swarmpulse_model::series::Label;
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{Alert, AlertState, EntityKey, EntityKind, Severity, Text, Timestamp};

use super::Desk;
use super::agenda::Due;
use super::book::Book;
use super::causes::Round;
use super::entry::{Decided, Entry};
use super::settling::Target;
use crate::identity::{alert_id, labels, namespace_of};
use crate::nature::Nature;
use crate::place::Place;

/// Places of which fallen agents are noted before those are looked through that got up again.
const SPOTS_NOTED: usize = 1_024;
/// The figures of a place that is down are told anew at most so often, in seconds.
const REWORD_EVERY_S: f64 = 60.0;

/// A place and the name of the alerts of its agents.
type Spot = (EntityKey, Text);

impl Desk {
    /// Counts an agent that fell among those of its places. The places are added.
    pub(super) fn count_fallen(&mut self, slot: u32, round: &mut Round<'_>, touched: &mut BTreeSet<Spot>) {
        let Some(entry) = self.book.get(slot) else {
            return;
        };
        let (Some(subject), name) = (entry.live.subject.clone(), Text::from(entry.name())) else {
            return;
        };
        let at = entry.active_at();
        if subject.kind != EntityKind::Agent || entry.trouble().nature != Nature::Gone {
            return;
        }
        for place in round.reach(&subject) {
            if matches!(place.kind, EntityKind::Host | EntityKind::Sandbox) {
                let spot = (place, name.clone());
                self.causes
                    .fallen
                    .entry(spot.clone())
                    .or_default()
                    .insert((at, slot));
                touched.insert(spot);
            }
        }
    }

    /// Places that are down by what is known of their agents: alerts to raise, hosts before the sandboxes on them.
    pub(super) fn infer(&mut self, touched: BTreeSet<Spot>, round: &mut Round<'_>) -> Vec<(u32, Alert)> {
        let mut spots: Vec<Spot> = touched.into_iter().collect();
        spots.sort_by_key(|(place, _)| place.kind != EntityKind::Host);
        let (mut raised, mut explained) = (Vec::new(), BTreeSet::new());
        for spot in spots {
            let fallen = self.fallen_at(&spot, &explained);
            let subject = Some(spot.0.clone());
            let known = self.book.about(&subject).any(|slot| {
                let entry = self.book.get(slot);
                entry.is_some_and(|entry| entry.live.fires && entry.trouble().nature == Nature::Gone)
            });
            if known {
                explained.extend(fallen.iter().map(|(_, slot)| *slot));
            } else if fallen.len() >= self.options.cause.agents_min
                && let Some(alert) = self.judge(&spot.0, fallen, &mut explained, round)
            {
                raised.push(alert);
            }
        }
        self.forget_fallen();
        raised
    }

    /// Raises the alert of a place that fell with these agents; if too few of the others were due to tell, it is looked at
    /// again when enough were.
    fn judge(
        &mut self,
        key: &EntityKey,
        mut fallen: Vec<(Timestamp, u32)>,
        explained: &mut BTreeSet<u32>,
        round: &Round<'_>,
    ) -> Option<(u32, Alert)> {
        let cause = &self.options.cause;
        let (now, agents_min) = (round.now, cause.agents_min);
        let place = Place::of(&round.around.agents_of(key), now);
        // What a rule says of an agent may have begun with the first report that was missing.
        let since = place.heard_at?.plus_s(-cause.within_s);
        fallen.retain(|(at, _)| *at >= since);
        let (first, last) = (*fallen.first()?, *fallen.last()?);
        if fallen.len() < agents_min || place.fell < agents_min as u64 {
            return None;
        }
        if !place.is_down(agents_min as u64) {
            // On whole seconds: after an outage many places are looked at again, and all at once costs the least.
            let again = place.next_due_at.max(now.plus_ns(SECOND_NS));
            let whole = Timestamp(again.0.div_euclid(SECOND_NS).saturating_mul(SECOND_NS));
            if place.next_due_at != Timestamp::NEVER {
                self.agenda.add(whole.plus_ns(SECOND_NS), Due::Alert(last.1));
            }
            return None;
        }
        explained.extend(fallen.iter().map(|(_, slot)| *slot));
        let reason = sentence(key, &place, Some(last.0.seconds_since(first.0)));
        self.raise(key, first.0, (reason, place.fell), now)
    }

    /// Agents of a place that fell and still are down.
    fn fallen_at(&mut self, spot: &Spot, explained: &BTreeSet<u32>) -> Vec<(Timestamp, u32)> {
        let Some(fallen) = self.causes.fallen.get_mut(spot) else {
            return Vec::new();
        };
        let book = &self.book;
        fallen.retain(|(at, slot)| is_down_since(book, *slot, *at));
        fallen
            .iter()
            .copied()
            .filter(|(_, slot)| !explained.contains(slot))
            .collect()
    }

    /// Forgets places of which all agents got up again, once there are many.
    fn forget_fallen(&mut self) {
        if self.causes.fallen.len() <= self.causes.fallen_kept.max(SPOTS_NOTED) {
            return;
        }
        let book = &self.book;
        self.causes.fallen.retain(|_, fallen| {
            fallen.retain(|(at, slot)| is_down_since(book, *slot, *at));
            !fallen.is_empty()
        });
        self.causes.fallen_kept = 2 * self.causes.fallen.len();
    }

    fn raise(
        &mut self,
        place: &EntityKey,
        began: Timestamp,
        (reason, fell): (Text, u64),
        now: Timestamp,
    ) -> Option<(u32, Alert)> {
        let name = if place.kind == EntityKind::Host {
            "host_down"
        } else {
            "sandbox_down"
        };
        let subject = Some(place.clone());
        let id = alert_id(name, subject.as_ref());
        let slot = match self.book.find(&id) {
            Some(slot) => slot,
            None => {
                let slot = self.room(Entry::new(id.clone()))?;
                self.book.place(slot, subject.clone());
                slot
            }
        };
        let alert = Alert {
            id,
            name: name.into(),
            state: AlertState::Firing,
            severity: Severity::Critical,
            namespace: namespace_of(subject.as_ref()),
            origin: AlertOrigin::Cause,
            group: Text::default(),
            labels: labels(name, Severity::Critical, subject.as_ref()),
            annotations: summary(&reason),
            value: Some(fell as f64),
            active_at: began,
            fired_at: Some(now),
            ended_at: None,
            reason,
            cause: None,
            flapping: false,
            expires_at: None,
            source_url: None,
            kept_since: None,
            subject,
        };
        let entry = self.book.get_mut(slot)?;
        if entry.live.awaiting.is_some() {
            return None;
        }
        entry.live.awaiting = Some(Decided::of(&alert));
        entry.live.raised = Some((alert.name.clone(), began));
        entry.live.nature = Some(Nature::Gone);
        entry.live.fires = true;
        Some((slot, alert))
    }

    /// What an alert of a place comes to: it ends when one of its agents is heard again, or nothing is known of it any
    /// longer. If it comes and goes it is held to fire on; its value is 0 while it is up.
    pub(super) fn target_of_place(&mut self, slot: u32, round: &Round<'_>) -> Option<Target> {
        let entry = self.book.get(slot)?;
        let alert = entry
            .alert
            .as_ref()
            .filter(|alert| alert.state == AlertState::Firing)?;
        let subject = alert.subject.as_ref()?;
        let now = round.now;
        let place = Place::of(&round.around.agents_of(subject), now);
        let mut target = Target::of(alert);
        if place.agents == 0 || entry.word.as_ref().is_some_and(|word| word.gone) {
            target.end(now, "its subject is gone".into());
            return Some(target);
        }
        let was_down = is_of_fall(alert);
        let is_down = if was_down {
            place.fell > 0
        } else {
            place.is_down(self.options.cause.agents_min as u64)
        };
        let flaps = entry.flaps(now);
        target.flapping = flaps;
        if is_down {
            let words = sentence(subject, &place, None);
            let figures = format!("{} of {} ", place.fell, place.expected());
            let old = now.seconds_since(entry.updated_at) >= REWORD_EVERY_S;
            if !was_down || old && !alert.reason.starts_with(&figures) {
                target.reason = words;
                target.value = Some(place.fell as f64);
            }
        } else {
            let up = place.agents.saturating_sub(place.down);
            let reason = format!("it is heard again: {up} of {} agents are up", place.agents);
            if was_down && (flaps || entry.would_flap(now, &self.options.flapping)) {
                target.flapping = true;
                target.reason = reason.into();
                target.value = Some(0.0);
            } else if !flaps {
                let at = entry.ends.last().filter(|_| !was_down).copied();
                target.end(at.unwrap_or(now), reason.into());
                return Some(target);
            }
        }
        let due = now.plus_s(self.options.cause.look_every_s);
        self.agenda.add(due, Due::Alert(slot));
        Some(target)
    }
}

/// Whether the alert of a place says that it is down; else the place is up and the alert fires on because it comes and
/// goes.
pub(super) fn is_of_fall(alert: &Alert) -> bool {
    alert.state == AlertState::Firing && alert.value != Some(0.0)
}

/// Whether an alert fires, or is about to, and did all the time since.
fn is_down_since(book: &Book, slot: u32, at: Timestamp) -> bool {
    book.get(slot)
        .is_some_and(|entry| entry.live.fires && entry.active_at() == at)
}

/// What to show of an alert without annotations of its own.
pub(super) fn summary(reason: &Text) -> Vec<Label> {
    vec![Label {
        name: Text::const_new("summary"),
        value: reason.clone(),
    }]
}

/// How many agents fell of how many: those that ended by themselves before do not count.
fn sentence(subject: &EntityKey, place: &Place, span_s: Option<f64>) -> Text {
    let kind = subject.kind.as_str();
    let preposition = if subject.kind == EntityKind::Host {
        "on"
    } else {
        "in"
    };
    let (fell, expected) = (place.fell, place.expected());
    let mut text = format!("{fell} of {expected} agents {preposition} {kind} {} ", subject.id);
    match span_s {
        Some(span_s) => text.push_str(&format!("went down within {}", Duration(span_s.max(1.0)))),
        None => text.push_str("are down"),
    }
    if fell < expected {
        text.push_str(", and none of the others was heard since");
    }
    text.into()
}
