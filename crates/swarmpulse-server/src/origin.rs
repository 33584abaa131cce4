//! Whether a request may come from where it says: its `Host`, `Origin` and `Sec-Fetch-Site`.
//!
//! A page of another site, open in the browser of someone who runs this server, can send requests to loopback. It cannot
//! forge these headers. The `Host` check stops names that an attacker points at 127.0.0.1 (DNS rebinding).

use std::net::IpAddr;

use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method};

use crate::problem::ApiError;

/// Checks where a request says that it comes from.
///
/// # Errors
/// If it may not come from there.
pub(crate) fn check(parts: &Parts, loopback: bool, allowed: &[String]) -> Result<(), ApiError> {
    let host = authority(parts);
    if loopback && !host.is_some_and(|host| is_own(host, allowed)) {
        let named = host.unwrap_or("none");
        return Err(ApiError::forbidden(format!(
            "the request's `Host` is `{named}`, which is no name of this server; use localhost or 127.0.0.1, or add the \
             name to `server.allowed_hosts`"
        )));
    }
    if let Some(origin) = parts.headers.get(ORIGIN) {
        let origin = origin.to_str().unwrap_or("unreadable");
        if !is_same_site(origin, host, allowed) {
            return Err(ApiError::forbidden(format!(
                "the page at `{origin}` may not use this server; if it should, add its host to `server.allowed_hosts`"
            )));
        }
        if is_write(&parts.method) && !is_json_like(&parts.headers) {
            return Err(ApiError::new(
                http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "a page sends with `Content-Type: application/json` or `application/x-ndjson`",
            ));
        }
    }
    if is_across_sites(parts) {
        return Err(ApiError::forbidden(
            "the page of another site may not use this server",
        ));
    }
    Ok(())
}

/// Whether a page of another site caused the request. Following a link to a page is no such thing; a ping changes
/// something though it may be a GET.
fn is_across_sites(parts: &Parts) -> bool {
    let said = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    match said("sec-fetch-site") {
        None | Some("same-origin" | "none") => false,
        Some(_) => {
            let path = parts.uri.path();
            let follows_link = said("sec-fetch-mode") == Some("navigate") && parts.method == Method::GET;
            !follows_link || path.starts_with("/ping/") || path.starts_with("/api/v1/ping/")
        }
    }
}

/// The host and port that the request names.
fn authority(parts: &Parts) -> Option<&str> {
    let from_uri = parts.uri.authority().map(http::uri::Authority::as_str);
    from_uri.or_else(|| parts.headers.get(HOST)?.to_str().ok())
}

fn is_write(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_json_like(headers: &HeaderMap) -> bool {
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = sent
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    matches!(
        essence.as_str(),
        "application/json" | "application/x-ndjson" | "application/ndjson" | "application/jsonl"
    ) || essence.starts_with("application/") && essence.ends_with("+json")
}

/// Whether the host is a name of loopback or one that is allowed; the port does not matter.
fn is_own(host: &str, allowed: &[String]) -> bool {
    is_loopback_name(without_port(host)) || is_allowed(host, allowed)
}

/// Whether a page's origin is this very server, by whatever name of loopback, or allowed.
fn is_same_site(origin: &str, host: Option<&str>, allowed: &[String]) -> bool {
    let Some((scheme, origin_host)) = origin.split_once("://") else {
        return false;
    };
    if is_allowed(origin_host, allowed) {
        return true;
    }
    let Some(host) = host else { return false };
    let default_port = if scheme == "https" { "443" } else { "80" };
    let same_port = port(origin_host).unwrap_or(default_port) == port(host).unwrap_or(default_port);
    let (of_page, of_server) = (without_port(origin_host), without_port(host));
    same_port
        && (of_page.eq_ignore_ascii_case(of_server)
            || is_loopback_name(of_page) && is_loopback_name(of_server))
}

fn is_allowed(host: &str, allowed: &[String]) -> bool {
    let bare = without_port(host);
    allowed
        .iter()
        .any(|name| name.eq_ignore_ascii_case(host) || name.eq_ignore_ascii_case(bare))
}

/// An address cannot be pointed elsewhere, as a name can.
fn is_loopback_name(name: &str) -> bool {
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn port(host: &str) -> Option<&str> {
    let (_, port) = host.rsplit_once(':')?;
    (!port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(port)
}

fn without_port(host: &str) -> &str {
    match port(host) {
        Some(port) => host.get(..host.len() - port.len() - 1).unwrap_or(host),
        None => host,
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(method: &str, path: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    /// Loopback listener; what each pair of `Host` and `Origin` gives.
    #[test]
    fn hosts_and_origins() {
        let allowed = [
            "pulse.example.com".to_owned(),
            "board.example.com:8443".to_owned(),
        ];
        for (host, origin, ok) in [
            ("127.0.0.1:9870", "", true),
            ("localhost:9870", "", true),
            ("LOCALHOST", "", true),
            ("[::1]:9870", "", true),
            ("pulse.example.com", "", true),
            ("board.example.com:8443", "", true),
            ("board.example.com", "", false),
            ("", "", false),
            ("127.0.0.1.evil.example", "", false),
            ("evil.example:9870", "", false),
            ("localhost.evil.example", "", false),
            ("127.0.0.2:9870", "", true),
            ("10.0.0.2:9870", "", false),
            ("[fe80::1]:9870", "", false),
            ("127.0.0.1:9870", "http://127.0.0.1:9870", true),
            ("127.0.0.1:9870", "http://localhost:9870", true),
            ("localhost", "http://localhost", true),
            ("localhost:80", "http://localhost", true),
            ("127.0.0.1:9870", "http://localhost:3000", false),
            ("127.0.0.1:9870", "http://127.0.0.1", false),
            ("127.0.0.1:9870", "null", false),
            ("127.0.0.1:9870", "http://evil.example", false),
            ("127.0.0.1:9870", "http://evil.example:9870", false),
            ("127.0.0.1:9870", "https://pulse.example.com", true),
            ("127.0.0.1:9870", "https://board.example.com:8443", true),
            ("127.0.0.1:9870", "https://board.example.com", false),
        ] {
            let mut headers = Vec::new();
            headers.extend((!host.is_empty()).then_some(("host", host)));
            headers.extend((!origin.is_empty()).then_some(("origin", origin)));
            for method in ["GET", "HEAD", "OPTIONS"] {
                let result = check(&parts(method, "/api/v1/agents", &headers), true, &allowed);
                assert_eq!(result.is_ok(), ok, "{method} host `{host}` origin `{origin}`");
                if let Err(error) = result {
                    assert_eq!(error.status, 403);
                    assert!(error.detail.contains("server.allowed_hosts"), "{}", error.detail);
                }
            }
        }
    }

    #[test]
    fn beyond_loopback_any_host_will_do_but_foreign_pages_will_not() {
        let host = ("host", "monitor.internal:9870");
        assert!(check(&parts("GET", "/", &[host]), false, &[]).is_ok());
        let own = [host, ("origin", "http://monitor.internal:9870")];
        assert!(check(&parts("GET", "/", &own), false, &[]).is_ok());
        let foreign = [host, ("origin", "http://evil.example")];
        assert!(check(&parts("GET", "/", &foreign), false, &[]).is_err());
    }

    #[test]
    fn writes_of_pages_need_json_and_those_of_programs_nothing() {
        for (origin, content_type, status) in [
            (false, "", None),
            (false, "application/x-www-form-urlencoded", None),
            (true, "application/json", None),
            (true, "application/x-ndjson; charset=utf-8", None),
            (true, "application/problem+json", None),
            (true, "", Some(415)),
            (true, "text/plain", Some(415)),
            (true, "application/x-www-form-urlencoded", Some(415)),
            (true, "multipart/form-data; boundary=application/json", Some(415)),
        ] {
            let mut headers = vec![("host", "localhost:1")];
            headers.extend(origin.then_some(("origin", "http://localhost:1")));
            headers.extend((!content_type.is_empty()).then_some(("content-type", content_type)));
            for method in ["POST", "DELETE"] {
                let result = check(&parts(method, "/api/v1/events", &headers), true, &[]);
                let found = result.err().map(|error| error.status.as_u16());
                assert_eq!(found, status, "{method} {origin} `{content_type}`");
            }
        }
    }

    #[test]
    fn what_another_sites_page_loads_is_refused_even_without_an_origin() {
        for (path, site, mode, ok) in [
            ("/api/v1/agents", "same-origin", "cors", true),
            ("/", "none", "navigate", true),
            ("/", "cross-site", "navigate", true),
            ("/api/v1/agents", "cross-site", "no-cors", false),
            ("/api/v1/agents", "same-site", "no-cors", false),
            ("/ping/a1", "cross-site", "no-cors", false),
            ("/ping/a1", "cross-site", "navigate", false),
            ("/api/v1/ping/a1", "same-site", "navigate", false),
            ("/ping/a1", "none", "navigate", true),
        ] {
            let headers = [
                ("host", "localhost"),
                ("sec-fetch-site", site),
                ("sec-fetch-mode", mode),
            ];
            assert_eq!(
                check(&parts("GET", path, &headers), true, &[]).is_ok(),
                ok,
                "{path} {site} {mode}"
            );
        }
        let post = [
            ("host", "localhost"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ];
        assert!(check(&parts("POST", "/api/v1/events", &post), true, &[]).is_err());
    }
}
