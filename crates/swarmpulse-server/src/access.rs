//! What a request may do: its namespace, its principal and its scope.

use axum::Json;
use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use swarmpulse_api::OwnAccess;
use swarmpulse_model::Text;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_store::Scope;

use crate::problem::ApiError;

/// What a request may do. The gate gives one to every request that carries a good token, or that needs none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The namespace that it writes to and the only one it may see; `None` sees all and writes to `default`.
    pub namespace: Option<Text>,
    /// The token's public name; empty without one.
    pub principal: Text,
    /// What the token allows; [`Scope::Admin`] where none is needed.
    pub scope: Scope,
}

impl Access {
    /// What is allowed where no token is needed: everything.
    #[must_use]
    pub fn open() -> Self {
        Self {
            namespace: None,
            principal: Text::default(),
            scope: Scope::Admin,
        }
    }

    /// Whether it may see that namespace.
    #[must_use]
    pub fn sees(&self, namespace: &str) -> bool {
        self.namespace.as_ref().is_none_or(|own| own == namespace)
    }

    /// The namespace that its records go to.
    #[must_use]
    pub fn writes_to(&self) -> Text {
        self.namespace
            .clone()
            .unwrap_or_else(|| Text::const_new(DEFAULT_NAMESPACE))
    }

    /// The namespace to look in: its own, else the one asked for; `None` is all.
    ///
    /// # Errors
    /// If it asks for a namespace that it may not see.
    pub fn looks_in(&self, asked: Option<&str>) -> Result<Option<Text>, ApiError> {
        match (&self.namespace, asked) {
            (Some(own), Some(asked)) if own != asked => Err(ApiError::forbidden(format!(
                "this token sees the namespace `{own}` only; leave out `namespace`, or use a token of that one"
            ))),
            (Some(own), _) => Ok(Some(own.clone())),
            (None, asked) => Ok(asked.map(Text::from)),
        }
    }

    /// Checks that it sees all namespaces, for what is of all of them together.
    ///
    /// # Errors
    /// If it sees one alone.
    pub fn sees_all(&self) -> Result<(), ApiError> {
        match &self.namespace {
            None => Ok(()),
            Some(own) => Err(ApiError::forbidden(format!(
                "this is of all namespaces together, and the token sees `{own}` only; use a token without a namespace"
            ))),
        }
    }

    /// Checks that it may do what needs that scope.
    ///
    /// # Errors
    /// If it may not.
    pub fn require(&self, needed: Scope) -> Result<(), ApiError> {
        if self.scope.allows(needed) {
            return Ok(());
        }
        Err(ApiError::forbidden(format!(
            "this needs a token of scope `{}`, the one sent has `{}`; `swarmpulse token create --scope {}` makes one",
            needed.as_str(),
            self.scope.as_str(),
            needed.as_str()
        )))
    }
}

/// `GET /api/v1/access`: what the request's token allows, so that a client need not find out by failing.
pub(crate) async fn own(access: Access) -> Json<OwnAccess> {
    Json(OwnAccess {
        scope: access.scope.as_str().to_owned(),
        namespace: access.namespace.map(|namespace| namespace.to_string()),
        token: (!access.principal.is_empty()).then(|| access.principal.to_string()),
    })
}

impl<S: Sync> FromRequestParts<S> for Access {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}

/// Lets only requests through that may do what needs that scope; a layer of routes.
pub(crate) async fn check(needed: Scope, request: Request, next: Next) -> Response {
    let allowed = match request.extensions().get::<Access>() {
        Some(access) => access.require(needed),
        None => Err(missing()),
    };
    match allowed {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn missing() -> ApiError {
    ApiError::unauthorized(
        "this server needs a token: send `Authorization: Bearer TOKEN`; `swarmpulse token create` makes one",
    )
}
