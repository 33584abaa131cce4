//! Any text, wherever a notification may hold one: what is sent keeps to what the services document.

use proptest::prelude::*;

use crate::case::CASES;
use crate::examples;
use crate::server::Server;

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
        let notification = examples::of_text(&text);
        for (case, server, channel) in &tries {
            let outcome = runtime.block_on(channel.send(examples::message(&notification)));
            prop_assert_eq!(outcome, Ok(()), "{}", case.name);
            (case.check)(&server.take());
        }
    });
}
