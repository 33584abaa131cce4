//! An HTTP server for tests: answers what it is told to, and keeps what it was asked.

use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What it was asked.
#[derive(Clone, Debug)]
pub struct Heard {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn header(&self, name: &str) -> Option<&str> {
        let of = |(held, _): &&(String, String)| held.eq_ignore_ascii_case(name);
        self.headers.iter().find(of).map(|(_, value)| value.as_str())
    }

    /// The body without its compression.
    pub fn plain_body(&self) -> Vec<u8> {
        if self.header("content-encoding") != Some("gzip") {
            return self.body.clone();
        }
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(self.body.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        plain
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.plain_body()).unwrap()
    }

    /// The items of an envelope of Sentry, with their headers; its lengths are checked.
    pub fn envelope(&self) -> (Value, Vec<(Value, Value)>) {
        let body = self.plain_body();
        let mut rest = body.as_slice();
        let mut line = || {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let line = &rest[..end];
            rest = &rest[end + 1..];
            (!line.is_empty()).then(|| serde_json::from_slice::<Value>(line).unwrap())
        };
        let header = line().unwrap();
        let mut items = Vec::new();
        while let Some(item) = line() {
            let payload = line().unwrap();
            assert_eq!(item["length"], payload.to_string().len(), "{item}");
            items.push((item, payload));
        }
        (header, items)
    }
}

/// What it answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, headers as lines, a body.
    Answer(u16, &'static str, &'static str),
    /// Nothing at all.
    Silence,
    /// It hangs up.
    HangUp,
}

/// The server.
pub struct Listener {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    arrived: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Answers the first request with the first reply, and so on; all after them with the last.
    pub async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (heard, arrived) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let (keep, tell) = (Arc::clone(&heard), Arc::clone(&arrived));
        let task = tokio::spawn(async move {
            let mut open = Vec::new();
            let mut replies = replies.into_iter();
            let mut reply = replies.next().unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufReader::new(stream);
                let Some(request) = read(&mut stream).await else {
                    continue;
                };
                keep.lock().push(request);
                tell.notify_one();
                match &reply {
                    Reply::Answer(status, headers, body) => write(stream, *status, headers, body).await,
                    Reply::Silence => open.push(stream),
                    Reply::HangUp => drop(stream),
                }
                reply = replies.next().unwrap_or(reply);
            }
        });
        Self {
            address,
            heard,
            arrived,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().clone()
    }

    /// Waits until it was asked so often.
    pub async fn asked(&self, times: usize) -> Vec<Heard> {
        let waiting = async {
            while self.heard.lock().len() < times {
                self.arrived.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .unwrap();
        self.heard()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Heard> {
    let mut first = String::new();
    stream.read_line(&mut first).await.ok()?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut heard = Heard {
        method,
        path,
        headers,
        body: Vec::new(),
    };
    let length = heard
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    heard.body.resize(length, 0);
    stream.read_exact(&mut heard.body).await.ok()?;
    Some(heard)
}

async fn write(mut stream: BufReader<TcpStream>, status: u16, headers: &str, body: &str) {
    let answer = format!(
        "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    );
    // Whoever has gone does not hear it.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
