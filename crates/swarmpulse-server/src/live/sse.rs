//! The live stream over server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use tokio::sync::watch;

use super::client::{Batch, Client};
use super::hub::{Begin, Transport};
use super::subscribe::{PARAMETERS, first_word, subscribe};
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;
use crate::read::query::Query;

/// A client that lost the connection waits so long before it comes back.
const RETRY: &str = "retry: 2000\n";
/// Says that the stream lives; clients pass over it.
const ALIVE: &[u8] = b": alive\n\n";

/// `GET /api/v1/stream`.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    access: Access,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, PARAMETERS)?;
    let (client, begin) = subscribe(&app, &access, &query, &headers, Transport::Sse)?;
    let sending = Sending {
        client,
        first: Some(greeting(begin)),
        stopping: app.stopping(),
    };
    let body = stream::unfold(sending, |mut sending| async {
        let chunk = sending.next().await?;
        Some((Ok::<_, Infallible>(chunk), sending))
    });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies that gather answers would hold back what is live.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// The first words: how to come back, and, without an event of its own, where this begins.
fn greeting(begin: Begin) -> Bytes {
    let mut text = RETRY.to_owned();
    match (first_word(begin), begin) {
        (Some(message), _) => {
            text.push('\n');
            let mut bytes = BytesMut::from(text.as_bytes());
            bytes.extend_from_slice(message.frame.bytes());
            return bytes.freeze();
        }
        (None, Begin::Now(head)) => text.push_str(&format!("id: {head}\n\n")),
        (None, _) => text.push('\n'),
    }
    text.into()
}

struct Sending {
    client: Client,
    first: Option<Bytes>,
    stopping: watch::Receiver<bool>,
}

impl Sending {
    /// The next bytes; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let batch = tokio::select! {
            batch = self.client.next() => batch,
            _ = self.stopping.wait_for(|stopping| *stopping) => return None,
        };
        match batch {
            Batch::Messages(mut messages) if messages.len() == 1 => {
                messages.pop().map(|(_, _, frame)| frame.bytes().clone())
            }
            Batch::Messages(messages) => {
                let size = messages.iter().map(|(_, _, frame)| frame.bytes().len()).sum();
                let mut bytes = BytesMut::with_capacity(size);
                for (_, _, frame) in &messages {
                    bytes.extend_from_slice(frame.bytes());
                }
                Some(bytes.freeze())
            }
            Batch::Summary(frame) => Some(frame.bytes().clone()),
            Batch::Alive => Some(Bytes::from_static(ALIVE)),
            Batch::Slow => None,
        }
    }
}
