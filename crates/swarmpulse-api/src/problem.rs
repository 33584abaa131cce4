//! Errors as problem JSON (RFC 9457).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error, as `application/problem+json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// What sort of error: a stable name such as `urn:swarmpulse:too-large`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same in words.
    pub title: String,
    /// The HTTP status code.
    pub status: u16,
    /// What is wrong here, and the way out.
    pub detail: String,
    /// Names this request in the server's log.
    pub request_id: String,
}
