//! Any text, wherever a notification may hold one: what is sent keeps to what the services document.

use proptest::prelude::*;
use swarmpulse_model::Severity;
use swarmpulse_model::alert::{Notification, NotifyReason, Symptom};
use swarmpulse_model::series::Label;

use crate::case::CASES;
use crate::examples;
use crate::server::Server;

/// Some alerts that hold this text wherever they may.
fn of_text(text: &str) -> Notification {
    let label = |name: &str, value: &str| Label {
        name: name.into(),
        value: value.into(),
    };
    let alerts = (0..12).map(|number| {
        let mut odd = examples::alert(&format!("{text}{number}"), text, Severity::Critical, 60.0);
        odd.reason = text.into();
        odd.labels[2].value = text.into();
        odd.annotations = vec![label("runbook_url", &format!("https://{text}"))];
        let symptom = Symptom {
            alert: text.into(),
            name: text.into(),
            subject: text.into(),
            since: examples::NOW,
        };
        let mut told = examples::told(odd);
        told.symptoms = vec![symptom; 15];
        told.symptoms_total = 20;
        told
    });
    let mut group = examples::of(NotifyReason::Fired, alerts.collect());
    group.group_key = text.into();
    group.receiver = text.into();
    group.group_labels = vec![label("agent", text)];
    group
}

/// Texts of all sorts and lengths, with what services give a meaning to.
fn odd_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("<!channel> <@U1> @everyone ".to_owned()),
        Just("*_~`|[]()#>+-&\\\"'".to_owned()),
        Just("\r\n\t\0\u{202e}".to_owned()),
        Just("🦀日本ä".to_owned()),
        "\\PC{0,40}",
        "[a-z_ ]{0,300}",
    ];
    let parts = proptest::collection::vec(part, 0..12);
    parts.prop_map(|parts| parts.concat())
}

#[test]
fn any_text_is_sent_as_the_service_documents_it() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let tries: Vec<_> = CASES
        .iter()
        .map(|case| {
            let server = runtime.block_on(Server::start((case.ok)()));
            let channel = case.channel("http", server.port);
            (case, server, channel)
        })
        .collect();
    let config = ProptestConfig {
        cases: 16,
        max_shrink_iters: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(text in odd_text())| {
        let notification = of_text(&text);
        for (case, server, channel) in &tries {
            let outcome = runtime.block_on(channel.send(examples::message(&notification)));
            prop_assert_eq!(outcome, Ok(()), "{}", case.name);
            (case.check)(&server.take());
        }
    });
}
