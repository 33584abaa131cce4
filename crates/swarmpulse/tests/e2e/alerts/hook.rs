//! A webhook that takes whatever comes and remembers it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The header `Idempotency-Key`.
    pub key: String,
    pub status: String,
    body: serde_json::Value,
}

impl Told {
    fn labels(&self, name: &str) -> Vec<String> {
        let alerts = self.body["alerts"].as_array().cloned().unwrap_or_default();
        alerts
            .iter()
            .filter_map(|alert| alert["labels"][name].as_str().map(str::to_owned))
            .collect()
    }

    /// The agents that it tells of.
    pub fn agents(&self) -> Vec<String> {
        self.labels("agent")
    }

    /// The names of its alerts.
    pub fn names(&self) -> Vec<String> {
        self.labels("alertname")
    }

    /// Where the one who tells it says that it is.
    pub fn teller(&self) -> &str {
        self.body["externalURL"].as_str().unwrap_or_default()
    }

    /// What it tells: the same for a repeat.
    pub fn what(&self) -> String {
        format!("{} {} {:?}", self.body["groupKey"], self.status, self.agents())
    }
}

/// A server on a free port of the loopback; it ends with the test's process.
pub(crate) struct Hook {
    address: SocketAddr,
    told: Arc<Mutex<Vec<Told>>>,
    silent: Arc<AtomicBool>,
}

impl Hook {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let told: Arc<Mutex<Vec<Told>>> = Arc::default();
        let heard = Arc::clone(&told);
        let silent = Arc::new(AtomicBool::new(false));
        let is_silent = Arc::clone(&silent);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (heard, is_silent) = (Arc::clone(&heard), Arc::clone(&is_silent));
                std::thread::spawn(move || serve(connection, &heard, &is_silent));
            }
        });
        Self {
            address,
            told,
            silent,
        }
    }

    /// From here on it hears and does not answer, or does again.
    pub fn be_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }
}

/// Answers requests of a connection until it is closed, or cut off by a kill.
fn serve(connection: TcpStream, heard: &Mutex<Vec<Told>>, is_silent: &AtomicBool) -> Option<()> {
    let mut answers = connection.try_clone().ok()?;
    let mut requests = BufReader::new(connection);
    loop {
        let (mut key, mut length) = (String::new(), 0_usize);
        let mut line = String::new();
        requests.read_line(&mut line).ok().filter(|read| *read > 0)?;
        loop {
            line.clear();
            requests.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "idempotency-key" => value.trim().clone_into(&mut key),
                "content-length" => length = value.trim().parse().ok()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        requests.read_exact(&mut body).ok()?;
        let body: serde_json::Value = serde_json::from_slice(&body).ok()?;
        let status = body["status"].as_str().unwrap_or_default().to_owned();
        heard.lock().unwrap().push(Told { key, status, body });
        if is_silent.load(Ordering::SeqCst) {
            line.clear();
            // Until the other side is gone.
            requests.read_line(&mut line).ok()?;
            return None;
        }
        answers
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .ok()?;
    }
}
