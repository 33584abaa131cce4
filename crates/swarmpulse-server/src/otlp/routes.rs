//! Routes of OTLP, over HTTP and gRPC.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::post;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use swarmpulse_telemetry::{Encoding, Signal};

use super::export::{self, Parcel};
use super::grpc;
use super::shape::{Shape, encoding};
use crate::access::Access;
use crate::app::App;
use crate::ingest::body;
use crate::peer::Peer;
use crate::problem::ApiError;

/// Its routes; they need the scope `ingest`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Signal::ALL
        .into_iter()
        .fold(Router::new(), |router: Router<Arc<App>>, signal| {
            let over_http = move |state, access, request| http(state, access, signal, request);
            let over_grpc = move |state, access, request| rpc(state, access, signal, request);
            router
                .route(&format!("/v1/{}", signal.as_str()), post(over_http))
                .route(signal.method(), post(over_grpc))
        })
}

/// What the ports of OTLP alone serve.
pub(crate) fn router(app: Arc<App>) -> Router {
    crate::router::needing(swarmpulse_store::Scope::Ingest, routes())
        .fallback(crate::router::nowhere)
        .method_not_allowed_fallback(crate::router::wrong_method)
        .layer(from_fn_with_state(Arc::clone(&app), crate::gate::pass))
        .with_state(app)
}

async fn http(
    State(app): State<Arc<App>>,
    access: Access,
    signal: Signal,
    request: Request,
) -> Result<Response, ApiError> {
    let sent = request.headers().get(CONTENT_TYPE);
    let sent = sent.map_or("", |value| value.to_str().unwrap_or("unreadable"));
    let Some(encoding) = encoding(sent) else {
        let detail = format!(
            "content type `{sent}` is not known here; send application/x-protobuf or application/json"
        );
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    };
    let is_local = request.extensions().get::<Peer>().is_some_and(Peer::is_local);
    let received = body::receive(&app, request).await?;
    let parcel = Parcel {
        signal,
        encoding,
        packing: received.encoding,
        bytes: received.bytes,
        share: received.share,
        is_local,
    };
    let partial = export::take(&app, access, parcel).await?;
    Ok(Shape::Http(encoding).taken(signal, partial))
}

async fn rpc(
    State(app): State<Arc<App>>,
    access: Access,
    signal: Signal,
    request: Request,
) -> Result<Response, ApiError> {
    let sent = request
        .headers()
        .get(CONTENT_TYPE)
        .map_or(&b""[..], |value| value.as_bytes());
    if !sent.starts_with(b"application/grpc") {
        let detail = format!(
            "this is a method of gRPC; over HTTP send to /v1/{}",
            signal.as_str()
        );
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let is_local = request.extensions().get::<Peer>().is_some_and(Peer::is_local);
    let headers = request.headers().clone();
    let received = body::receive(&app, request).await?;
    let (bytes, packing) = grpc::message(&headers, &received.bytes)?;
    let parcel = Parcel {
        signal,
        encoding: Encoding::Protobuf,
        packing,
        bytes,
        share: received.share,
        is_local,
    };
    let partial = export::take(&app, access, parcel).await?;
    Ok(Shape::Grpc.taken(signal, partial))
}
