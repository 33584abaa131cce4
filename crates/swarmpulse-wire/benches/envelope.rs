//! Records to the journal's bytes and back: `cargo bench -p swarmpulse-wire --bench envelope`.

mod cpu_time;

use std::hint::black_box;

use cpu_time::CpuTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use swarmpulse_model::record::{Event, Heartbeat};
use swarmpulse_model::{Position, Record, Source, Timestamp};
use swarmpulse_wire::envelope::{decode_body, encode_body};

/// Records in an envelope.
const RECORDS: u64 = 1000;
const AT: Timestamp = Timestamp(1_763_771_465_250_000_000);

fn heartbeat(n: u64) -> Record {
    Record::Heartbeat(Box::new(Heartbeat {
        agent: format!("agent-{n:05}").as_str().into(),
        kind: Some("bot".into()),
        host: Some("host-1".into()),
        pid: Some(1000),
        status: Some("working".into()),
        interval_s: Some(10.0),
        sequence: Some(n),
        at: Some(AT),
        metrics: vec![("cpu".into(), 0.5), ("rss_bytes".into(), 5e7)],
        ..Heartbeat::default()
    }))
}

fn event(n: u64) -> Record {
    Record::Event(Box::new(Event {
        event: Some(format!("event-{n:05}").as_str().into()),
        event_type: "agent.tool_use".into(),
        agent: Some("agent-00001".into()),
        sandbox: Some("sandbox-1".into()),
        at: Some(AT),
        size_bytes: Some(100),
        data: Some(r#"{"tool":"Bash","tool_input":"[redacted 40 characters]","input_tokens":5}"#.into()),
        ..Event::default()
    }))
}

fn envelopes(criterion: &mut Criterion<CpuTime>) {
    for (name, make) in [("heartbeats", heartbeat as fn(u64) -> Record), ("events", event)] {
        let records: Vec<Record> = (0..RECORDS).map(make).collect();
        let mut body = Vec::new();
        encode_body("default", "", Source::Http, &records, &mut body);
        let read = decode_body(Position::default(), AT, &body);
        assert!(read.is_ok_and(|envelope| envelope.records == records), "{name}");
        let mut group = criterion.benchmark_group("envelope");
        group.throughput(Throughput::ElementsAndBytes {
            elements: RECORDS,
            bytes: body.len() as u64,
        });
        let mut out = Vec::new();
        group.bench_function(format!("encode_{name}"), |bencher| {
            bencher.iter(|| {
                out.clear();
                encode_body("default", "", Source::Http, black_box(&records), &mut out);
                out.len()
            });
        });
        group.bench_function(format!("decode_{name}"), |bencher| {
            bencher.iter(|| decode_body(Position::default(), AT, black_box(&body)));
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = envelopes
}
criterion_main!(benches);
