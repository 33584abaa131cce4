//! Probes of HTTP endpoints against real servers, in the plain and by TLS.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod server;

use std::sync::atomic::Ordering;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use server::{Server, answer_of};
use swarmpulse_probe::http::{
    BodyCheck, EndpointAddress, FailureKind, HttpAnswer, HttpCheck, HttpProbe, StatusCodes, Trust,
};
use swarmpulse_probe::scrape::{ScrapeCredential, SecretSource};

fn check(url: &str) -> HttpCheck {
    HttpCheck::new(EndpointAddress::parse(url).unwrap())
}

fn look(check: &HttpCheck) -> HttpAnswer {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let probe = HttpProbe::new(check).unwrap();
    assert!(probe.serves(check));
    runtime.block_on(probe.look(check))
}

#[track_caller]
fn assert_fails(answer: &HttpAnswer, kind: FailureKind, says: &str) {
    let failure = answer.failure.as_ref().unwrap();
    assert_eq!(failure.kind, kind, "{failure}");
    assert!(failure.detail.contains(says), "{failure}");
    assert!(!failure.to_string().contains("hidden"), "{failure}");
}

#[test]
fn what_is_asked_and_answered_is_as_configured() {
    let server = Server::plain(|head| {
        if head.starts_with("GET /health?key=hidden") {
            answer_of("200 OK", "", b"{\"state\": \"ok\", \"workers\": 12}")
        } else {
            answer_of("404 Not Found", "", b"")
        }
    });
    let mut check = check(&server.url("http", "/health?key=hidden"));
    check.headers = vec![("X-Api-Key".to_owned(), SecretSource::Text("hidden".to_owned()))];
    check.credential = ScrapeCredential::Bearer(SecretSource::Text("hidden-token".to_owned()));
    check.body = BodyCheck::new(Some("\"ok\"".to_owned()), Some("workers\": [1-9]")).unwrap();
    let answer = look(&check);
    assert_eq!((answer.status_code, answer.failure), (Some(200), None));
    assert_eq!((answer.body_bytes, answer.tls_expires_at_s), (30, None));
    let heads = server.heads.lock().unwrap();
    let head = heads[0].to_ascii_lowercase();
    assert!(
        head.contains("x-api-key: hidden\r\n") && head.contains("authorization: bearer hidden-token\r\n")
    );
    assert!(!format!("{check:?}").contains("hidden"), "{check:?}");
}

#[test]
fn another_status_or_body_is_a_failure_and_may_be_expected() {
    let server = Server::plain(|_| answer_of("503 Service Unavailable", "", b"try later"));
    let mut check = check(&server.url("http", "/"));
    let answer = look(&check);
    assert_eq!(answer.status_code, Some(503));
    assert_fails(&answer, FailureKind::Status, "503 was not expected");
    check.expected_status = StatusCodes::parse(["200", "5xx"]).unwrap();
    assert_eq!(look(&check).failure, None);
    check.body = BodyCheck::new(Some("all is well".to_owned()), None).unwrap();
    assert_fails(
        &look(&check),
        FailureKind::Body,
        "does not contain \"all is well\"",
    );
}

#[test]
fn who_does_not_answer_is_told_from_who_is_not_there() {
    let server = Server::plain(|_| None);
    let mut hangs = check(&server.url("http", "/?key=hidden"));
    hangs.timeout_ms = 100;
    let answer = look(&hangs);
    assert_eq!(answer.status_code, None);
    assert_fails(&answer, FailureKind::Timeout, "no whole answer within 0.1 s");
    let url = server.url("http", "/?key=hidden");
    drop(server);
    assert_fails(&look(&check(&url)), FailureKind::Connect, "refused");
}

#[test]
fn a_body_that_is_cut_off_is_a_broken_connection() {
    let server = Server::plain(|head| {
        let bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec();
        head.starts_with("GET /cut").then_some(bytes)
    });
    let answer = look(&check(&server.url("http", "/cut")));
    assert_eq!(answer.status_code, Some(200));
    assert_fails(&answer, FailureKind::Connect, "");
}

#[test]
fn a_huge_body_is_read_as_far_as_allowed() {
    let server = Server::plain(|_| answer_of("200 OK", "", &vec![b'x'; 4 << 20]));
    let answer = look(&check(&server.url("http", "/")));
    assert_eq!((answer.body_bytes, answer.failure), (64 << 10, None));
}

#[test]
fn redirects_stay_with_the_host() {
    let elsewhere = Server::plain(|_| answer_of("200 OK", "", b"hidden"));
    let away = format!("location: http://localhost:{}/\r\n", elsewhere.address.port());
    let server = Server::plain(move |head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        match path {
            "/moved" => answer_of("302 Found", "location: /here\r\n", b""),
            "/here" => answer_of("200 OK", "", b""),
            "/away" => answer_of("302 Found", &away, b""),
            _ => answer_of("302 Found", "location: /round\r\n", b""),
        }
    });
    let mut moved = check(&server.url("http", "/moved"));
    assert_eq!(look(&moved).failure, None);
    moved.follow_redirects = false;
    assert_fails(&look(&moved), FailureKind::Status, "302 was not expected");
    let answer = look(&check(&server.url("http", "/away")));
    assert_fails(&answer, FailureKind::Status, "302 was not expected");
    assert_eq!(
        elsewhere.accepted.load(Ordering::SeqCst),
        0,
        "another host is not asked"
    );
    let before = server.accepted.load(Ordering::SeqCst);
    assert_fails(
        &look(&check(&server.url("http", "/round"))),
        FailureKind::Status,
        "302",
    );
    assert_eq!(
        server.accepted.load(Ordering::SeqCst) - before,
        6,
        "the first and five more"
    );
}

/// A server of TLS whose certificate ends in that year, and the certificate as PEM.
fn tls_server(ends: i32) -> (Server, String) {
    let key = KeyPair::generate().unwrap();
    let mut wanted = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    wanted.not_before = date_time_ymd(2000, 1, 1);
    wanted.not_after = date_time_ymd(ends, 1, 1);
    let certificate = wanted.self_signed(&key).unwrap();
    let provider = rustls::crypto::ring::default_provider();
    let config = ServerConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    let server = Server::tls(config, |_| answer_of("200 OK", "", b"secure"));
    (server, certificate.pem())
}

fn trusting(pem: &str) -> Trust {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pem).unwrap();
    Trust::authorities(file.path()).unwrap()
}

#[test]
fn certificates_tell_when_they_expire_and_who_is_not_trusted() {
    let (server, pem) = tls_server(2999);
    let mut check = check(&server.url("https", "/"));
    check.trust = trusting(&pem);
    let answer = look(&check);
    assert_eq!((answer.status_code, &answer.failure), (Some(200), &None));
    assert_eq!(answer.tls_expires_at_s, Some(32_472_144_000), "2999-01-01");
    let (_, other) = tls_server(2999);
    check.trust = trusting(&other);
    assert_fails(&look(&check), FailureKind::Tls, "certificate");
    check.trust = Trust::Anyone;
    assert_eq!(look(&check).tls_expires_at_s, Some(32_472_144_000));
}

#[test]
fn an_expired_certificate_is_a_failure_that_says_since_when() {
    let (server, pem) = tls_server(2001);
    let mut check = check(&server.url("https", "/"));
    check.trust = trusting(&pem);
    let answer = look(&check);
    assert_fails(&answer, FailureKind::Tls, "its certificate has expired");
    assert_eq!(answer.tls_expires_at_s, Some(978_307_200), "2001-01-01");
}
