//! A small program to scrape: its figures follow from how often it was asked.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

/// The exporter; it ends when dropped.
pub(super) struct Exporter {
    address: SocketAddr,
    scrapes: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of the loopback");
        let address = listener.local_addr().expect("its address");
        let (scrapes, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let thread = std::thread::spawn({
            let (scrapes, ended) = (Arc::clone(&scrapes), Arc::clone(&ended));
            move || {
                for connection in listener.incoming().flatten() {
                    if ended.load(Ordering::SeqCst) {
                        break;
                    }
                    // One that asked for nothing gets nothing.
                    let _ = answer(connection, &scrapes);
                }
            }
        });
        Self {
            address,
            scrapes,
            ended,
            thread: Some(thread),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often it was asked.
    pub(super) fn scrapes(&self) -> u64 {
        self.scrapes.load(Ordering::SeqCst)
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn answer(mut connection: TcpStream, scrapes: &AtomicU64) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let body = figures(scrapes.fetch_add(1, Ordering::SeqCst));
    write!(
        connection,
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain; version=0.0.4\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The figures of scrape number `n`.
fn figures(n: u64) -> String {
    let mut text = String::new();
    let kinds = ["coder", "reviewer", "planner"];
    text.push_str("# HELP test_requests_total Requests made.\n# TYPE test_requests_total counter\n");
    for agent in 0..6_u64 {
        // Agent 2 starts anew now and then.
        let counted = if agent == 2 { n % 7 } else { n };
        let kind = kinds[agent as usize % 3];
        for code in ["200", "429"] {
            let count = counted * (agent * 3 + 1) / if code == "200" { 1 } else { 4 };
            let _ = writeln!(
                text,
                "test_requests_total{{agent=\"a{agent}\",kind=\"{kind}\",code=\"{code}\"}} {count}"
            );
        }
    }
    text.push_str("# TYPE test_load gauge\n");
    for agent in 0..6_u64 {
        let load = ((n * (agent + 2) * 37) % 101) as f64 / 7.0 - 3.0;
        let kind = kinds[agent as usize % 3];
        let _ = writeln!(text, "test_load{{agent=\"a{agent}\",kind=\"{kind}\"}} {load}");
    }
    text.push_str("# TYPE test_latency_seconds histogram\n");
    for agent in 0..3_u64 {
        let mut total = 0;
        for (place, bound) in ["0.1", "0.5", "1", "5", "+Inf"].into_iter().enumerate() {
            total += n * (place as u64 + agent + 1);
            let _ = writeln!(
                text,
                "test_latency_seconds_bucket{{agent=\"a{agent}\",le=\"{bound}\"}} {total}"
            );
        }
        let _ = writeln!(
            text,
            "test_latency_seconds_sum{{agent=\"a{agent}\"}} {}",
            total as f64 * 0.37
        );
        let _ = writeln!(text, "test_latency_seconds_count{{agent=\"a{agent}\"}} {total}");
    }
    text.push_str("# TYPE test_info gauge\n");
    for agent in 0..6_u64 {
        let _ = writeln!(
            text,
            "test_info{{agent=\"a{agent}\",version=\"1.{}\",owner=\"team-{}\"}} 1",
            agent % 2,
            agent % 3
        );
    }
    text.push_str("# TYPE test_limit gauge\ntest_limit{of=\"none\"} NaN\ntest_limit{of=\"high\"} +Inf\ntest_limit{of=\"low\"} -Inf\n");
    text.push_str("# TYPE test_odd gauge\ntest_odd{path=\"/a b\\\"c\\\\d\\nö\"} 0.1\n");
    // There and gone: Prometheus marks it as stale.
    if n % 6 < 3 {
        text.push_str("# TYPE test_sometimes gauge\ntest_sometimes{agent=\"a0\"} 5\n");
    }
    text
}
