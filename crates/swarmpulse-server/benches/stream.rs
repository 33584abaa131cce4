//! How long a verdict takes to reach the live stream when 100,000 agents go down at once.
//!
//! One batch makes every agent fail; clients read server-sent events from real sockets. Told is, over all events of all
//! clients, the time from the receipt of the batch until the event was read.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement stops at what fails, and is printed"
)]

use std::net::SocketAddr;
use std::sync::Arc;

use memchr::memmem::Finder;
use swarmpulse_model::record::Heartbeat;
use swarmpulse_model::{Record, Source, Text, Timestamp};
use swarmpulse_runtime::{Batch, Handle, Options, Receipt, Runtime, Stores};
use swarmpulse_server::{App, ServerOptions, serve};
use swarmpulse_store::memory::{MemoryHistory, MemoryJournal, MemoryMetrics, MemoryState};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const AGENTS: usize = 100_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    for (clients, topics) in [(1, "verdicts"), (1, "verdicts,alerts,summary"), (10, "verdicts")] {
        runtime.block_on(measure(clients, topics));
    }
}

async fn measure(clients: usize, topics: &'static str) {
    let stores = Stores {
        journal: Box::new(MemoryJournal::new(1 << 30)),
        journal_chores: None,
        history: Arc::new(MemoryHistory::new(1)),
        state: Arc::new(MemoryState::default()),
        metrics: Arc::new(MemoryMetrics::default()),
    };
    let runtime = Runtime::start(stores, Options::default()).unwrap();
    let handle = runtime.handle();
    let app = App::new(runtime.handle(), ServerOptions::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, app, async { drop(stopped.await) }));

    let said = say(&handle, "idle").await;
    passed_over(address, said.position.offset).await;
    let mut reading = JoinSet::new();
    let ready = Arc::new(tokio::sync::Barrier::new(clients + 1));
    for _ in 0..clients {
        let stream = TcpStream::connect(address).await.unwrap();
        reading.spawn(read(stream, topics, handle.clone(), Arc::clone(&ready)));
    }
    ready.wait().await;
    let fell_at = say(&handle, "failed").await.received_at;
    let applied_s = handle.now().seconds_since(fell_at);
    let mut waits_s = Vec::new();
    let mut cut = 0;
    while let Some(read) = reading.join_next().await {
        let read = read.unwrap();
        cut += usize::from(read.len() < AGENTS);
        waits_s.extend(read.into_iter().map(|at| at.seconds_since(fell_at)));
    }
    waits_s.sort_by(f64::total_cmp);
    let of = |share: f64| waits_s[((waits_s.len() - 1) as f64 * share) as usize] * 1000.0;
    println!(
        "{clients} client(s), {topics}: {} verdicts, applied after {:.0} ms, first {:.0} ms, p50 {:.0} ms, p99 {:.0} ms, \
         max {:.0} ms; {cut} client(s) cut off",
        waits_s.len(),
        applied_s * 1000.0,
        of(0.0),
        of(0.5),
        of(0.99),
        of(1.0)
    );
    drop(stop);
    server.await.unwrap().unwrap();
    runtime.stop();
}

/// Every agent says so in one batch.
async fn say(handle: &Handle, status: &str) -> Receipt {
    let records = (0..AGENTS).map(|n| {
        let agent = Text::from(format!("agent-{n:06}"));
        let status = Some(Text::from(status));
        Record::Heartbeat(Box::new(Heartbeat {
            agent,
            status,
            host: Some("host-1".into()),
            ..Heartbeat::default()
        }))
    });
    let batch = Batch {
        namespace: "default".into(),
        principal: Text::default(),
        source: Source::Http,
        records: records.collect(),
    };
    handle.submit(batch).await.unwrap()
}

/// Waits until the stream has come to the end of that batch, which nobody listens to.
async fn passed_over(address: SocketAddr, offset: u64) {
    let end = format!("id: 0-{offset}-{}\n", AGENTS - 1);
    let mut greeting = String::new();
    while !greeting.contains(&end) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"GET /api/v1/stream HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut buffer = [0; 4096];
        greeting.clear();
        while !greeting.contains("id: ") {
            let count = stream.read(&mut buffer).await.unwrap();
            greeting.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    }
}

/// Reads until every agent was told, or the server ends it; gives when each was.
async fn read(
    mut stream: TcpStream,
    topics: &str,
    handle: Handle,
    ready: Arc<tokio::sync::Barrier>,
) -> Vec<Timestamp> {
    let request = format!("GET /api/v1/stream?topics={topics} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut buffer = vec![0; 1 << 20];
    let mut times = Vec::with_capacity(AGENTS);
    let verdict = Finder::new("event: verdicts");
    // The greeting says that the client has its place.
    let mut begun = false;
    let mut held = 0;
    while times.len() < AGENTS {
        let count = stream.read(&mut buffer[held..]).await.unwrap();
        if count == 0 {
            break;
        }
        let now = handle.now();
        let seen = &buffer[..held + count];
        if !begun && Finder::new("id: ").find(seen).is_some() {
            begun = true;
            ready.wait().await;
        }
        times.extend(verdict.find_iter(seen).map(|_| now));
        // The beginning of one may stand at the end.
        held = (verdict.needle().len() - 1).min(seen.len());
        let end = seen.len();
        buffer.copy_within(end - held..end, 0);
    }
    times
}
