//! Bearer tokens as people manage them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token, without its secret, which is stored nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenInfo {
    /// Its public name.
    pub id: String,
    /// ingest, read or admin.
    pub scope: String,
    /// The namespace that its records go to and that it may read; without one it reads all.
    pub namespace: Option<String>,
    /// What it is for.
    pub comment: String,
    /// When it was made.
    pub created_at: String,
}

/// `GET /api/v1/access`: what a request may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnAccess {
    /// ingest, read or admin, which allows everything.
    pub scope: String,
    /// The one namespace that it sees; null for all.
    pub namespace: Option<String>,
    /// The token's public name; null where none was sent, because none is needed.
    pub token: Option<String>,
}

/// `POST /api/v1/admin/tokens`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// ingest, read or admin.
    pub scope: String,
    /// The namespace that its records go to and that it may read; without one it reads all.
    pub namespace: Option<String>,
    /// What it is for.
    pub comment: Option<String>,
}

/// The answer to it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenCreated {
    /// The token.
    #[serde(flatten)]
    pub token: TokenInfo,
    /// What its bearer sends. It is shown this once.
    pub secret: String,
}

impl std::fmt::Debug for TokenCreated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenCreated")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
