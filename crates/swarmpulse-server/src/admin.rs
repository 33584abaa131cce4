//! Managing tokens over the API.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::routing::{delete, get};
use axum::{Json, Router};
use http::StatusCode;
use swarmpulse_api::{NewToken, Page, TokenCreated, TokenInfo};
use swarmpulse_store::{Scope, StateError, Token};

use crate::access::{self, Access};
use crate::app::App;
use crate::problem::ApiError;
use crate::tokens::{self, MintError};

/// The most that a token's request may have.
const BODY_MAX_BYTES: usize = 16 << 10;
/// The longest comment.
const COMMENT_MAX_BYTES: usize = 200;

/// Their routes; they need the scope `admin`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/admin/tokens", get(list).post(create))
        .route("/api/v1/admin/tokens/{id}", delete(remove))
}

/// What any token may ask of itself; the handler refuses those without one.
pub(crate) fn own_routes() -> Router<Arc<App>> {
    Router::new().route("/api/v1/access", get(access::own))
}

async fn list(State(app): State<Arc<App>>, access: Access) -> Result<Json<Page<TokenInfo>>, ApiError> {
    let tokens = app.tokens().all().await.map_err(|error| refused(&error))?;
    let items = tokens
        .iter()
        .filter(|token| may_manage(&access, token))
        .map(info)
        .collect();
    Ok(Json(Page { items, next: None }))
}

async fn create(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<(StatusCode, Json<TokenCreated>), ApiError> {
    let body = axum::body::to_bytes(request.into_body(), BODY_MAX_BYTES).await;
    let body =
        body.map_err(|_| ApiError::too_large(format!("the body has more than {BODY_MAX_BYTES} bytes")))?;
    let wanted: NewToken = serde_json::from_slice(&body).map_err(|error| {
        ApiError::bad_request(format!(
            "expected `{{\"scope\": \"ingest|read|admin\"}}`: {error}"
        ))
    })?;
    let scope = Scope::parse(&wanted.scope).ok_or_else(|| {
        ApiError::unprocessable(format!(
            "`scope`: expected one of ingest, read, admin, got `{}`",
            wanted.scope
        ))
    })?;
    let comment = wanted.comment.unwrap_or_default();
    if comment.len() > COMMENT_MAX_BYTES {
        return Err(ApiError::unprocessable(format!(
            "`comment`: has more than {COMMENT_MAX_BYTES} bytes"
        )));
    }
    let namespace = access.looks_in(wanted.namespace.as_deref())?;
    let minted = tokens::mint(scope, namespace.as_deref(), &comment, app.runtime().now());
    let minted = minted.map_err(|error| match error {
        MintError::Namespace(reason) => ApiError::unprocessable(format!("`namespace`: {reason}")),
        MintError::AllNamespaces => ApiError::unprocessable(error.to_string()),
        MintError::Randomness(_) => ApiError::internal(error.to_string()),
    })?;
    let created = TokenCreated {
        token: info(&minted.token),
        secret: minted.secret,
    };
    app.tokens()
        .add(minted.token)
        .await
        .map_err(|error| refused(&error))?;
    tracing::info!(token = %created.token.id, scope = %created.token.scope, by = %access.principal, "token made");
    Ok((StatusCode::CREATED, Json(created)))
}

async fn remove(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let tokens = app.tokens().all().await.map_err(|error| refused(&error))?;
    let known = tokens
        .iter()
        .any(|token| token.id == id && may_manage(&access, token));
    if known
        && app
            .tokens()
            .remove(id.clone())
            .await
            .map_err(|error| refused(&error))?
    {
        tracing::info!(token = %id, by = %access.principal, "token removed");
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ApiError::not_found(format!(
        "no token of the id `{id}`; `GET /api/v1/admin/tokens` lists them"
    )))
}

/// A token of a namespace manages only those of the same.
fn may_manage(access: &Access, token: &Token) -> bool {
    access.namespace.is_none() || access.namespace == token.namespace
}

fn info(token: &Token) -> TokenInfo {
    TokenInfo {
        id: token.id.to_string(),
        scope: token.scope.as_str().to_owned(),
        namespace: token.namespace.as_ref().map(ToString::to_string),
        comment: token.comment.to_string(),
        created_at: token.created_at.to_string(),
    }
}

fn refused(error: &StateError) -> ApiError {
    match error {
        StateError::TokenTaken { .. } => ApiError::new(StatusCode::CONFLICT, error.to_string()),
        StateError::Full { .. } => ApiError::new(StatusCode::INSUFFICIENT_STORAGE, error.to_string()),
        StateError::Database { .. } => {
            tracing::warn!(%error, "tokens");
            ApiError::unavailable(5, "the tokens cannot be read or written just now")
        }
    }
}
