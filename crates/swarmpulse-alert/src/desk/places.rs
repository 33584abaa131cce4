//! Causes that nobody reports: a host or a sandbox of which the agents fall together.

use std::collections::BTreeSet;

use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::evidence::Duration;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, AlertState, EntityKey, EntityKind, Severity, Text, Timestamp};

use super::Desk;
use super::agenda::Due;
use super::causes::Round;
use super::entry::{Decided, Entry};
use super::settling::Target;
use crate::identity::{alert_id, labels, namespace_of};
use crate::nature::Nature;
use crate::options::CauseOptions;
use crate::surroundings::Place;

/// One in so many agents must be down for the silence of the others to count: they may just report seldom.
const SILENT_SHARE: u64 = 8;
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
        let recent = at >= round.now.plus_s(-self.options.cause.within_s * 2.0);
        if subject.kind != EntityKind::Agent || entry.trouble().nature != Nature::Gone || !recent {
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
            let (Some(first), Some(last)) = (fallen.first(), fallen.last()) else {
                continue;
            };
            let subject = Some(spot.0.clone());
            let known = self.book.about(&subject).any(|slot| {
                let entry = self.book.get(slot);
                entry.is_some_and(|entry| entry.live.fires && entry.trouble().nature == Nature::Gone)
            });
            if known {
                explained.extend(fallen.iter().map(|(_, slot)| *slot));
                continue;
            }
            if fallen.len() < self.options.cause.agents_min {
                continue;
            }
            let Some(place) = round.around.place(&spot.0) else {
                continue;
            };
            let fell = fallen_of(&place, fallen.len() as u64);
            if let Some(others_silent) = is_down(&fell, &self.options.cause) {
                let span_s = last.0.seconds_since(first.0);
                let reason = sentence(&spot.0, &fell, Some(span_s), others_silent);
                let began = first.0;
                explained.extend(fallen.iter().map(|(_, slot)| *slot));
                raised.extend(self.raise(&spot.0, began, reason, round.now));
            }
        }
        raised
    }

    /// Agents of a place that fell within the span before the last one did, and still are down.
    fn fallen_at(&mut self, spot: &Spot, explained: &BTreeSet<u32>) -> Vec<(Timestamp, u32)> {
        let Some(mut fallen) = self.causes.fallen.remove(spot) else {
            return Vec::new();
        };
        fallen.retain(|(at, slot)| {
            self.book
                .get(*slot)
                .is_some_and(|entry| entry.live.fires && entry.active_at() == *at)
        });
        if let Some((last, _)) = fallen.last().copied() {
            let from = last.plus_s(-self.options.cause.within_s);
            fallen = fallen.split_off(&(from, 0));
        }
        let found = fallen
            .iter()
            .copied()
            .filter(|(_, slot)| !explained.contains(slot))
            .collect();
        if !fallen.is_empty() {
            self.causes.fallen.insert(spot.clone(), fallen);
        }
        found
    }

    fn raise(
        &mut self,
        place: &EntityKey,
        began: Timestamp,
        reason: Text,
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
            value: None,
            active_at: began,
            fired_at: Some(now),
            ended_at: None,
            reason,
            cause: None,
            flapping: false,
            expires_at: None,
            source_url: None,
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

    /// What an alert of a place comes to: it ends when its agents return, or nothing is known of it any longer.
    pub(super) fn target_of_place(&mut self, slot: u32, round: &Round<'_>) -> Option<Target> {
        let entry = self.book.get(slot)?;
        let alert = entry
            .alert
            .as_ref()
            .filter(|alert| alert.state == AlertState::Firing)?;
        let subject = alert.subject.as_ref()?;
        let place = round.around.place(subject).filter(|place| place.agents > 0);
        let mut target = Target::of(alert);
        let Some(place) = place.filter(|_| entry.word.as_ref().is_none_or(|word| !word.gone)) else {
            target.end(round.now, "its subject is gone".into());
            return Some(target);
        };
        let due = round.now.plus_s(self.options.cause.look_every_s);
        match is_down(&place, &self.options.cause) {
            Some(others_silent) => {
                let words = sentence(subject, &place, None, others_silent);
                let figures = format!("{} of {} ", place.down, place.agents);
                let reworded = !alert.reason.starts_with(&figures);
                if reworded && round.now.seconds_since(entry.updated_at) >= REWORD_EVERY_S {
                    target.reason = words;
                }
                self.agenda.add(due, Due::Alert(slot));
            }
            None => {
                let up = place.agents.saturating_sub(place.down);
                let reason = format!("{up} of {} agents are up again", place.agents);
                target.end(round.now, reason.into());
            }
        }
        Some(target)
    }
}

/// What to show of an alert without annotations of its own.
pub(super) fn summary(reason: &Text) -> Vec<Label> {
    vec![Label {
        name: Text::const_new("summary"),
        value: reason.clone(),
    }]
}

/// A place without those that were down before: what fell together counts, not what has gathered over hours.
fn fallen_of(place: &Place, fallen: u64) -> Place {
    let down = fallen.min(place.down);
    Place {
        agents: place.agents.saturating_sub(place.down - down),
        down,
        ..*place
    }
}

/// Whether a place is down: most of its agents are, or some of them and none of the others was heard since (true).
fn is_down(place: &Place, options: &CauseOptions) -> Option<bool> {
    if place.down * 2 > place.agents {
        return Some(false);
    }
    let silent = match (place.others_heard_at, place.down_heard_at) {
        (None, _) => true,
        (Some(others), Some(down)) => others <= down.plus_s(options.heard_slack_s),
        (Some(_), None) => false,
    };
    (silent && place.down * SILENT_SHARE >= place.agents && place.down > 0).then_some(true)
}

fn sentence(subject: &EntityKey, place: &Place, span_s: Option<f64>, others_silent: bool) -> Text {
    let kind = subject.kind.as_str();
    let preposition = if subject.kind == EntityKind::Host {
        "on"
    } else {
        "in"
    };
    let (down, agents) = (place.down, place.agents);
    let mut text = format!("{down} of {agents} agents {preposition} {kind} {} ", subject.id);
    match span_s {
        Some(span_s) => text.push_str(&format!("went down within {}", Duration(span_s.max(1.0)))),
        None => text.push_str("are down"),
    }
    if others_silent {
        text.push_str(", and none of the others was heard since");
    }
    text.into()
}
