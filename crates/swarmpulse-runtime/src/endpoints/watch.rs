//! One endpoint: when it is due, what it answered, and whether that was taken.

use std::time::Duration;

use swarmpulse_model::{Record, Source, Text, Timestamp};
use swarmpulse_probe::http::HttpProbe;

use super::{Endpoint, report};
use crate::batch::Batch;
use crate::clock::Stopwatch;
use crate::counters::Counter;
use crate::handle::Handle;
use crate::scraping::Schedule;

pub(super) struct Watch {
    handle: Handle,
    endpoint: Endpoint,
    probe: HttpProbe,
    schedule: Schedule,
    due: Timestamp,
    /// The fleet knows what it is.
    declared: bool,
    failing: bool,
}

impl Watch {
    pub fn new(handle: Handle, endpoint: Endpoint, probe: HttpProbe) -> Self {
        let key = format!("{} {}", endpoint.namespace, endpoint.name);
        Self {
            handle,
            schedule: Schedule::new(endpoint.interval_s, &key),
            endpoint,
            probe,
            due: Timestamp::default(),
            declared: false,
            failing: false,
        }
    }

    /// How long it is until the next moment; those that were missed are counted.
    pub fn until_next(&mut self) -> Duration {
        let now = self.handle.now();
        let missed = self.due.0 > 0 && self.schedule.after(self.due).since(now) < 0;
        if missed {
            self.handle.counters().drop_for("endpoint_moment_missed", 1);
        }
        self.due = self.schedule.after(now);
        Duration::from_nanos(self.due.since(now).unsigned_abs())
    }

    /// Looks, and says what came of it.
    pub async fn look(&mut self) -> Record {
        self.handle.counters().add(Counter::ProbeLooksTotal, 1);
        let watch = Stopwatch::start();
        let answer = self.probe.look(&self.endpoint.check).await;
        let latency_ms = watch.seconds() * 1000.0;
        let name = self.endpoint.name.as_str();
        match (&answer.failure, self.failing) {
            (Some(failure), false) => tracing::warn!(endpoint = name, %failure, "an endpoint fails"),
            (None, true) => tracing::info!(endpoint = name, "an endpoint answers as it should again"),
            _ => {}
        }
        self.failing = answer.failure.is_some();
        report::call(&self.endpoint, &answer, latency_ms)
    }

    /// Sends it in, after what the endpoint is where that is not known yet.
    pub async fn submit(&mut self, call: Record) {
        let mut records = Vec::with_capacity(2);
        if !self.declared {
            records.push(report::service(&self.endpoint));
        }
        records.push(call);
        let batch = Batch {
            namespace: self.endpoint.namespace.clone(),
            principal: Text::default(),
            source: Source::Probe,
            records,
        };
        match self.handle.submit(batch).await {
            Ok(_) => self.declared = true,
            Err(error) => {
                self.handle.counters().add(Counter::ProbeReportsLostTotal, 1);
                tracing::debug!(%error, "what a probe saw is lost; the next look will see it");
            }
        }
    }
}
