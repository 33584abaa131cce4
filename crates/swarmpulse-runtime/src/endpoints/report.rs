//! What a look at an endpoint becomes: a declaration of the service, and calls of it.

use swarmpulse_model::record::{Call, Service};
use swarmpulse_model::{Attributes, Record, Text, Value};
use swarmpulse_probe::http::HttpAnswer;

use super::Endpoint;

/// The operation of calls that probes make.
const PROBE: Text = Text::const_new("probe");

/// The service that an endpoint is, with what it is held to.
pub(super) fn service(endpoint: &Endpoint) -> Record {
    let limits = &endpoint.limits;
    let attributes = [
        ("latency_limit_ms", limits.latency_ms),
        ("error_ratio_limit", limits.error_ratio),
        ("tls_expiry_days", limits.tls_expiry_days),
    ];
    let attributes = attributes
        .into_iter()
        .filter_map(|(name, limit)| Some((Text::const_new(name), Value::Number(limit?))));
    Record::Service(Box::new(Service {
        service: endpoint.name.clone(),
        url: Some(endpoint.check.address.shown().into()),
        kind: Some(Text::const_new("http")),
        depends_on: endpoint.depends_on.clone(),
        attributes: Attributes(attributes.collect()),
    }))
}

/// The call that a look was. A status that is as it should be is no failure, whatever it is: then it is told as an
/// attribute.
pub(super) fn call(endpoint: &Endpoint, answer: &HttpAnswer, latency_ms: f64) -> Record {
    let mut attributes = vec![(
        Text::const_new("url"),
        Value::Text(endpoint.check.address.shown().into()),
    )];
    let is_fine = answer.failure.is_none();
    let shows_failure = answer.status_code.is_some_and(|code| code >= 400);
    if let Some(code) = answer.status_code.filter(|_| is_fine && shows_failure) {
        attributes.push((
            Text::const_new("expected_status"),
            Value::Integer(i64::from(code)),
        ));
    }
    if let Some(failure) = &answer.failure {
        let kind = Value::Text(Text::const_new(failure.kind.as_str()));
        attributes.push((Text::const_new("error_kind"), kind));
    }
    if let Some(expires_s) = answer.tls_expires_at_s {
        attributes.push((Text::const_new("tls_expires_at"), Value::Integer(expires_s)));
    }
    Record::Call(Box::new(Call {
        service: endpoint.name.clone(),
        operation: Some(PROBE),
        status_code: answer.status_code.filter(|_| !(is_fine && shows_failure)),
        latency_ms: Some(latency_ms),
        error: answer.failure.as_ref().map(|failure| failure.to_string().into()),
        attributes: Attributes(attributes),
        ..Call::default()
    }))
}

#[cfg(test)]
mod tests {
    use swarmpulse_probe::http::{EndpointAddress, FailureKind, HttpCheck, HttpFailure};

    use super::*;
    use crate::endpoints::EndpointLimits;

    fn endpoint() -> Endpoint {
        let address = EndpointAddress::parse("https://api.example/health?key=hidden").unwrap();
        Endpoint {
            name: "payments".into(),
            namespace: "default".into(),
            check: HttpCheck::new(address),
            interval_s: 15.0,
            depends_on: vec!["db".into()],
            limits: EndpointLimits {
                latency_ms: Some(500.0),
                ..EndpointLimits::default()
            },
        }
    }

    #[test]
    fn a_failure_has_its_kind_and_no_secret() {
        let answer = HttpAnswer {
            status_code: Some(503),
            tls_expires_at_s: Some(2_000_000_000),
            failure: Some(HttpFailure {
                kind: FailureKind::Status,
                detail: "503 was not expected".to_owned(),
            }),
            ..HttpAnswer::default()
        };
        let Record::Call(call) = call(&endpoint(), &answer, 12.5) else {
            panic!("a call")
        };
        assert_eq!((call.status_code, call.latency_ms), (Some(503), Some(12.5)));
        assert_eq!(call.error.as_deref(), Some("status: 503 was not expected"));
        let text = |text: &str| Some(Value::Text(text.into()));
        assert_eq!(call.attributes.get("error_kind").cloned(), text("status"));
        assert_eq!(
            call.attributes.get("url").cloned(),
            text("https://api.example/health")
        );
        assert_eq!(
            call.attributes.get("tls_expires_at"),
            Some(&Value::Integer(2_000_000_000))
        );
        let Record::Service(service) = service(&endpoint()) else {
            panic!("a service")
        };
        assert_eq!(
            service.attributes.get("latency_limit_ms"),
            Some(&Value::Number(500.0))
        );
        assert_eq!(service.attributes.get("error_ratio_limit"), None);
        assert!(!format!("{service:?}{call:?}").contains("hidden"));
    }

    #[test]
    fn a_status_that_was_expected_is_no_failure() {
        let answer = HttpAnswer {
            status_code: Some(401),
            ..HttpAnswer::default()
        };
        let Record::Call(call) = call(&endpoint(), &answer, 1.0) else {
            panic!("a call")
        };
        assert_eq!((call.status_code, call.error), (None, None));
        assert_eq!(call.attributes.get("expected_status"), Some(&Value::Integer(401)));
    }
}
