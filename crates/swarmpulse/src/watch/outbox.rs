//! Reports on their way to a server that may be away: bounded, in order, the end of a life never dropped for a beat.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use swarmpulse_client::{Backoff, Client, ClientError};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::report::Report;

/// So many reports wait at most; beyond it the oldest goes.
const WAITING_MAX: usize = 256;

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Report>,
    in_flight: bool,
    closing: bool,
    dropped: u64,
    trouble: Option<String>,
}

impl Queue {
    fn push(&mut self, report: Report) {
        if let (Report::Heartbeat { instance, .. }, Some(Report::Heartbeat { instance: last, .. })) =
            (&report, self.waiting.back())
            && instance == last
        {
            self.waiting.pop_back();
        }
        self.waiting.push_back(report);
        if self.waiting.len() > WAITING_MAX {
            let beat = self
                .waiting
                .iter()
                .position(|report| matches!(report, Report::Heartbeat { .. }));
            self.waiting.remove(beat.unwrap_or(0));
            self.dropped += 1;
        }
    }
}

/// How reports fare on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Reports that wait.
    pub waiting: u64,
    /// Reports that were given up.
    pub lost: u64,
}

/// Where reports are put.
#[derive(Clone)]
pub struct Outbox {
    queue: Arc<Mutex<Queue>>,
    changed: Arc<Notify>,
}

impl Outbox {
    /// Starts the task that sends.
    #[must_use]
    pub fn start(client: Client) -> (Self, JoinHandle<()>) {
        let outbox = Self {
            queue: Arc::default(),
            changed: Arc::default(),
        };
        let sender = tokio::spawn(outbox.clone().send_all(client));
        (outbox, sender)
    }

    /// How many reports wait, the one on its way included, and how many were lost so far.
    #[must_use]
    pub fn backlog(&self) -> Backlog {
        let queue = self.queue.lock();
        Backlog {
            waiting: queue.waiting.len() as u64 + u64::from(queue.in_flight),
            lost: queue.dropped,
        }
    }

    /// Puts a report into the queue; never waits.
    pub fn push(&self, report: Report) {
        self.queue.lock().push(report);
        self.changed.notify_one();
    }

    /// Sends what is left, for as long as `limit`. What could not be sent, as a sentence's end.
    pub async fn finish(self, sender: JoinHandle<()>, limit: Duration) -> Option<String> {
        self.queue.lock().closing = true;
        self.changed.notify_one();
        let abort = sender.abort_handle();
        if timeout(limit, sender).await.is_err() {
            abort.abort();
        }
        let queue = self.queue.lock();
        let left = queue.waiting.len() as u64 + u64::from(queue.in_flight) + queue.dropped;
        let trouble = queue
            .trouble
            .as_deref()
            .unwrap_or("the server did not answer in time");
        match left {
            0 => None,
            1 => Some(format!("1 report was not delivered: {trouble}")),
            left => Some(format!("{left} reports were not delivered: {trouble}")),
        }
    }

    async fn send_all(self, client: Client) {
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
        loop {
            let (report, closing) = {
                let mut queue = self.queue.lock();
                let report = queue.waiting.pop_front();
                queue.in_flight = report.is_some();
                (report, queue.closing)
            };
            let Some(report) = report else {
                if closing {
                    return;
                }
                self.changed.notified().await;
                continue;
            };
            match send(&client, &report).await {
                Ok(()) => {
                    backoff.succeeded();
                    let mut queue = self.queue.lock();
                    queue.in_flight = false;
                    queue.trouble = None;
                }
                Err(error) => self.after_failure(report, &error, &mut backoff).await,
            }
        }
    }

    async fn after_failure(&self, report: Report, error: &ClientError, backoff: &mut Backoff) {
        let delay = {
            let mut queue = self.queue.lock();
            queue.in_flight = false;
            queue.trouble = Some(error.to_string());
            if error.is_temporary() {
                queue.put_back(report);
            } else {
                queue.dropped += 1;
            }
            // At the end there is no time for patience, and the limit is the bound.
            if queue.closing {
                Duration::from_millis(100)
            } else {
                backoff.after_failure(error.retry_after())
            }
        };
        let closing = async {
            while !self.queue.lock().closing {
                self.changed.notified().await;
            }
        };
        if self.queue.lock().closing {
            sleep(delay).await;
        } else {
            let _ = timeout(delay, closing).await;
        }
    }
}

impl Queue {
    /// A report that could not be sent goes back to the front, unless a newer one says the same.
    fn put_back(&mut self, report: Report) {
        let superseded = match (&report, self.waiting.front()) {
            (Report::Heartbeat { instance, .. }, Some(Report::Heartbeat { instance: next, .. })) => {
                instance == next
            }
            _ => false,
        };
        if !superseded {
            self.waiting.push_front(report);
        }
    }
}

async fn send(client: &Client, report: &Report) -> Result<(), ClientError> {
    match report {
        Report::Heartbeat { body, .. } => client.send_heartbeats(&[body]).await.map(|_| ()),
        Report::Exit { body } => client.send_events(&[body]).await.map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn beat(instance: &str, sequence: u64) -> Report {
        Report::Heartbeat {
            instance: instance.to_owned(),
            body: json!(sequence),
        }
    }

    fn exit(sequence: u64) -> Report {
        Report::Exit {
            body: json!(sequence),
        }
    }

    #[test]
    fn a_newer_beat_takes_the_place_of_an_older_one_and_no_exit_is_lost_for_it() {
        let mut queue = Queue::default();
        for report in [beat("a", 1), beat("a", 2), exit(3), beat("b", 4), beat("b", 5)] {
            queue.push(report);
        }
        assert_eq!(queue.waiting, [beat("a", 2), exit(3), beat("b", 5)]);
        for sequence in 0..2 * WAITING_MAX as u64 {
            queue.push(exit(100 + sequence));
        }
        assert_eq!(queue.waiting.len(), WAITING_MAX);
        assert_eq!(
            queue.waiting.back(),
            Some(&exit(100 + 2 * WAITING_MAX as u64 - 1))
        );
        assert!(
            queue
                .waiting
                .iter()
                .all(|report| matches!(report, Report::Exit { .. }))
        );
        assert_eq!(queue.dropped, WAITING_MAX as u64 + 3);
    }

    #[test]
    fn what_could_not_be_sent_goes_back_unless_it_is_old() {
        let mut queue = Queue::default();
        queue.push(beat("a", 2));
        queue.put_back(beat("a", 1));
        assert_eq!(queue.waiting, [beat("a", 2)]);
        queue.put_back(exit(0));
        assert_eq!(queue.waiting, [exit(0), beat("a", 2)]);
    }
}
