//! `POST /alertmanager/api/v2/alerts`: alerts of others are not taken.

use super::refusal::Refusal;

/// Says so, and what to do instead.
pub(super) async fn refuse() -> Refusal {
    Refusal::Own(
        http::StatusCode::NOT_IMPLEMENTED,
        "alerts of others are not taken: give their rule files to this monitor, which evaluates them itself"
            .to_owned(),
    )
}
