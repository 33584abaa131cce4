//! How the other side is reached.

use std::fmt;

use super::Oauth2Options;
use crate::settings::{Authorization, HttpSettings, TlsSettings};

/// How the other side is reached. Shows no value.
#[derive(Clone)]
pub struct HttpOptions {
    /// The longest for one request, from the connection to the last byte of the answer, in seconds.
    pub timeout_s: f64,
    /// The proxy; without one none is used, whatever the environment says.
    pub proxy: Option<String>,
    /// Hosts that are reached without the proxy, with commas between.
    pub no_proxy: Option<String>,
    /// The authorities that are believed, as PEM; without any those that the machine trusts.
    pub authorities_pem: Option<String>,
    /// Our own certificate and its key, as PEM.
    pub identity_pem: Option<String>,
    /// Believe whoever answers.
    pub accept_any_certificate: bool,
    /// What `Authorization` says.
    pub authorization: Option<String>,
    /// Where tokens for `Authorization` come from.
    pub oauth2: Option<Box<Oauth2Options>>,
    /// More headers of each request.
    pub headers: Vec<(String, String)>,
    /// What else must not be shown of what others answer.
    pub hidden: Vec<String>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            // Below the 30 s that a caller allows for an attempt, so that it is told what took so long.
            timeout_s: 25.0,
            proxy: None,
            no_proxy: None,
            authorities_pem: None,
            identity_pem: None,
            accept_any_certificate: false,
            authorization: None,
            oauth2: None,
            headers: Vec::new(),
            hidden: Vec::new(),
        }
    }
}

impl From<&HttpSettings> for HttpOptions {
    fn from(settings: &HttpSettings) -> Self {
        let headers = settings.headers.iter();
        Self {
            proxy: settings.proxy.as_ref().map(|proxy| proxy.expose().to_owned()),
            no_proxy: settings.no_proxy.clone(),
            oauth2: settings
                .oauth2
                .as_ref()
                .map(|oauth2| Box::new(Oauth2Options::from(oauth2))),
            authorization: settings.authorization.as_ref().map(authorization),
            headers: headers
                .map(|(name, value)| (name.clone(), value.expose().to_owned()))
                .collect(),
            // Of `Basic` the password stands in no header as it is.
            hidden: match &settings.authorization {
                Some(Authorization::Basic { password, .. }) => vec![password.expose().to_owned()],
                _ => Vec::new(),
            },
            ..Self::of_tls(&settings.tls)
        }
    }
}

impl HttpOptions {
    /// The usual ones, with these of TLS.
    pub(super) fn of_tls(tls: &TlsSettings) -> Self {
        let client_pem = tls.client_pem.as_ref();
        Self {
            authorities_pem: tls.ca_pem.clone(),
            identity_pem: client_pem.map(|pem| pem.expose().to_owned()),
            accept_any_certificate: tls.insecure_skip_verify,
            ..Self::default()
        }
    }
}

fn authorization(authorization: &Authorization) -> String {
    match authorization {
        Authorization::Basic { username, password } => {
            format!("Basic {}", basic(username, password.expose()))
        }
        Authorization::Scheme { scheme, credentials } => format!("{scheme} {}", credentials.expose()),
    }
}

/// A name and a password as `Basic` writes them.
pub(super) fn basic(username: &str, password: &str) -> String {
    base64(format!("{username}:{password}").as_bytes())
}

/// RFC 4648, section 4.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |place: usize| u32::from(chunk.get(place).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= chunk.len() {
                text.push(char::from(DIGITS[(bits >> (18 - 6 * place)) as usize & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("timeout_s", &self.timeout_s)
            .field("proxy", &self.proxy.is_some())
            .field("authorization", &self.authorization.is_some())
            .field("oauth2", &self.oauth2.is_some())
            .field("headers", &self.headers.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Secret;

    #[test]
    fn names_and_passwords_are_written_as_basic() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        let basic = Authorization::Basic {
            username: "Aladdin".to_owned(),
            password: Secret::new("open sesame"),
        };
        assert_eq!(authorization(&basic), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    #[test]
    fn no_value_is_shown() {
        let options = HttpOptions {
            authorization: Some("Bearer hidden".to_owned()),
            headers: vec![("x-key".to_owned(), "hidden".to_owned())],
            proxy: Some("http://hidden".to_owned()),
            ..HttpOptions::default()
        };
        assert!(!format!("{options:?}").contains("hidden"));
    }
}
