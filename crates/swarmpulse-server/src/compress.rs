//! Answers made smaller: large JSON and text, once, with gzip at its fastest.

use std::io::Write;

use axum::body::Body;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt;
use hyper::body::Body as _;

/// Smaller answers are sent as they are.
const WORTH_BYTES: u64 = 16 << 10;
/// Larger answers are not held a second time; none of the API is that large.
const HOLD_BYTES: u64 = 32 << 20;

/// Whether the client takes gzip.
pub(crate) fn is_accepted(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// The answer, smaller if that is worth it. Streams and what is compressed already pass as they are.
pub(crate) async fn shrink(response: Response) -> Response {
    let headers = response.headers();
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let is_text =
        kind.contains("json") || kind.starts_with("text/") && !kind.starts_with("text/event-stream");
    let length = response.body().size_hint().exact();
    let worth = length.is_some_and(|length| (WORTH_BYTES..=HOLD_BYTES).contains(&length));
    if !is_text || !worth || headers.contains_key(CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = body.collect().await else {
        return Response::from_parts(parts, Body::empty());
    };
    let plain = plain.to_bytes();
    let held = plain.clone();
    let packed = tokio::task::spawn_blocking(move || pack(&held)).await;
    parts
        .headers
        .append(VARY, HeaderValue::from_static("accept-encoding"));
    let body = match packed {
        Ok(Ok(packed)) if packed.len() < plain.len() => {
            parts
                .headers
                .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.remove(CONTENT_LENGTH);
            Body::from(packed)
        }
        _ => Body::from(plain),
    };
    Response::from_parts(parts, body)
}

fn pack(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 6), Compression::fast());
    encoder.write_all(plain)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn answer(kind: &str, body: &str) -> Response {
        let mut response = Response::new(Body::from(body.to_owned()));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
        response
    }

    #[test]
    fn clients_say_whether_they_take_it() {
        for (accepted, expected) in [
            ("gzip", true),
            ("br, GZIP;q=0.8", true),
            ("gzip;q=0", false),
            ("br", false),
            ("", false),
            ("xgzip", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            assert_eq!(is_accepted(&headers), expected, "{accepted}");
        }
    }

    #[tokio::test]
    async fn large_texts_come_back_the_same_and_others_untouched() {
        let text = "{\"agent\":\"a1\"}".repeat(4000);
        let response = shrink(answer("application/json", &text)).await;
        assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
        let packed = response.into_body().collect().await.unwrap().to_bytes();
        assert!(packed.len() < text.len() / 10);
        let mut plain = String::new();
        flate2::read::GzDecoder::new(&packed[..])
            .read_to_string(&mut plain)
            .unwrap();
        assert_eq!(plain, text);
        for (kind, body) in [
            ("application/json", "{}"),
            ("image/png", &text),
            ("text/event-stream", &text),
        ] {
            let response = shrink(answer(kind, body)).await;
            assert!(!response.headers().contains_key(CONTENT_ENCODING), "{kind}");
        }
    }
}
