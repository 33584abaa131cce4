//! Alerts as the desk has them, as one reader may see them, the gravest first.

use std::cmp::Reverse;

use swarmpulse_alert::{AlertView, Matchers};
use swarmpulse_model::alert::AlertState;
use swarmpulse_model::{Alert, Severity, Text, Timestamp};
use swarmpulse_runtime::{AlertBoard, Handle};
use swarmpulse_store::fold;

use super::query::{Query, foreign_cursor};
use crate::access::Access;
use crate::audience::Audience;
use crate::problem::ApiError;

/// Whether an alert may be seen; those of the monitor itself concern everyone.
pub(crate) fn may_see(access: &Access, view: &AlertView) -> bool {
    Audience::of_alert(&view.alert).has(access.namespace.as_deref())
}

/// Which alerts are asked for.
pub(super) struct Wanted<'q> {
    /// In these states.
    pub states: &'q [AlertState],
    /// Of these severities, by the parameter `severity`.
    pub query: Option<&'q Query>,
    /// With labels that match.
    pub matchers: Matchers,
    /// With this text in the id or the sentence, folded.
    pub text: Option<String>,
}

impl Wanted<'_> {
    /// Those that fire.
    pub(super) fn firing() -> Self {
        Self {
            states: &[AlertState::Firing],
            query: None,
            matchers: Matchers::default(),
            text: None,
        }
    }

    fn has(&self, view: &AlertView) -> bool {
        self.states.contains(&view.alert.state)
            && self.has_severity(&view.alert)
            && self.matchers.matches(&view.alert.labels)
            && self.has_text(&view.alert)
    }

    /// Whether it is of the severities asked for.
    pub(super) fn has_severity(&self, alert: &Alert) -> bool {
        let severity = alert.severity.as_str();
        self.query
            .is_none_or(|query| query.passes("severity", Some(severity)))
    }

    /// Whether it has the text asked for.
    pub(super) fn has_text(&self, alert: &Alert) -> bool {
        self.text
            .as_deref()
            .is_none_or(|text| fold(&alert.id).contains(text) || fold(&alert.reason).contains(text))
    }
}

/// The matchers of a parameter; none match everything.
///
/// # Errors
/// If the text is no list of matchers.
pub(super) fn matchers(query: &Query, name: &str) -> Result<Matchers, ApiError> {
    let Some(text) = query.text(name) else {
        return Ok(Matchers::default());
    };
    Matchers::parse(text).map_err(|error| {
        ApiError::unprocessable(format!(
            "`{name}`: {error}; as in `{{agent=\"bot-1\",severity=~\"crit.*\"}}`"
        ))
    })
}

/// Alerts that may be seen and are asked for, the gravest first, of one gravity the newest first; at most so many, and how
/// many there are.
pub(super) fn chosen<'b>(
    board: &'b AlertBoard,
    access: &Access,
    wanted: &Wanted<'_>,
    limit: usize,
) -> (Vec<&'b AlertView>, u64) {
    let mut all = sorted(board, access, wanted);
    let count = all.len() as u64;
    all.truncate(limit);
    (all.into_iter().map(|(_, view)| view).collect(), count)
}

/// A page of them, and the cursor of the next.
///
/// # Errors
/// If the cursor is not one of this list.
pub(super) fn page<'b>(
    board: &'b AlertBoard,
    access: &Access,
    wanted: &Wanted<'_>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<&'b AlertView>, Option<String>), ApiError> {
    let after = cursor.map(Place::parse).transpose()?;
    if limit == 0 {
        return Ok((Vec::new(), None));
    }
    let mut all = sorted(board, access, wanted);
    let begin = after.map_or(0, |after| all.partition_point(|(place, _)| *place <= after));
    all.drain(..begin);
    let next = (all.len() > limit).then(|| all[limit - 1].0.cursor());
    all.truncate(limit);
    Ok((all.into_iter().map(|(_, view)| view).collect(), next))
}

fn sorted<'b>(board: &'b AlertBoard, access: &Access, wanted: &Wanted<'_>) -> Vec<(Place, &'b AlertView)> {
    let views = board.alerts.iter();
    let mut all: Vec<(Place, &AlertView)> = views
        .filter(|view| may_see(access, view) && wanted.has(view))
        .map(|view| (Place::of(view), view))
        .collect();
    all.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    all
}

/// The alert of that id or fingerprint, if it may be seen. Of those with one fingerprint one that is not over goes first.
pub(crate) fn find<'b>(board: &'b AlertBoard, id: &str, access: &Access) -> Option<&'b AlertView> {
    let seen = || board.alerts.iter().filter(|view| may_see(access, view));
    seen().find(|view| view.alert.id == id).or_else(|| {
        let is_hexadecimal = id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let fingerprint = is_hexadecimal.then(|| u64::from_str_radix(id, 16).ok())??;
        seen()
            .filter(|view| view.fingerprint == fingerprint)
            .min_by_key(|view| view.alert.state == AlertState::Resolved)
    })
}

/// How many fire; those that follow from another are told with it, and not counted.
pub(super) fn count_firing(handle: &Handle, access: &Access) -> u64 {
    let board = handle.alerting();
    let views = board.alerts.iter();
    views
        .filter(|view| {
            view.alert.state == AlertState::Firing && view.alert.cause.is_none() && may_see(access, view)
        })
        .count() as u64
}

/// Where an alert stands in the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    severity: Reverse<Severity>,
    newest: Reverse<Timestamp>,
    id: Text,
}

impl Place {
    fn of(view: &AlertView) -> Self {
        let alert = &view.alert;
        Self {
            severity: Reverse(alert.severity),
            newest: Reverse(alert.fired_at.unwrap_or(alert.active_at)),
            id: alert.id.clone(),
        }
    }

    fn parse(cursor: &str) -> Result<Self, ApiError> {
        let parse = || {
            let mut parts = cursor.strip_prefix("alert-")?.splitn(3, '-');
            let severity = Severity::parse(parts.next()?)?;
            let newest = u64::from_str_radix(parts.next()?, 16).ok()?;
            Some(Self {
                severity: Reverse(severity),
                newest: Reverse(Timestamp(newest.cast_signed())),
                id: Text::from(parts.next()?),
            })
        };
        parse().ok_or_else(foreign_cursor)
    }

    fn cursor(&self) -> String {
        format!(
            "alert-{}-{:x}-{}",
            self.severity.0.as_str(),
            self.newest.0.0,
            self.id
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_others_are_refused() {
        let place = Place {
            severity: Reverse(Severity::Warning),
            newest: Reverse(Timestamp(1_772_600_767_000_000_001)),
            id: "agent_down/default/agent/a-1".into(),
        };
        assert_eq!(Place::parse(&place.cursor()).unwrap(), place);
        for foreign in [
            "",
            "alert-",
            "alert-grave-1-x",
            "alert-info-g-x",
            "alert-info-1",
            "id-7",
        ] {
            let status = Place::parse(foreign).unwrap_err().status;
            assert_eq!(status.as_u16(), 422, "{foreign}");
        }
    }
}
