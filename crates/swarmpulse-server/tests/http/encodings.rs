//! Compressed bodies.

use std::io::Write;

use flate2::Compression;
use swarmpulse_server::ServerOptions;
use swarmpulse_wire::Limits;

use crate::harness::{Server, request, with};

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn known_encodings_are_taken_and_others_refused() {
    let server = Server::start();
    let plain = b"{\"agent\":\"a1\"}\n{\"agent\":\"a2\"}\n";
    for (encoding, body) in [
        ("gzip", gzip(plain)),
        ("GZIP", gzip(plain)),
        ("zstd", zstd::stream::encode_all(&plain[..], 3).unwrap()),
        ("deflate", zlib(plain)),
        ("identity", plain.to_vec()),
    ] {
        let sent = with(
            request("POST", "/api/v1/heartbeats", body),
            "content-encoding",
            encoding,
        );
        assert_eq!(server.send(sent).await.taken(202, 2), [], "{encoding}");
    }
    for encoding in ["br", "gzip, gzip", "snappy"] {
        let sent = with(
            request("POST", "/api/v1/heartbeats", "{}"),
            "content-encoding",
            encoding,
        );
        assert!(
            server.send(sent).await.problem(415).contains("zstd"),
            "{encoding}"
        );
    }
    assert_eq!(server.dropped("body_encoding"), 3);
}

#[tokio::test]
async fn broken_archives_and_bombs_are_refused() {
    let limits = Limits {
        decompressed_bytes: 1 << 20,
        ..Limits::default()
    };
    let server = Server::with_options(ServerOptions {
        limits,
        ..ServerOptions::default()
    });
    let spaces = vec![b' '; 100 << 20];
    let bomb = gzip(&spaces);
    let zstd_bomb = zstd::stream::encode_all(&spaces[..], 3).unwrap();
    let whole = gzip(b"{\"agent\":\"a1\"}");
    for (encoding, body, status) in [
        ("gzip", bomb, 413),
        ("zstd", zstd_bomb, 413),
        ("gzip", b"no archive".to_vec(), 400),
        ("gzip", whole[..whole.len() - 4].to_vec(), 400),
        ("zstd", b"no archive".to_vec(), 400),
        ("deflate", vec![0xff; 64], 400),
        ("gzip", Vec::new(), 400),
    ] {
        let sent = with(
            request("POST", "/api/v1/heartbeats", body),
            "content-encoding",
            encoding,
        );
        server.send(sent).await.problem(status);
    }
    assert!(!server.knows_agent("default", "a1"));
    assert_eq!(
        server
            .get("/metrics")
            .await
            .text()
            .matches("swarmpulse_http_body_bytes 0\n")
            .count(),
        1
    );
}
