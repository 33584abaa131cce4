//! Answers in Prometheus' shape: `{"status":"success","data":..,"warnings":[..],"infos":[..]}`.

use std::collections::BTreeSet;

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use swarmpulse_promql::Annotations;

use super::failure::{Failure, FailureKind};
use super::json::push_texts;

/// At most so many sentences of each kind, as Prometheus does.
const SENTENCES_MAX: usize = 10;
/// What is said of a list that was cut.
pub(super) const TRUNCATED: &str = "results truncated due to limit";

/// An answer being written.
pub(super) struct Answer(Vec<u8>);

impl Answer {
    /// One whose data is written by hand.
    pub(super) fn begin() -> Self {
        Self(br#"{"status":"success","data":"#.to_vec())
    }

    /// One of data that is small, or asked for seldom.
    pub(super) fn of(data: &impl Serialize) -> Result<Self, Failure> {
        let mut answer = Self::begin();
        serde_json::to_writer(&mut answer.0, data)
            .map_err(|error| Failure::new(FailureKind::Internal, format!("write the answer: {error}")))?;
        Ok(answer)
    }

    /// Where the data is written to.
    pub(super) fn data(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    /// The finished answer.
    pub(super) fn end(mut self, annotations: &Annotations) -> Vec<u8> {
        for (name, sentences) in [("warning", &annotations.warnings), ("info", &annotations.infos)] {
            if sentences.is_empty() {
                continue;
            }
            self.0.extend_from_slice(format!(",\"{name}s\":").as_bytes());
            let left_out = left_out(name, sentences);
            let shown = sentences.iter().take(SENTENCES_MAX).map(String::as_str);
            push_texts(&mut self.0, shown.chain(left_out.as_deref()));
        }
        self.0.push(b'}');
        self.0
    }

    /// The finished answer of a list; says so if it was cut.
    pub(super) fn end_of_list(self, truncated: bool) -> Vec<u8> {
        let mut annotations = Annotations::default();
        if truncated {
            annotations.warnings.insert(TRUNCATED.to_owned());
        }
        self.end(&annotations)
    }
}

fn left_out(name: &str, sentences: &BTreeSet<String>) -> Option<String> {
    let more = sentences
        .len()
        .checked_sub(SENTENCES_MAX)
        .filter(|more| *more > 0)?;
    Some(format!("{more} more {name} annotations omitted"))
}

/// A finished answer as a response.
pub(super) fn respond(body: Vec<u8>) -> Response {
    let mut response = body.into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_come_after_the_data_and_are_bounded() {
        let mut annotations = Annotations::default();
        assert_eq!(
            Answer::of(&[1]).unwrap().end(&annotations),
            br#"{"status":"success","data":[1]}"#
        );
        annotations.infos.insert("i".into());
        annotations.warnings.extend((0..12).map(|n| format!("w{n:02}")));
        let text = String::from_utf8(Answer::of(&[1]).unwrap().end(&annotations)).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["infos"], serde_json::json!(["i"]));
        let warnings = value["warnings"].as_array().unwrap();
        assert_eq!(
            (warnings.len(), warnings[10].as_str()),
            (11, Some("2 more warning annotations omitted"))
        );
        let cut = Answer::begin();
        let mut cut = Answer(cut.0);
        cut.data().extend_from_slice(b"[]");
        assert_eq!(
            cut.end_of_list(true),
            br#"{"status":"success","data":[],"warnings":["results truncated due to limit"]}"#
        );
    }
}
