//! A mail server for tests that says what it is told to, and keeps what it heard.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What it answers to a command that begins so; the last command of a conversation may be answered by `hang up`, by
/// `silence`, or by `chatter`, which has no end.
pub type Script = Vec<(&'static str, &'static str)>;

/// A conversation without encryption that ends well.
pub fn well() -> Script {
    vec![
        ("", "220 mail.example ESMTP"),
        ("EHLO", "250-mail.example\r\n250-8BITMIME\r\n250 SIZE 10240000"),
        ("MAIL FROM:", "250 ok"),
        ("RCPT TO:", "250 ok"),
        ("RCPT TO:", "250 ok"),
        ("DATA", "354 go on"),
        (".", "250 queued as 1"),
        ("QUIT", "221 bye"),
    ]
}

/// The server: one conversation for each script.
pub struct ScriptedServer {
    pub address: SocketAddr,
    task: JoinHandle<Vec<String>>,
}

impl ScriptedServer {
    pub async fn start(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut conversations = Vec::new();
            for script in scripts {
                let (stream, _) = listener.accept().await.unwrap();
                conversations.push(converse(BufReader::new(stream), script).await);
            }
            conversations
        });
        Self { address, task }
    }

    /// What it heard, a text for each conversation.
    pub async fn heard(self) -> Vec<String> {
        self.task.await.unwrap()
    }
}

async fn converse(mut stream: BufReader<tokio::net::TcpStream>, script: Script) -> String {
    let mut heard = String::new();
    for (expected, reply) in script {
        if expected == "." {
            while !heard.ends_with("\r\n.\r\n") {
                stream.read_line(&mut heard).await.unwrap();
            }
        } else if !expected.is_empty() {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            heard.push_str(&line);
            if !line.starts_with(expected) {
                return format!("{heard}[{expected} was expected]");
            }
        }
        match reply {
            "hang up" => return heard,
            "chatter" => {
                while stream.write_all(&[b'2'; 4096]).await.is_ok() {}
                return heard;
            }
            "silence" => {
                let mut rest = String::new();
                // What comes may be anything.
                let _ = stream.read_to_string(&mut rest).await;
                return heard + &rest;
            }
            reply => stream.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap(),
        }
    }
    // Until the other side has gone; a goodbye is answered.
    let mut line = Vec::new();
    while stream
        .read_until(b'\n', &mut line)
        .await
        .is_ok_and(|read| read > 0)
    {
        if line.starts_with(b"QUIT") {
            let _ = stream.write_all(b"221 bye\r\n").await;
        }
        heard.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    heard
}
