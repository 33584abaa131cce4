//! `GET /alertmanager/api/v2/silences` and `silence/{id}`.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_alert::{Matchers, SilenceState, SilenceView};

use super::parameters::Parameters;
use super::refusal::Refusal;
use super::shape;
use crate::access::Access;
use crate::app::App;
use crate::read::{Desk, answer, find_silence, may_see_silence};

/// Silences: active ones by their end, pending ones by their beginning, expired ones the last first.
pub(super) async fn list(State(app): State<Arc<App>>, access: Access, uri: Uri) -> Result<Response, Refusal> {
    let parameters = Parameters::of(&uri)?;
    let filter = parameters.filter()?;
    let creators: Vec<String> = parameters.all("creator").map(str::to_owned).collect();
    let answered = answer(app, Desk::Fleet, move |app| {
        let board = app.runtime().alerting();
        let mut views: Vec<&SilenceView> = board
            .silences
            .iter()
            .filter(|view| may_see_silence(&access, view) && has(view, &filter))
            .filter(|view| creators.is_empty() || creators.iter().any(|name| *name == view.silence.author))
            .collect();
        views.sort_by_key(|view| place(view));
        Ok(views.into_iter().map(shape::silence).collect::<Vec<_>>())
    });
    Ok(answered.await?)
}

/// One silence.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
) -> Result<Json<shape::GettableSilence>, Refusal> {
    let board = app.runtime().alerting();
    let view = find_silence(&board, &id, &access).map_err(|_| Refusal::not_found())?;
    Ok(Json(shape::silence(view)))
}

fn place(view: &SilenceView) -> (u8, i64, Reverse<i64>) {
    let silence = &view.silence;
    match view.state {
        SilenceState::Active => (1, silence.ends_at.0, Reverse(0)),
        SilenceState::Pending => (2, silence.starts_at.0, Reverse(0)),
        SilenceState::Expired => (3, 0, Reverse(silence.ends_at.0)),
    }
}

/// Whether a silence has each of the matchers among its own, as it is written.
fn has(view: &SilenceView, filter: &[Matchers]) -> bool {
    filter
        .iter()
        .flat_map(Matchers::iter)
        .all(|wanted| view.silence.matchers.contains(wanted))
}
