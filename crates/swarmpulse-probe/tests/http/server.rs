//! A server of one address that answers as told, in the plain or by TLS, one connection at a time.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What it answers to the head of a request: bytes to send, or nothing, and then it keeps the connection open.
pub type Answers = dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync;

/// A server that ends when it is dropped.
pub struct Server {
    pub address: SocketAddr,
    /// The heads of the requests that came.
    pub heads: Arc<Mutex<Vec<String>>>,
    pub accepted: Arc<AtomicUsize>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn plain(answers: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self::start(None, Box::new(answers))
    }

    pub fn tls(
        config: ServerConfig,
        answers: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(Arc::new(config)), Box::new(answers))
    }

    fn start(tls: Option<Arc<ServerConfig>>, answers: Box<Answers>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (heads, accepted) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let ending = Arc::new(AtomicBool::new(false));
        let (told, seen, count) = (Arc::clone(&ending), Arc::clone(&heads), Arc::clone(&accepted));
        let thread = std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming() {
                if told.load(Ordering::SeqCst) {
                    break;
                }
                count.fetch_add(1, Ordering::SeqCst);
                let Ok(stream) = stream else { continue };
                held.extend(serve(stream, tls.as_ref(), &*answers, &seen));
            }
        });
        Self {
            address,
            heads,
            accepted,
            ending,
            thread: Some(thread),
        }
    }

    pub fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        // Wakes the thread up.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Serves one request. The stream comes back if it is to be kept open without an answer.
fn serve(
    stream: TcpStream,
    tls: Option<&Arc<ServerConfig>>,
    answers: &Answers,
    heads: &Mutex<Vec<String>>,
) -> Option<TcpStream> {
    let kept = stream.try_clone().ok()?;
    match tls {
        Some(config) => {
            let connection = ServerConnection::new(Arc::clone(config)).ok()?;
            answer(&mut StreamOwned::new(connection, stream), answers, heads)
        }
        None => answer(&mut { stream }, answers, heads),
    }
    .then_some(kept)
}

/// Whether the connection is to be kept open.
fn answer(stream: &mut (impl Read + Write), answers: &Answers, heads: &Mutex<Vec<String>>) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            // A handshake that the other side broke off, or a connection without a request.
            _ => return false,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    heads.lock().unwrap().push(head.clone());
    let Some(bytes) = answers(&head) else { return true };
    // The other side may have read enough and left.
    let _ = stream.write_all(&bytes).and_then(|()| stream.flush());
    false
}

/// An answer of that status and body.
pub fn answer_of(status: &str, headers: &str, body: &[u8]) -> Option<Vec<u8>> {
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n")
            .into_bytes();
    bytes.extend_from_slice(body);
    Some(bytes)
}
