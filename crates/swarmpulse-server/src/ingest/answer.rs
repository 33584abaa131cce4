//! The answer to a body: how much is durable, and what was refused, item by item.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use swarmpulse_api::{Accepted, Rejected};

use super::taken::Taken;

/// 202 if at least one item is durable, else 422.
pub(super) fn of(taken: &Taken) -> Response {
    if taken.rejected.is_empty() && taken.accepted > 0 {
        // By far the most common answer.
        return json(
            StatusCode::ACCEPTED,
            format!("{{\"accepted\":{},\"rejected\":[]}}", taken.accepted).into_bytes(),
        );
    }
    let rejected = taken.rejected.iter().map(|rejection| Rejected {
        index: rejection.index,
        error: rejection.error.clone(),
    });
    let body = Accepted {
        accepted: taken.accepted,
        rejected: rejected.collect(),
    };
    let status = if taken.accepted > 0 {
        StatusCode::ACCEPTED
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    json(status, serde_json::to_vec(&body).unwrap_or_default())
}

/// A finished JSON answer.
pub(super) fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use swarmpulse_wire::Rejection;

    use super::*;

    #[tokio::test]
    async fn the_common_answer_is_that_of_the_contract() {
        for (accepted, rejected, status) in [(7, 0, 202), (7, 2, 202), (0, 2, 422), (0, 0, 422)] {
            let rejection = |index| Rejection {
                index,
                error: "`agent`: is missing".to_owned(),
            };
            let taken = Taken {
                accepted,
                rejected: (0..rejected).map(rejection).collect(),
                ..Taken::default()
            };
            let response = of(&taken);
            assert_eq!(response.status().as_u16(), status);
            let body = to_bytes(response.into_body(), 4096).await.unwrap();
            let body: Accepted = serde_json::from_slice(&body).unwrap();
            assert_eq!((body.accepted, body.rejected.len() as u64), (accepted, rejected));
        }
    }
}
