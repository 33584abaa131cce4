//! That no secret is shown: in errors, in `Debug` output, in what is logged.

use std::io::Write;
use std::sync::{Arc, Mutex};

use swarmpulse_notify::channel;
use swarmpulse_notify::settings::ChannelSettings;
use tracing_subscriber::fmt::MakeWriter;

use crate::case::{CASES, Nothing, SECRET, read};
use crate::examples;
use crate::server::{Received, Reply, Server};

/// `me:SECRET` as `Authorization: Basic` says it.
const BASIC: &str = "bWU6S3g3c2VjcmV0UTl2S3g3c2VjcmV0UTl2S3g3c2VjcmU=";

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_server_that_quotes_all_it_was_sent_gives_nothing_away() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::trace!("the log is read");
    for case in CASES {
        // Longer than is read: the last of it is cut.
        let flood = SECRET.repeat(5_000);
        for reply in [
            Reply::Echo,
            Reply::of(500, SECRET),
            Reply::of(400, &flood),
            (case.ok)(),
        ] {
            let server = Server::start(reply).await;
            let channel = case.channel("http", server.port);
            let notification = examples::firing();
            if let Err(error) = channel.send(examples::message(&notification)).await {
                let shown = format!("{error} {error:?}");
                let given = shown.contains(&SECRET[..12]) || shown.contains(BASIC);
                assert!(!given, "{}: {shown}", case.name);
            }
            // It was there to be given away.
            let held = server.take().iter().any(holds_a_secret);
            assert!(held, "{}", case.name);
        }
        let settings = read(&case.file("http", 1), &Nothing);
        let shown = format!(
            "{settings:?} {settings:#?} {}",
            debugged(&settings[0].channels[0])
        );
        assert!(!shown.contains(SECRET), "{}: {shown}", case.name);
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log is read"));
    assert!(!log.contains(SECRET) && !log.contains(BASIC), "{log}");
}

/// What a channel shows of itself.
fn debugged(settings: &ChannelSettings) -> String {
    match settings {
        ChannelSettings::Slack(settings) => format!("{:?}", channel::Slack::new(settings)),
        ChannelSettings::Discord(settings) => format!("{:?}", channel::Discord::new(settings)),
        ChannelSettings::Pagerduty(settings) => format!("{:?}", channel::Pagerduty::new(settings)),
        ChannelSettings::Email(settings) => format!("{:?}", channel::Email::new(settings)),
        ChannelSettings::Webhook(settings) => format!("{:?}", channel::Webhook::new(settings)),
        ChannelSettings::Opsgenie(settings) => format!("{:?}", channel::Opsgenie::new(settings)),
        ChannelSettings::Teams(settings) => format!("{:?}", channel::Teams::new(settings)),
        ChannelSettings::Sentry(settings) => format!("{:?}", channel::Sentry::new(settings)),
        ChannelSettings::Datadog(settings) => format!("{:?}", channel::Datadog::new(settings)),
        ChannelSettings::NewRelic(settings) => format!("{:?}", channel::NewRelic::new(settings)),
        ChannelSettings::Command(settings) => format!("{:?}", channel::Command::new(settings)),
        ChannelSettings::Alertmanager(settings) => format!("{:?}", channel::Alertmanager::new(settings)),
    }
}

fn holds_a_secret(received: &Received) -> bool {
    let text = format!(
        "{} {:?} {}",
        received.path,
        received.headers,
        String::from_utf8_lossy(&received.body)
    );
    text.contains(SECRET) || text.contains(BASIC)
}

#[test]
fn settings_that_are_wrong_are_told_without_themselves() {
    for case in CASES {
        let file = case
            .file("http", 1)
            .replace("http://", "gopher://")
            .replace("app_token:", "app_tokens:");
        let shown = match swarmpulse_notify::settings::receivers(&file, &Nothing) {
            Err(errors) => format!("{errors:?}"),
            Ok(read) => match swarmpulse_notify::build(&read.receivers[0].channels[0]) {
                Err(error) => format!("{error} {error:?}"),
                Ok(_) => panic!("{} takes a gopher", case.name),
            },
        };
        assert!(!shown.contains(SECRET), "{}: {shown}", case.name);
    }
}
