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
