//! Bodies as real agents send them.

use std::fmt::Write as _;

/// An NDJSON body with one heartbeat each of agents `first` to `first + count`.
pub fn heartbeats(first: usize, count: usize, interval_s: f64, sequence: u64) -> Vec<u8> {
    let mut body = String::with_capacity(count * 160);
    for agent in first..first + count {
        let host = agent / 100;
        let _ = writeln!(
            body,
            "{{\"agent\":\"agent-{agent:06}\",\"kind\":\"bot\",\"host\":\"host-{host:04}\",\"status\":\"idle\",\
             \"interval_s\":{interval_s},\"sequence\":{sequence},\"metrics\":{{\"queue\":{},\"tokens\":{}}}}}",
            agent % 17,
            agent * 31 % 5000,
        );
    }
    body.into_bytes()
}

/// An NDJSON body of tool events, each with its own id.
pub fn events(first: u64, count: u64) -> Vec<u8> {
    let mut body = String::with_capacity(usize::try_from(count).unwrap_or(0) * 200);
    for event in first..first + count {
        let agent = event % 1000;
        let _ = writeln!(
            body,
            "{{\"event\":\"load-{event}\",\"type\":\"agent.tool_use\",\"source\":\"agent\",\"agent\":\"agent-{agent:06}\",\
             \"task\":\"task-{}\",\"data\":{{\"tool\":\"read_file\",\"duration_ms\":{}}}}}",
            event % 300,
            event % 977,
        );
    }
    body.into_bytes()
}
