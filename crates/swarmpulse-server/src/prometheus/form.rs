//! Parameters as Go's `FormValue` reads them: of the URL and of a form in the body, the body's first.

use std::borrow::Cow;
use std::time::Duration;

use axum::extract::Request;
use http::Method;
use http::header::CONTENT_TYPE;

use super::failure::Failure;
use crate::app::App;

/// The longest form; Prometheus takes ten, which nobody needs for an expression.
const BODY_MAX_BYTES: usize = 4 << 20;
/// The most parameters of one request.
const PARAMETERS_MAX: usize = 10_000;

/// The parameters of one request, decoded.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads them.
    pub(super) async fn read(app: &App, request: Request) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let mut form = Self::default();
        let sent = parts
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let is_form = sent.is_some_and(|sent| {
            sent.split(';').next().is_some_and(|essence| {
                essence
                    .trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            })
        });
        if parts.method == Method::POST && is_form {
            let idle = Duration::from_secs_f64(app.options().body_idle_s);
            let read = tokio::time::timeout(idle, axum::body::to_bytes(body, BODY_MAX_BYTES)).await;
            let bytes = match read {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(error)) => {
                    return Err(Failure::bad_data(format!(
                        "error parsing form values: {error}; at most {BODY_MAX_BYTES} bytes are read"
                    )));
                }
                Err(_) => {
                    return Err(Failure::bad_data(
                        "error parsing form values: the body did not come",
                    ));
                }
            };
            let text = std::str::from_utf8(&bytes)
                .map_err(|error| Failure::bad_data(format!("error parsing form values: {error}")))?;
            form.add(text)?;
        }
        form.add(parts.uri.query().unwrap_or_default())?;
        Ok(form)
    }

    /// Those of a query, for tests.
    #[cfg(test)]
    pub(super) fn of(query: &str) -> Result<Self, Failure> {
        let mut form = Self::default();
        form.add(query)?;
        Ok(form)
    }

    /// Those of a text like `a=1&b=2`.
    fn add(&mut self, text: &str) -> Result<(), Failure> {
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            if self.0.len() >= PARAMETERS_MAX {
                return Err(Failure::bad_data(format!(
                    "error parsing form values: more than {PARAMETERS_MAX} of them"
                )));
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.0
                .push((decoded(name)?.into_owned(), decoded(value)?.into_owned()));
        }
        Ok(())
    }

    /// The first value of that name; empty without one.
    pub(super) fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every value of that name.
    pub(super) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// `%41` and `+` undone.
fn decoded(text: &str) -> Result<Cow<'_, str>, Failure> {
    if !text.contains(['%', '+']) {
        return Ok(Cow::Borrowed(text));
    }
    let wrong = || {
        Failure::bad_data(format!(
            "error parsing form values: invalid URL escape in {text:?}"
        ))
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit().ok_or_else(wrong)?, digit().ok_or_else(wrong)?);
                (high * 16 + low) as u8
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_the_first_counts() {
        let mut form = Form::default();
        form.add("query=sum%28x%7Ba%3D%22%C3%BC%22%7D%29+%2B1&match[]=a&match%5B%5D=b&flag&&query=no")
            .unwrap();
        assert_eq!(form.get("query"), "sum(x{a=\"ü\"}) +1");
        assert_eq!(form.all("match[]").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((form.get("flag"), form.get("none")), ("", ""));
        for wrong in ["a=%4", "a=%zz", "a=%ff"] {
            assert!(Form::default().add(wrong).is_err(), "{wrong}");
        }
    }
}
