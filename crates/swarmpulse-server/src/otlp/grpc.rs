//! gRPC's frames: one message in, one out, and how it went in trailers.

use std::fmt::Write as _;

use axum::body::Body;
use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::StreamBody;
use hyper::body::Frame;
use prost::Message;
use swarmpulse_telemetry::message::status::Status;

use crate::ingest::encoding::Encoding;
use crate::problem::ApiError;

const CONTENT: HeaderValue = HeaderValue::from_static("application/grpc");
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const GRPC_DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
const GRPC_ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const GRPC_ACCEPT: HeaderName = HeaderName::from_static("grpc-accept-encoding");
/// A flag, and a length of 32 bits.
const HEAD_BYTES: usize = 5;
/// The most of a message that fits into a header.
const MESSAGE_BYTES: usize = 1024;

/// The only message of a body, and how it is compressed.
///
/// # Errors
/// If the body is no frame, holds more than one, or is compressed in a way that is not known here.
pub(super) fn message(headers: &HeaderMap, body: &Bytes) -> Result<(Bytes, Encoding), ApiError> {
    let broken = |detail: &str| ApiError::bad_request(format!("the gRPC frame is broken: {detail}"));
    let head = body
        .get(..HEAD_BYTES)
        .ok_or_else(|| broken("it ends within its head"))?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    let message = body.slice(HEAD_BYTES..);
    if message.len() != length {
        let detail = format!(
            "it says {length} bytes and {} follow; send one message",
            message.len()
        );
        return Err(broken(&detail));
    }
    let encoding = match head[0] {
        0 => Encoding::Plain,
        1 => named(headers)?,
        flag => return Err(broken(&format!("flag {flag}"))),
    };
    Ok((message, encoding))
}

fn named(headers: &HeaderMap) -> Result<Encoding, ApiError> {
    let name = headers
        .get(GRPC_ENCODING)
        .map_or("", |name| name.to_str().unwrap_or("unreadable"));
    match name {
        "gzip" => Ok(Encoding::Gzip),
        "deflate" => Ok(Encoding::Deflate),
        "zstd" => Ok(Encoding::Zstd),
        other => {
            let detail =
                format!("grpc-encoding `{other}` is not known here; send gzip, zstd, deflate or identity");
            Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail))
        }
    }
}

/// An answer with a message: a frame, then the trailers that say that all is well.
pub(super) fn answer(message: &[u8]) -> Response {
    let mut frame = BytesMut::with_capacity(HEAD_BYTES + message.len());
    frame.put_u8(0);
    frame.put_u32(message.len() as u32);
    frame.put_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert(GRPC_STATUS, HeaderValue::from_static("0"));
    let frames = [Frame::data(frame.freeze()), Frame::trailers(trailers)];
    let frames = frames.map(Ok::<_, std::convert::Infallible>);
    let body = StreamBody::new(futures_util::stream::iter(frames));
    head(Body::new(body))
}

/// An answer without a message: all there is to say is in its head.
pub(super) fn refusal(status: &Status) -> Response {
    let mut response = head(Body::empty());
    let headers = response.headers_mut();
    headers.insert(GRPC_STATUS, HeaderValue::from(status.code));
    if let Ok(message) = HeaderValue::from_str(&percent_encoded(&status.message)) {
        headers.insert(GRPC_MESSAGE, message);
    }
    if !status.details.is_empty()
        && let Ok(details) = HeaderValue::from_str(&super::base64::encode(&status.encode_to_vec()))
    {
        headers.insert(GRPC_DETAILS, details);
    }
    response
}

fn head(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, CONTENT);
    headers.insert(
        GRPC_ACCEPT,
        HeaderValue::from_static("identity,gzip,deflate,zstd"),
    );
    response
}

/// Printable ASCII as it is, the rest as `%XX`.
fn percent_encoded(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    for byte in message.bytes().take(MESSAGE_BYTES) {
        if (0x20..=0x7e).contains(&byte) && byte != b'%' {
            text.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[test]
    fn a_frame_holds_one_message() {
        let mut headers = HeaderMap::new();
        let frame =
            |flag: u8, length: u8, rest: &[u8]| Bytes::from([&[flag, 0, 0, 0, length], rest].concat());
        assert_eq!(
            message(&headers, &frame(0, 2, b"ab")).unwrap(),
            (Bytes::from("ab"), Encoding::Plain)
        );
        for (body, status) in [
            (Bytes::from("abc"), 400),
            (frame(0, 3, b"ab"), 400),
            (frame(0, 1, b"ab"), 400),
            (frame(2, 0, b""), 400),
            (frame(1, 0, b""), 415),
        ] {
            assert_eq!(message(&headers, &body).unwrap_err().status, status, "{body:?}");
        }
        headers.insert(GRPC_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(message(&headers, &frame(1, 0, b"")).unwrap().1, Encoding::Gzip);
    }

    #[tokio::test]
    async fn an_answer_ends_with_its_trailers() {
        let body = answer(b"xyz").into_body().collect().await.unwrap();
        assert_eq!(body.trailers().unwrap()["grpc-status"], "0");
        assert_eq!(body.to_bytes(), Bytes::from_static(b"\0\0\0\0\x03xyz"));
        let refused = refusal(&Status::new(3, "50 % ä\n", None));
        assert_eq!(refused.headers()["grpc-message"], "50 %25 %C3%A4%0A");
    }
}
