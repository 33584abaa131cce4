//! Silences: the list, one of them, and which alerts matchers would hold back.

mod preview;

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_alert::{SilenceState, SilenceView};
use swarmpulse_api::{Page, Silence};
use swarmpulse_model::{Text, Timestamp};
use swarmpulse_runtime::AlertBoard;

use super::desk::{Desk, answer};
use super::parameter::{CURSOR, LIMIT, NAMESPACE, Parameter, one_of, some_of};
use super::query::{Query, foreign_cursor};
use super::question::Asked;
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

pub(super) use preview::post as preview;

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "sil-0-0-x",
        ..CURSOR
    },
    some_of(
        "state",
        "In these states alone; without it those that are not over.",
        &["active", "pending", "expired"],
    ),
    one_of("purpose", "Of this purpose alone.", &["silence", "maintenance"]),
    NAMESPACE,
];
/// The parameters of one.
pub(crate) const ONE: &[Parameter] = &[];

/// `GET /api/v1/silences`.
pub(super) async fn list(asked: Asked) -> Result<Response, ApiError> {
    let read = |app: &App, query: &Query, access: &Access| page(&app.runtime().alerting(), query, access);
    asked.read(LIST)?.answer(Desk::Fleet, read).await
}

/// `GET /api/v1/silences/{id}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    Query::of(&uri, ONE)?;
    answer(app, Desk::Fleet, move |app| {
        find(&app.runtime().alerting(), &id, &access).map(convert::silence)
    })
    .await
}

/// The silence of that id.
///
/// # Errors
/// If there is none, or it may not be seen.
pub(crate) fn find<'b>(
    board: &'b AlertBoard,
    id: &str,
    access: &Access,
) -> Result<&'b SilenceView, ApiError> {
    let mut silences = board.silences.iter();
    let found = silences.find(|view| view.silence.id == id && may_see(access, view));
    found.ok_or_else(|| {
        let id: String = id.chars().take(100).collect();
        ApiError::not_found(format!(
            "no silence `{id}`: there never was one, or it was over long ago; `GET /api/v1/silences` lists them"
        ))
    })
}

/// Those of everybody's alerts are for those who see all.
pub(crate) fn may_see(access: &Access, view: &SilenceView) -> bool {
    match &access.namespace {
        None => true,
        own => *own == view.silence.namespace,
    }
}

fn page(board: &AlertBoard, query: &Query, access: &Access) -> Result<Page<Silence>, ApiError> {
    let after = query.text("cursor").map(Place::parse).transpose()?;
    let limit = query.limit();
    if limit == 0 {
        return Ok(Page::default());
    }
    let all = query.text("state").is_some();
    let wanted = |view: &&SilenceView| {
        (all || view.state != SilenceState::Expired)
            && query.passes("state", Some(view.state.as_str()))
            && query.is("purpose", Some(view.silence.purpose.as_str()))
            && may_see(access, view)
    };
    let mut found: Vec<(Place, &SilenceView)> = board
        .silences
        .iter()
        .filter(wanted)
        .map(|view| (Place::of(view), view))
        .filter(|(place, _)| after.as_ref().is_none_or(|after| place > after))
        .collect();
    found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let next = (found.len() > limit).then(|| found[limit - 1].0.cursor());
    found.truncate(limit);
    Ok(Page {
        items: found.iter().map(|(_, view)| convert::silence(view)).collect(),
        next,
    })
}

/// Where a silence stands: those in force first, by their ends; then those to come; then those that are over, the last
/// first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    rank: u8,
    soonest: Timestamp,
    latest: Reverse<Timestamp>,
    id: Text,
}

impl Place {
    fn of(view: &SilenceView) -> Self {
        let silence = &view.silence;
        let rank = match view.state {
            SilenceState::Active => 0,
            SilenceState::Pending => 1,
            SilenceState::Expired => 2,
        };
        let by = if rank == 1 {
            silence.starts_at
        } else {
            silence.ends_at
        };
        Self::at(rank, by, silence.id.clone())
    }

    fn at(rank: u8, by: Timestamp, id: Text) -> Self {
        let is_over = rank == 2;
        Self {
            rank,
            soonest: if is_over { Timestamp(0) } else { by },
            latest: Reverse(if is_over { by } else { Timestamp(0) }),
            id,
        }
    }

    fn parse(cursor: &str) -> Result<Self, ApiError> {
        let parse = || {
            let mut parts = cursor.strip_prefix("sil-")?.splitn(3, '-');
            let rank = parts.next()?.parse().ok().filter(|rank| *rank <= 2)?;
            let by = u64::from_str_radix(parts.next()?, 16).ok()?;
            let id = Text::from(parts.next()?);
            Some(Self::at(rank, Timestamp(by.cast_signed()), id))
        };
        parse().ok_or_else(foreign_cursor)
    }

    fn cursor(&self) -> String {
        let by = if self.rank == 2 {
            self.latest.0
        } else {
            self.soonest
        };
        format!("sil-{}-{:x}-{}", self.rank, by.0, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_in_force_come_first_and_cursors_come_back() {
        let at = |rank, s: f64, id: &str| Place::at(rank, Timestamp::from_unix_s(s), id.into());
        let in_order = [
            at(0, 50.0, "b"),
            at(0, 60.0, "a"),
            at(1, 10.0, "c"),
            at(1, 20.0, "c"),
            at(2, 40.0, "e-1"),
            at(2, 30.0, "e-1"),
        ];
        assert!(in_order.is_sorted());
        for place in in_order {
            assert_eq!(Place::parse(&place.cursor()).unwrap(), place);
        }
        for foreign in ["", "sil-", "sil-3-0-x", "sil-0-x-y", "sil-0-1", "find-0"] {
            assert_eq!(
                Place::parse(foreign).unwrap_err().status.as_u16(),
                422,
                "{foreign}"
            );
        }
    }
}
