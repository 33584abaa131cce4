//! A server of HTTP that answers as told, one request a connection, and keeps what it was sent.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What it was sent.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    /// With the query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What it answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An answer of HTTP.
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// These bytes.
    Raw(&'static [u8]),
    /// Status 400, and all of what it was sent.
    Echo,
    /// Status 400, and words without an end.
    Endless,
}

impl Reply {
    pub fn of(status: u16, body: &str) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
        }
    }

    pub fn with(status: u16, name: &'static str, value: &str, body: &str) -> Self {
        Self::Answer {
            status,
            headers: vec![(name, value.to_owned())],
            body: body.to_owned(),
        }
    }
}

/// A server that ends when it is dropped.
pub struct Server {
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let kept = Arc::clone(&received);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (reply, kept) = (reply.clone(), Arc::clone(&kept));
                // A connection that breaks is the client's affair.
                tokio::spawn(async move { serve(stream, &reply, &kept).await.ok() });
            }
        });
        Self { port, received, task }
    }

    /// What it was sent since it was asked last.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, reply: &Reply, kept: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let Some((received, raw)) = read(&mut stream).await? else {
        // It is none of HTTP: TLS, say. It is answered as web servers do.
        return stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    };
    kept.lock().unwrap().push(received);
    let bytes = match reply {
        Reply::Answer {
            status,
            headers,
            body,
        } => answer(*status, headers, body.as_bytes()),
        Reply::Raw(bytes) => bytes.to_vec(),
        Reply::Echo => answer(400, &[], &raw),
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 400 Said\r\n\r\n").await?;
            loop {
                stream.write_all(&[b'x'; 4096]).await?;
            }
        }
    };
    stream.write_all(&bytes).await?;
    stream.shutdown().await
}

fn answer(status: u16, headers: &[(&str, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    // 204 has no body.
    if status != 204 {
        bytes.extend_from_slice(body);
    }
    bytes
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Option<(Received, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 << 10];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&buffer[..read]);
        if !bytes[0].is_ascii_uppercase() {
            return Ok(None);
        }
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let received = parse(&bytes, end);
        let length = received
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        if received.body.len() >= length {
            return Ok(Some((received, bytes)));
        }
    }
}

fn parse(bytes: &[u8], end: usize) -> Received {
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    Received {
        method: first.next().unwrap().to_owned(),
        path: first.next().unwrap().to_owned(),
        headers: headers.collect(),
        body: bytes[end + 4..].to_vec(),
    }
}
