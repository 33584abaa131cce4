//! Endpoints are probed on time, hang without holding up others, and stop when told.

use std::net::TcpListener;
use std::sync::Arc;

use swarmpulse_model::record::{Call, Service};
use swarmpulse_model::{Position, Record, Value};
use swarmpulse_probe::http::{EndpointAddress, HttpCheck};
use swarmpulse_runtime::{Endpoint, EndpointLimits, Handle, Options};
use swarmpulse_store::memory::MemoryMetrics;
use swarmpulse_wire::envelope;

use crate::target::{Answer, Target};
use crate::{start, wait_for};

fn endpoint(name: &str, address: &str) -> Endpoint {
    let address = EndpointAddress::parse(&format!("http://{address}/health?key=hidden")).unwrap();
    Endpoint {
        name: name.into(),
        namespace: "team".into(),
        check: HttpCheck {
            timeout_ms: 10_000,
            ..HttpCheck::new(address)
        },
        interval_s: 0.05,
        depends_on: vec!["db".into()],
        limits: EndpointLimits {
            latency_ms: Some(250.0),
            ..EndpointLimits::default()
        },
    }
}

/// What the journal holds of a service.
fn journaled(handle: &Handle, name: &str) -> (Vec<Service>, Vec<Call>) {
    let (mut services, mut calls) = (Vec::new(), Vec::new());
    for entry in handle.journal().read_from(0).unwrap() {
        let entry = entry.unwrap();
        let position = Position {
            partition: 0,
            offset: entry.offset,
        };
        let envelope = envelope::decode_body(position, entry.received_at, &entry.body).unwrap();
        for record in envelope.records {
            match record {
                Record::Service(service) if service.service == name => {
                    assert_eq!(envelope.namespace, "team");
                    services.push(*service);
                }
                Record::Call(call) if call.service == name => calls.push(*call),
                _ => {}
            }
        }
    }
    (services, calls)
}

#[test]
fn what_endpoints_answer_becomes_calls_of_a_declared_service() {
    let target = Target::start(|n| match n {
        0 => Answer::text("fine"),
        1 => Answer::status("503 Service Unavailable"),
        _ => Answer::cut_off(),
    });
    // It takes connections, as the kernel does for it, and never answers.
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let options = Options {
        endpoints: vec![
            endpoint("hangs", &hanging.local_addr().unwrap().to_string()),
            endpoint("api", &target.address),
        ],
        ..Options::default()
    };
    let runtime = start(&Arc::new(MemoryMetrics::default()), options);
    let handle = runtime.handle();
    wait_for("three looks", || journaled(&handle, "api").1.len() >= 3);
    let (services, calls) = journaled(&handle, "api");
    assert_eq!(services.len(), 1, "declared once");
    let service = &services[0];
    assert_eq!(
        (service.kind.as_deref(), service.depends_on.len()),
        (Some("http"), 1)
    );
    assert!(
        service.url.as_deref().is_some_and(|url| url.ends_with("/health")),
        "{service:?}"
    );
    assert_eq!(
        service.attributes.get("latency_limit_ms"),
        Some(&Value::Number(250.0))
    );
    let told: Vec<_> = calls[..3]
        .iter()
        .map(|call| (call.status_code, call.error.is_some()))
        .collect();
    assert_eq!(told, [(Some(200), false), (Some(503), true), (Some(200), true)]);
    assert!(
        calls
            .iter()
            .all(|call| call.operation.as_deref() == Some("probe"))
    );
    assert!(
        calls
            .iter()
            .all(|call| call.latency_ms.is_some_and(|ms| ms > 0.0))
    );
    assert!(
        journaled(&handle, "hangs").1.is_empty(),
        "it hangs still, and held nobody up"
    );
    // The look that hangs is given up.
    runtime.stop();
}
