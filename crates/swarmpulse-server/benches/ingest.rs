//! What taking heartbeats in costs: gate, decoding, room, submitting and applying, over a journal that forgets.

use std::hint::black_box;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use http::Request;
use swarmpulse_model::Timestamp;
use swarmpulse_runtime::{Options, Runtime, Stores};
use swarmpulse_server::{App, Peer, ServerOptions, router};
use swarmpulse_store::memory::{MemoryHistory, MemoryJournal, MemoryMetrics, MemoryState};
use swarmpulse_store::{Journal, JournalError, JournalReader, Retention};
use tower::ServiceExt;

const AGENTS: usize = 10_000;

/// A journal that forgets, so that a long run needs no memory.
struct Nowhere(u64);

impl Journal for Nowhere {
    fn append(&mut self, _: Timestamp, body: &[u8]) -> Result<u64, JournalError> {
        black_box(body);
        self.0 += 1;
        Ok(self.0 - 1)
    }
    fn sync(&mut self) -> Result<(), JournalError> {
        Ok(())
    }
    fn next_offset(&self) -> u64 {
        self.0
    }
    fn reader(&self) -> Arc<dyn JournalReader> {
        MemoryJournal::default().reader()
    }
    fn roll(&mut self) -> Result<(), JournalError> {
        Ok(())
    }
    fn retire(&mut self, _: Retention) -> Result<u64, JournalError> {
        Ok(0)
    }
}

fn body(first: usize, heartbeats: usize) -> Bytes {
    let line = |n: usize| {
        let agent = (first + n) % AGENTS;
        format!(
            "{{\"agent\":\"agent-{agent:05}\",\"status\":\"working\",\"interval_s\":10,\"sequence\":{n}}}\n"
        )
    };
    (0..heartbeats).map(line).collect::<String>().into()
}

fn heartbeats(criterion: &mut Criterion) {
    let stores = Stores {
        journal: Box::new(Nowhere(0)),
        journal_chores: None,
        history: Arc::new(MemoryHistory::default()),
        state: Arc::new(MemoryState::default()),
        metrics: Arc::new(MemoryMetrics::default()),
    };
    let runtime = Runtime::start(stores, Options::default()).expect("stores in memory start");
    let router = router(App::new(runtime.handle(), ServerOptions::default()));
    let workers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime starts");
    let peer = Peer {
        address: ([127, 0, 0, 1], 50_000).into(),
        loopback_listener: true,
    };
    let mut group = criterion.benchmark_group("ingest_heartbeats");
    for size in [1, 100, 1_000, 10_000] {
        let bodies: Vec<Bytes> = (0..10).map(|n| body(n * size, size)).collect();
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            let mut next = bodies.iter().cycle();
            bencher.iter(|| {
                let body = next.next().cloned().unwrap_or_default();
                let mut request = Request::post("/api/v1/heartbeats")
                    .header("host", "localhost")
                    .body(Body::from(body))
                    .expect("the request is well formed");
                request.extensions_mut().insert(peer);
                let answer = workers.block_on(router.clone().oneshot(request));
                assert_eq!(black_box(answer).expect("a router answers").status(), 202);
            });
        });
    }
    group.finish();
    runtime.stop();
}

criterion_group!(benches, heartbeats);
criterion_main!(benches);
