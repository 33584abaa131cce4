//! `series`, `labels` and `label/NAME/values`: what there is to select.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::answer::{self, Answer};
use super::failure::Failure;
use super::form::Form;
use super::json::{push_labels, push_texts};
use super::selectors::Selectors;
use super::{escape, namespace, parameter, turn};
use crate::access::Access;
use crate::app::App;

/// Without a limit a list is cut here, and says so.
const LIST_MAX: usize = 1_000_000;

/// `GET` and `POST /prometheus/api/v1/series`.
pub(super) async fn series(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Response, Failure> {
    let form = Form::read(&app, request).await?;
    let limit = parameter::limit(&form)?.unwrap_or(LIST_MAX);
    let selectors = Selectors::of(&form)?;
    if selectors.is_empty() {
        return Err(Failure::bad_data("no match[] parameter provided"));
    }
    list(&app, move |app, into| {
        let also = namespace::matchers(&access);
        let selections = selectors.selections(&also, usize::MAX);
        let found = app.runtime().metrics().series(&selections, limit + 1)?;
        into.push(b'[');
        for (n, labels) in found.iter().take(limit).enumerate() {
            if n > 0 {
                into.push(b',');
            }
            push_labels(into, labels);
        }
        into.push(b']');
        Ok(found.len() > limit)
    })
    .await
}

/// `GET` and `POST /prometheus/api/v1/labels`.
pub(super) async fn labels(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Response, Failure> {
    let form = Form::read(&app, request).await?;
    let limit = parameter::limit(&form)?.unwrap_or(LIST_MAX);
    let selectors = Selectors::of(&form)?;
    list(&app, move |app, into| {
        let also = namespace::matchers(&access);
        let selections = selectors.selections(&also, usize::MAX);
        let found = app.runtime().metrics().label_names(&selections, limit + 1)?;
        push_texts(into, found.iter().take(limit).map(String::as_str));
        Ok(found.len() > limit)
    })
    .await
}

/// `GET /prometheus/api/v1/label/{name}/values`.
pub(super) async fn values(
    State(app): State<Arc<App>>,
    access: Access,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let name = escape::unescaped(&name).into_owned();
    if name.is_empty() {
        return Err(Failure::bad_data("invalid label name: \"\""));
    }
    let form = Form::read(&app, request).await?;
    let limit = parameter::limit(&form)?.unwrap_or(LIST_MAX);
    let selectors = Selectors::of(&form)?;
    list(&app, move |app, into| {
        let also = namespace::matchers(&access);
        let selections = selectors.selections(&also, usize::MAX);
        let found = app
            .runtime()
            .metrics()
            .label_values(&name, &selections, limit + 1)?;
        push_texts(into, found.iter().take(limit).map(String::as_str));
        Ok(found.len() > limit)
    })
    .await
}

/// Writes a list in a turn of its own; the work says whether it was cut.
async fn list(
    app: &Arc<App>,
    work: impl FnOnce(&App, &mut Vec<u8>) -> Result<bool, Failure> + Send + 'static,
) -> Result<Response, Failure> {
    let timeout_s = app.options().query.timeout_s;
    let body = turn::take(app, timeout_s, move |app, _| {
        let mut answer = Answer::begin();
        let truncated = work(app, answer.data())?;
        Ok(answer.end_of_list(truncated))
    })
    .await?;
    Ok(answer::respond(body))
}
