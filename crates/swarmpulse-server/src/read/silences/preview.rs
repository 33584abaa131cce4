//! Which alerts matchers would hold back, before anybody silences them.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{SilencePreview, SilenceQuestion};
use swarmpulse_model::alert::AlertState;

use crate::access::Access;
use crate::alerting::{body, matchers};
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;
use crate::read::board::{self, Wanted};
use crate::read::desk::{Desk, answer};
use crate::read::query::Query;

/// Alerts shown.
const SHOWN: usize = 200;

/// `POST /api/v1/silences/preview`: it changes nothing.
pub(crate) async fn post(
    State(app): State<Arc<App>>,
    access: Access,
    uri: Uri,
    request: Request,
) -> Result<Response, ApiError> {
    Query::of(&uri, &[])?;
    let asked: SilenceQuestion =
        body::json(&app, request, "{\"matchers\": \"{agent=\\\"bot-1\\\"}\"}").await?;
    let namespace = access.looks_in(asked.namespace.as_deref())?;
    let wanted = Wanted {
        states: &[AlertState::Firing, AlertState::Pending],
        query: None,
        matchers: matchers::read(asked.matchers)?,
        text: None,
    };
    answer(app, Desk::Fleet, move |app| {
        let board = app.runtime().alerting();
        let access = Access { namespace, ..access };
        let (found, count) = board::chosen(&board, &access, &wanted, SHOWN);
        Ok(SilencePreview {
            text: wanted.matchers.to_string(),
            alerts: found.into_iter().map(convert::alert_view).collect(),
            count,
        })
    })
    .await
}
