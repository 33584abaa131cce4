//! `format_query`: an expression written anew.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use super::answer::{self, Answer};
use super::failure::Failure;
use super::form::Form;
use crate::app::App;

/// `GET` and `POST /prometheus/api/v1/format_query`.
pub(super) async fn get(State(app): State<Arc<App>>, request: Request) -> Result<Response, Failure> {
    let form = Form::read(&app, request).await?;
    let expression =
        swarmpulse_promql::parse(form.get("query")).map_err(|error| Failure::parameter("query", error))?;
    let answer = Answer::of(&expression.pretty())?;
    Ok(answer::respond(answer.end_of_list(false)))
}
