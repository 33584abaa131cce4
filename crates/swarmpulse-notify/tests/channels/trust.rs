//! TLS: whose certificates are believed, and proxies.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use swarmpulse_notify::{Notifier, SendError, build};

use crate::case::{Nothing, read};
use crate::examples;
use crate::server::{Reply, Server};

/// A server of TLS that takes one request and answers 200; its port and its certificate in PEM.
fn server(name: &str) -> (u16, String, std::thread::JoinHandle<()>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        let mut bytes = [0; 64 << 10];
        // Whoever does not believe us says nothing.
        if let Ok(1..) = stream.read(&mut bytes) {
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
            stream.write_all(answer).unwrap();
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (port, cert.pem(), thread)
}

fn webhook(url: &str, http_config: &serde_json::Value) -> Box<dyn Notifier> {
    let entry = serde_json::json!({"url": url, "http_config": http_config});
    let file = format!("receivers: [{{name: r, webhook_configs: [{entry}]}}]");
    match build(&read(&file, &Nothing)[0].channels[0]) {
        Ok(channel) => channel,
        Err(error) => panic!("{error}"),
    }
}

async fn send(channel: &dyn Notifier) -> Result<(), SendError> {
    let notification = examples::firing();
    channel.send(examples::message(&notification)).await
}

#[tokio::test]
async fn an_authority_that_is_named_is_believed_and_no_other() {
    let (port, pem, thread) = server("localhost");
    let url = format!("https://localhost:{port}/");
    let config = serde_json::json!({"tls_config": {"ca": pem}});
    assert_eq!(send(&*webhook(&url, &config)).await, Ok(()));
    thread.join().unwrap();

    let (port, _, thread) = server("localhost");
    let url = format!("https://localhost:{port}/");
    let error = send(&*webhook(&url, &config)).await.unwrap_err().to_string();
    assert!(error.contains("TLS: "), "{error}");
    assert!(!error.contains("https"), "{error}");
    thread.join().unwrap();
}

#[tokio::test]
async fn the_name_must_be_right_unless_anyone_will_do() {
    let (port, pem, thread) = server("other.example");
    let url = format!("https://localhost:{port}/");
    let config = serde_json::json!({"tls_config": {"ca": pem}});
    let error = send(&*webhook(&url, &config)).await.unwrap_err().to_string();
    assert_eq!(
        error,
        format!("localhost:{port}: TLS: its certificate is for another name")
    );
    thread.join().unwrap();

    let (port, _, thread) = server("other.example");
    let config = serde_json::json!({"tls_config": {"insecure_skip_verify": true}});
    assert_eq!(
        send(&*webhook(&format!("https://localhost:{port}/"), &config)).await,
        Ok(())
    );
    thread.join().unwrap();
}

#[tokio::test]
async fn a_proxy_is_used_where_it_is_set_and_spared_where_it_is_said() {
    let proxy = Server::start(Reply::of(200, "")).await;
    let url = format!("http://127.0.0.1:{}", proxy.port);
    let config = serde_json::json!({"proxy_url": url, "no_proxy": "127.0.0.1"});
    assert_eq!(send(&*webhook("http://hook.invalid/x", &config)).await, Ok(()));
    assert_eq!(proxy.take()[0].path, "http://hook.invalid/x");
    let direct = Server::start(Reply::of(200, "")).await;
    let url = format!("http://127.0.0.1:{}/direct", direct.port);
    assert_eq!(send(&*webhook(&url, &config)).await, Ok(()));
    assert_eq!(direct.take()[0].path, "/direct");
    assert!(proxy.take().is_empty());
}
