//! JSON bodies to records, redaction included: `cargo bench -p swarmpulse-wire --bench decode`.

mod cpu_time;

use std::fmt::Write as _;
use std::hint::black_box;

use cpu_time::CpuTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use swarmpulse_wire::{Kind, Limits, Privacy, decode, redact};

/// Items in a body.
const ITEMS: u64 = 1000;

/// The heartbeat of the performance goals: about 190 bytes.
fn heartbeats() -> String {
    let mut body = String::new();
    for n in 0..ITEMS {
        let _infallible = writeln!(
            body,
            r#"{{"agent":"agent-{n:05}","kind":"bot","host":"host-{}","pid":{},"status":"working","interval_s":10,"sequence":{n},"at":"2025-11-22T00:31:05.{:03}Z","metrics":{{"cpu":0.{:02},"rss_bytes":{}}}}}"#,
            n % 50,
            1000 + n,
            n % 1000,
            n % 100,
            50_000_000 + n * 4096,
        );
    }
    body
}

/// The same fields with short values: 135 to 140 bytes.
fn short_heartbeats() -> String {
    let mut body = String::new();
    for n in 0..ITEMS {
        let _infallible = writeln!(
            body,
            r#"{{"agent":"a{n:05}","kind":"b","host":"h1","pid":{},"status":"idle","interval_s":9,"sequence":{n},"at":1763771465,"metrics":{{"c":0.5,"m":7}}}}"#,
            1000 + n,
        );
    }
    body
}

fn events() -> String {
    let mut body = String::new();
    for n in 0..ITEMS {
        let _infallible = writeln!(
            body,
            r#"{{"event_id":"e-{n}","event_type":"agent.tool_use","source":"agent","agent":"agent-{n:05}","sandbox_id":"sandbox-{}","timestamp":"2025-11-22T00:31:05.123456+00:00","event_data":{{"tool":"Bash","tool_input":{{"command":"ls -la /tmp","timeout":{n}}},"input_tokens":{n},"session_id":"3f2b7c9e-{n}","ok":true}}}}"#,
            n % 500,
        );
    }
    body
}

fn tasks() -> String {
    let mut body = String::from("[");
    for n in 0..ITEMS {
        let separator = if n == 0 { "" } else { "," };
        let _infallible = write!(
            body,
            r#"{separator}{{"task":"task-{n}","type":"build","status":"running","queue":"fast","agent":"agent-{n:05}","attempt":1,"queued_at":1763771465.25,"started_at":1763771466.5}}"#,
        );
    }
    body + "]"
}

fn bodies(criterion: &mut Criterion<CpuTime>) {
    let (limits, privacy) = (Limits::default(), Privacy::default());
    for (name, kind, body) in [
        ("short_heartbeats", Kind::Heartbeats, short_heartbeats()),
        ("heartbeats", Kind::Heartbeats, heartbeats()),
        ("events", Kind::Events, events()),
        ("tasks_array", Kind::Tasks, tasks()),
    ] {
        let read = decode(kind, body.as_bytes(), &limits, &privacy);
        assert!(
            read.is_ok_and(|decoded| decoded.records.len() as u64 == ITEMS),
            "{name}"
        );
        let mut group = criterion.benchmark_group("decode");
        group.throughput(Throughput::ElementsAndBytes {
            elements: ITEMS,
            bytes: body.len() as u64,
        });
        group.bench_function(name, |bencher| {
            bencher.iter(|| decode(kind, black_box(body.as_bytes()), &limits, &privacy));
        });
        group.finish();
    }
}

fn redaction(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("redact");
    for (name, text) in [
        ("status", "working"),
        (
            "sentence",
            "reading chapter 4 of the book - page 17: found 3 items in /tmp/a_b, key=value",
        ),
        (
            "secret",
            "request failed: Authorization: Bearer abc123def456, retrying",
        ),
    ] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| redact::text(black_box(text))));
    }
    group.bench_function("key_class", |bencher| {
        bencher.iter(|| redact::key_class(black_box("session_id")));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = bodies, redaction
}
criterion_main!(benches);
