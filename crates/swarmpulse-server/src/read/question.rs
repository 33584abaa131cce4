//! What every read begins with: who asks, with which parameters, in which namespace. And what all lists of the fleet share.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::Uri;
use http::request::Parts;
use serde::Serialize;
use swarmpulse_api::Page;
use swarmpulse_fleet::Fleet;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Text, Timestamp};

use super::desk::{Desk, answer};
use super::parameter::Parameter;
use super::query::Query;
use super::sweep::{self, Slots};
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;

/// A request for something to read.
pub(super) struct Asked {
    app: Arc<App>,
    access: Access,
    uri: Uri,
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let access = Access::from_request_parts(parts, app).await?;
        Ok(Self {
            app: Arc::clone(app),
            access,
            uri: parts.uri.clone(),
        })
    }
}

impl Asked {
    /// Reads its parameters.
    ///
    /// # Errors
    /// If one is not among those known or has no meaning, or a namespace is asked for that may not be seen.
    pub(super) fn read(self, parameters: &'static [Parameter]) -> Result<Question, ApiError> {
        let query = Query::of(&self.uri, parameters)?;
        let namespace = self.access.looks_in(query.text("namespace"))?;
        Ok(Question {
            app: self.app,
            query,
            access: Access {
                namespace,
                ..self.access
            },
        })
    }

    /// Answers with one entity of the fleet, which is called and listed so.
    ///
    /// # Errors
    /// As of [`Asked::read`], or if there is no such entity.
    pub(super) async fn one<T: Serialize>(
        self,
        parameters: &'static [Parameter],
        (kind, list): (&'static str, &'static str),
        id: String,
        find: impl Fn(&Fleet, &str, &str, Timestamp) -> Option<T> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let asked = self.read(parameters)?;
        let read = move |app: &App, _: &Query, access: &Access| {
            let namespace = access.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
            let now = app.runtime().now();
            let found = app.runtime().fleet(|fleet| find(fleet, namespace, &id, now));
            found.ok_or_else(|| unknown(kind, list, namespace, &id))
        };
        asked.answer(Desk::Fleet, read).await
    }
}

/// A request whose parameters are read.
pub(super) struct Question {
    app: Arc<App>,
    /// The parameters.
    pub(super) query: Query,
    /// Who asks, narrowed to the namespace that is asked for.
    access: Access,
}

impl Question {
    /// Answers with what is read.
    ///
    /// # Errors
    /// What reading gives, or that there was no turn for it.
    pub(super) async fn answer<T: Serialize>(
        self,
        desk: Desk,
        read: impl FnOnce(&App, &Query, &Access) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let Self { app, query, access } = self;
        answer(app, desk, move |app| read(app, &query, &access)).await
    }
}

/// A page of entities that may be seen and are wanted, in the order in which they became known.
///
/// # Errors
/// If the cursor is not from a list like this.
pub(super) fn page<E: Slots, T>(
    app: &App,
    query: &Query,
    access: &Access,
    wanted: impl Fn(&Fleet, &E) -> bool,
    show: impl Fn(&Fleet, &E) -> T,
) -> Result<Page<T>, ApiError> {
    let wanted = |fleet: &Fleet, entity: &E| access.sees(entity.namespace(fleet)) && wanted(fleet, entity);
    let (cursor, limit) = (query.text("cursor"), query.limit());
    let (items, next) = sweep::page(app.runtime(), cursor, limit, wanted, show)?;
    Ok(Page { items, next })
}

/// The namespace that one entity is looked for in.
///
/// # Errors
/// If it may not be seen.
pub(super) fn namespace_of(query: &Query, access: &Access) -> Result<Text, ApiError> {
    let asked = access.looks_in(query.text("namespace"))?;
    Ok(asked.unwrap_or_else(|| Text::const_new(DEFAULT_NAMESPACE)))
}

/// There is no such entity.
pub(super) fn unknown(kind: &str, list: &str, namespace: &str, id: &str) -> ApiError {
    let id: String = id.chars().take(200).collect();
    ApiError::not_found(format!(
        "no {kind} `{id}` in the namespace `{namespace}`: it was never heard of, or was forgotten; `?namespace=` names \
         another, `GET /api/v1/{list}` lists those known"
    ))
}
