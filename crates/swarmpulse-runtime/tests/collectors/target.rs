//! A small HTTP server that shows what it is told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is answered.
#[derive(Clone)]
pub(crate) struct Answer {
    status: String,
    content_type: String,
    is_packed: bool,
    is_cut_off: bool,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(body: &str) -> Self {
        Self {
            status: "200 OK".to_owned(),
            content_type: "text/plain; version=0.0.4".to_owned(),
            is_packed: false,
            is_cut_off: false,
            body: body.as_bytes().to_vec(),
        }
    }

    pub(crate) fn status(status: &str) -> Self {
        Self {
            status: status.to_owned(),
            ..Self::text("")
        }
    }

    /// Says that more comes than comes.
    pub(crate) fn cut_off() -> Self {
        Self {
            is_cut_off: true,
            ..Self::text("a 1\n")
        }
    }

    pub(crate) fn packed(mut self) -> Self {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&self.body).unwrap();
        self.body = encoder.finish().unwrap();
        self.is_packed = true;
        self
    }

    pub(crate) fn of_type(mut self, content_type: &str) -> Self {
        self.content_type = content_type.to_owned();
        self
    }

    fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        let length = self.body.len() + if self.is_cut_off { 100 } else { 0 };
        let encoding = if self.is_packed {
            "content-encoding: gzip\r\n"
        } else {
            ""
        };
        write!(
            stream,
            "HTTP/1.1 {}\r\ncontent-type: {}\r\n{encoding}content-length: {length}\r\nconnection: close\r\n\r\n",
            self.status, self.content_type
        )?;
        stream.write_all(&self.body)
    }
}

/// A server; its thread ends with the test's process.
pub(crate) struct Target {
    pub(crate) address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Target {
    /// Answers the n-th request with that.
    pub(crate) fn start(answer: impl Fn(usize) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&heads);
        std::thread::spawn(move || {
            for (n, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let head = read_head(&mut stream);
                kept.lock().unwrap().push(head);
                // The other side may be gone already.
                let _ = answer(n).write(&mut stream);
            }
        });
        Self { address, heads }
    }

    /// The heads of the requests that came.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}
