//! Somebody tries a channel: one message, and its end where a person would have to close what it opened.

use std::time::Duration;

use swarmpulse_model::alert::{Notification, NotifyReason};
use swarmpulse_model::{AlertState, EffectId, Severity, Text, Timestamp};
use swarmpulse_notify::{Message, Remarks};

use super::lane::{Surroundings, attempt};
use super::receivers::LoadedChannel;
use super::unjournaled::{self, monitor_alert, of_one};

/// Services answer before they have opened anything: an end that came at once would close nothing.
const OPEN: Duration = Duration::from_secs(2);

/// How one channel answered when it was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelTest {
    /// The channel: `slack/0`.
    pub channel: Text,
    /// Its kind.
    pub kind: &'static str,
    /// Why it did not take the message, or not its end, without secrets; `None` if it did.
    pub error: Option<String>,
    /// What the message opened there was closed again.
    pub closed: bool,
    /// What the message said otherwise than the settings want: templates that failed.
    pub remark: Option<String>,
}

/// Tries a channel of a receiver.
pub(crate) async fn of(channel: &LoadedChannel, receiver: &Text, around: &Surroundings) -> ChannelTest {
    let remarks = Remarks::default();
    let tried = try_channel(channel, receiver, around, &remarks).await;
    let closed = tried == Ok(true);
    ChannelTest {
        channel: channel.name.clone(),
        kind: channel.notifier.kind(),
        error: tried.err(),
        closed,
        remark: remarks.told(),
    }
}

/// One message to a channel, and its end where that would stay open otherwise; whether it was.
async fn try_channel(
    channel: &LoadedChannel,
    receiver: &Text,
    around: &Surroundings,
    remarks: &Remarks,
) -> Result<bool, String> {
    let now = (around.now)();
    let id = unjournaled::id(now);
    let tried = notification(receiver, &channel.name, now);
    let message = Message {
        id,
        identity: &around.identity,
        notification: &tried,
        external_url: &around.external_url,
        now,
        remarks,
    };
    let sent = attempt(&*channel.notifier, message).await;
    sent.map_err(|error| error.to_string())?;
    if !channel.notifier.keeps_open() {
        return Ok(false);
    }
    tokio::time::sleep(OPEN).await;
    let now = (around.now)();
    let end = Message {
        id: EffectId { n: 1, ..id },
        notification: &end(&tried, now),
        now,
        ..message
    };
    let sent = attempt(&*channel.notifier, end).await;
    sent.map_err(|error| format!("it took the message and not its end, so close it there by hand: {error}"))?;
    Ok(true)
}

/// What is told to try a channel.
fn notification(receiver: &Text, channel: &Text, now: Timestamp) -> Notification {
    let reason = "this is a test: the channel works, and nothing is wrong";
    let alert = monitor_alert("swarmpulse_test", Severity::Info, reason, now);
    Notification {
        reason: NotifyReason::Test,
        ..of_one(alert, receiver, channel, now)
    }
}

/// That a channel was tried: the end of the same group.
fn end(tried: &Notification, now: Timestamp) -> Notification {
    let mut end = tried.clone();
    for told in &mut end.alerts {
        told.alert.state = AlertState::Resolved;
        told.alert.ended_at = Some(now);
    }
    (end.resolved, end.firing, end.at) = (end.firing, Vec::new(), now);
    end
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;
    use swarmpulse_notify::{Notifier, SendError, Sending};
    use tokio::sync::{Semaphore, mpsc, watch};

    use super::*;

    /// Takes so many messages and refuses the next.
    struct Fake {
        keeps_open: bool,
        takes: usize,
        told: Mutex<Vec<(EffectId, Notification)>>,
    }

    impl Notifier for Fake {
        fn kind(&self) -> &'static str {
            "fake"
        }

        fn send_resolved(&self) -> bool {
            false
        }

        fn keeps_open(&self) -> bool {
            self.keeps_open
        }

        fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
            let mut told = self.told.lock();
            told.push((message.id, message.notification.clone()));
            let taken = told.len() <= self.takes;
            let refused = SendError::Refused {
                detail: "answered 403".to_owned(),
            };
            Box::pin(async move { if taken { Ok(()) } else { Err(refused) } })
        }
    }

    async fn tried(keeps_open: bool, takes: usize) -> (ChannelTest, Vec<(EffectId, Notification)>) {
        let fake = Arc::new(Fake {
            keeps_open,
            takes,
            told: Mutex::default(),
        });
        let channel = LoadedChannel {
            name: "fake/0".into(),
            notifier: Arc::clone(&fake) as Arc<dyn Notifier>,
        };
        let began = tokio::time::Instant::now();
        let around = Surroundings {
            identity: Text::const_new("monitor"),
            now: Arc::new(move || Timestamp::from_unix_s(1e9).plus_s(began.elapsed().as_secs_f64())),
            deliveries: mpsc::channel(1).0,
            turns: Arc::new(Semaphore::new(1)),
            turns_of_failing: Arc::new(Semaphore::new(1)),
            external_url: "http://monitor".into(),
            stopped: watch::channel(false).1,
        };
        let result = of(&channel, &"team".into(), &around).await;
        let told = fake.told.lock().clone();
        (result, told)
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_test_opened_is_closed_though_ends_are_not_told_otherwise() {
        let (result, told) = tried(true, 2).await;
        assert_eq!((result.error, result.closed), (None, true));
        let [(first_id, first), (end_id, end)] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_ne!(first_id, end_id, "the end is no repeat");
        assert_eq!(first.group_key, end.group_key);
        assert_eq!(
            (first.reason, end.reason),
            (NotifyReason::Test, NotifyReason::Test)
        );
        assert_eq!(
            (first.state(), end.state()),
            (AlertState::Firing, AlertState::Resolved)
        );
        assert_eq!(first.firing, end.resolved);
        assert!(
            end.at.seconds_since(first.at) >= 2.0,
            "the service had time to open it"
        );
        assert_eq!(end.alerts[0].alert.ended_at, Some(end.at));
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_that_is_not_taken_is_said_with_the_way_out() {
        let (result, told) = tried(true, 1).await;
        assert_eq!((told.len(), result.closed), (2, false));
        assert_eq!(
            result.error.unwrap(),
            "it took the message and not its end, so close it there by hand: answered 403"
        );
        let (result, told) = tried(true, 0).await;
        assert_eq!((told.len(), result.error.as_deref()), (1, Some("answered 403")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_in_which_nothing_stays_open_is_told_once() {
        let (result, told) = tried(false, 9).await;
        assert_eq!((told.len(), result.error, result.closed), (1, None, false));
    }
}
