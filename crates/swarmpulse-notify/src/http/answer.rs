//! What was answered, and what that means.

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::Cleanser;
use crate::SendError;

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who answered.
    pub host: String,
    /// Its status.
    pub status: u16,
    /// What `Retry-After` says, in seconds.
    pub retry_after_s: Option<f64>,
    /// The first 64 KiB of its body.
    pub body: Vec<u8>,
    pub(super) headers: HeaderMap,
    pub(super) cleanser: Cleanser,
}

impl Answer {
    /// The value of a header, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as text, on one line, bounded, without secrets.
    #[must_use]
    pub fn text(&self) -> String {
        self.cleanser.clean_bytes(&self.body)
    }

    /// Whether the body is a page for people: somebody between us and the service answered.
    #[must_use]
    pub fn is_page(&self) -> bool {
        self.body.trim_ascii_start().first() == Some(&b'<')
    }

    /// The answer if it is one of success, else what that means: 429, 408, 425 and all from 500 on may pass, all others will
    /// not. `explain` finds the service's own words in the answer.
    ///
    /// # Errors
    /// If the status is none of success.
    pub fn accepted(self, explain: impl FnOnce(&Self) -> Option<String>) -> Result<Self, SendError> {
        match self.status {
            200..300 => Ok(self),
            408 | 425 | 429 | 500.. => Err(self.later(explain)),
            _ => Err(self.refused(explain)),
        }
    }

    /// The answer if it is one of success and no page for people.
    ///
    /// # Errors
    /// If it is not.
    pub fn accepted_by_service(
        self,
        explain: impl FnOnce(&Self) -> Option<String>,
    ) -> Result<Self, SendError> {
        let answer = self.accepted(explain)?;
        if answer.is_page() {
            let detail = format!(
                "{} answered {} with a web page; is a proxy or a login page between?",
                answer.host, answer.status
            );
            return Err(SendError::Later {
                detail,
                after_s: None,
            });
        }
        Ok(answer)
    }

    /// That it may go better later.
    pub fn later(&self, explain: impl FnOnce(&Self) -> Option<String>) -> SendError {
        SendError::Later {
            detail: self.words(explain),
            after_s: self.retry_after_s,
        }
    }

    /// That it never will as it is.
    pub fn refused(&self, explain: impl FnOnce(&Self) -> Option<String>) -> SendError {
        SendError::Refused {
            detail: self.words(explain),
        }
    }

    fn words(&self, explain: impl FnOnce(&Self) -> Option<String>) -> String {
        let said = explain(self)
            .map(|said| self.cleanser.clean(&said))
            .filter(|said| !said.is_empty())
            .or_else(|| self.own_words());
        let hint = match self.status {
            300..=399 => "; redirects are not followed, give the address it leads to",
            401 | 403 => "; does its secret still hold?",
            404 | 410 => "; is its address still right?",
            _ => "",
        };
        match said {
            Some(said) => format!("{} answered {}: {said}{hint}", self.host, self.status),
            None => format!("{} answered {}{hint}", self.host, self.status),
        }
    }

    /// The body, where it is words and not a page or a structure.
    fn own_words(&self) -> Option<String> {
        let text = self.text();
        let is_words = !text.is_empty() && !self.is_page() && !text.contains('\u{fffd}');
        is_words.then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            host: "h.example".to_owned(),
            status,
            retry_after_s: Some(7.0),
            body: body.as_bytes().to_vec(),
            headers: HeaderMap::new(),
            cleanser: Cleanser::new(["topsecret".to_owned()]),
        }
    }

    #[test]
    fn a_status_is_success_or_passes_or_stays() {
        assert!(answer(202, "").accepted(|_| None).is_ok());
        for status in [408, 425, 429, 500, 502, 503, 504, 529] {
            assert_eq!(
                answer(status, "").accepted(|_| None).unwrap_err(),
                SendError::Later {
                    detail: format!("h.example answered {status}"),
                    after_s: Some(7.0)
                }
            );
        }
        for (status, words) in [
            (
                302,
                "h.example answered 302; redirects are not followed, give the address it leads to",
            ),
            (400, "h.example answered 400"),
            (401, "h.example answered 401; does its secret still hold?"),
            (404, "h.example answered 404; is its address still right?"),
        ] {
            let refused = SendError::Refused {
                detail: words.to_owned(),
            };
            assert_eq!(answer(status, "").accepted(|_| None).unwrap_err(), refused);
        }
    }

    #[test]
    fn its_own_words_are_kept_without_secrets() {
        let error = answer(400, "no_text topsecret").accepted(|_| None).unwrap_err();
        assert_eq!(error.to_string(), "h.example answered 400: no_text <secret>");
        let error = answer(400, "{}")
            .accepted(|_| Some("bad topsecret".to_owned()))
            .unwrap_err();
        assert_eq!(error.to_string(), "h.example answered 400: bad <secret>");
        let error = answer(400, "<html>x").accepted(|_| None).unwrap_err();
        assert_eq!(error.to_string(), "h.example answered 400");
    }

    #[test]
    fn a_page_is_no_success_of_a_service() {
        let error = answer(200, "\n<!doctype html>")
            .accepted_by_service(|_| None)
            .unwrap_err();
        assert!(matches!(error, SendError::Later { .. }));
        assert!(answer(200, "ok").accepted_by_service(|_| None).is_ok());
    }
}
