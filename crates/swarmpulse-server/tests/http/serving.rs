//! Real sockets: keep-alive, HTTP/2, limits, and an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;

use swarmpulse_server::{ServerOptions, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::harness::Server;

struct Serving {
    server: Server,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Serving {
    async fn start(options: ServerOptions) -> Self {
        let server = Server::with_options(options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let app = Arc::clone(&server.app);
        let task = tokio::spawn(async move {
            serve(listener, app, async { drop(stopped.await) }).await.unwrap();
        });
        Self {
            server,
            address,
            stop: Some(stop),
            task,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(mut self) -> Server {
        drop(self.stop.take());
        self.task.await.unwrap();
        self.server
    }
}

/// Reads one answer with a `content-length`.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).await.unwrap() == 0 {
            return String::from_utf8(text).unwrap();
        }
        text.push(byte[0]);
    }
    let head = String::from_utf8(text).unwrap();
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.unwrap();
    head + std::str::from_utf8(&body).unwrap()
}

fn heartbeat(agent: &str) -> String {
    let body = format!("{{\"agent\":\"{agent}\"}}");
    format!(
        "POST /api/v1/heartbeats HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let serving = Serving::start(ServerOptions::default()).await;
    let mut stream = serving.connect().await;
    for n in 0..20 {
        stream
            .write_all(heartbeat(&format!("a{n}")).as_bytes())
            .await
            .unwrap();
        let answer = answer(&mut stream).await;
        assert!(
            answer.starts_with("HTTP/1.1 202") && answer.ends_with("{\"accepted\":1,\"rejected\":[]}"),
            "{answer}"
        );
    }
    let pipelined = heartbeat("p1") + &heartbeat("p2");
    stream.write_all(pipelined.as_bytes()).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 202"));
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 202"));
    let server = serving.stop().await;
    assert!(server.knows_agent("default", "a19") && server.knows_agent("default", "p2"));
}

#[tokio::test]
async fn http2_is_spoken_to_those_who_begin_with_it() {
    let serving = Serving::start(ServerOptions::default()).await;
    let mut stream = serving.connect().await;
    // The preface and an empty SETTINGS frame; the server answers with its own SETTINGS frame (type 4).
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3], 4, "{head:?}");
    drop(stream);
    serving.stop().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_are_told_to_come_again() {
    let serving = Serving::start(ServerOptions {
        connections_max: 1,
        ..ServerOptions::default()
    })
    .await;
    let mut first = serving.connect().await;
    first.write_all(heartbeat("a1").as_bytes()).await.unwrap();
    assert!(answer(&mut first).await.starts_with("HTTP/1.1 202"));
    let mut second = serving.connect().await;
    let told = answer(&mut second).await;
    assert!(
        told.starts_with("HTTP/1.1 503") && told.contains("retry-after"),
        "{told}"
    );
    assert_eq!(serving.server.dropped("connections_limit"), 1);
    first.write_all(heartbeat("a2").as_bytes()).await.unwrap();
    assert!(
        answer(&mut first).await.starts_with("HTTP/1.1 202"),
        "the first goes on"
    );
    drop(first);
    serving.stop().await;
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let options = ServerOptions {
        head_limit_s: 0.1,
        ..ServerOptions::default()
    };
    let serving = Serving::start(options).await;
    let mut stream = serving.connect().await;
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: local")
        .await
        .unwrap();
    let mut rest = Vec::new();
    // Ends only if the server closes.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    serving.stop().await;
}

#[tokio::test]
async fn a_request_under_way_ends_before_the_server_does() {
    let serving = Serving::start(ServerOptions::default()).await;
    let mut stream = serving.connect().await;
    let whole = heartbeat("last");
    let (head, rest) = whole.split_at(whole.len() - 5);
    stream
        .write_all(format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n{head}").as_bytes())
        .await
        .unwrap();
    assert!(
        answer(&mut stream).await.contains("\"ok\""),
        "so the second request is being read"
    );
    let Serving {
        server,
        address,
        mut stop,
        task,
    } = serving;
    drop(stop.take());
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!task.is_finished(), "the server waits for the request");
    stream.write_all(rest.as_bytes()).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 202"));
    task.await.unwrap();
    assert!(server.knows_agent("default", "last"));
}

#[tokio::test]
async fn requests_that_never_end_are_cut_at_the_limit() {
    let serving = Serving::start(ServerOptions {
        shutdown_limit_s: 0.05,
        ..ServerOptions::default()
    })
    .await;
    let mut stream = serving.connect().await;
    let whole = heartbeat("never");
    stream
        .write_all(&whole.as_bytes()[..whole.len() - 1])
        .await
        .unwrap();
    let server = serving.stop().await;
    assert!(!server.knows_agent("default", "never"));
}
