//! Figures of shipping our own log, by where it goes.

use swarmpulse_notify::ship::Destination;

use super::exposition::Exposition;

/// Zeros included: a rule that waits for the first drop needs a series before it.
pub(super) fn write(destinations: &[Destination], out: &mut Exposition) {
    for destination in destinations {
        let counts = destination.queue.counts();
        let to = ("destination", destination.name.as_str());
        for (series, count) in [
            ("swarmpulse_ship_taken_total", counts.taken),
            ("swarmpulse_ship_sent_total", counts.shipped),
            ("swarmpulse_ship_failed_total", counts.failures),
            ("swarmpulse_ship_retried_total", counts.retries),
            ("swarmpulse_ship_waiting", counts.waiting),
        ] {
            out.add(series, &[to], count as f64);
        }
        for (reason, count) in [
            ("full", counts.dropped_full),
            ("refused", counts.dropped_refused),
            ("stopped", counts.dropped_stopped),
        ] {
            let labels = [to, ("reason", reason)];
            out.add("swarmpulse_ship_dropped_total", &labels, count as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Timestamp;
    use swarmpulse_notify::ship::{LogLevel, LogLine, ShipQueue};

    use super::*;
    use crate::own::exposition::Format;

    #[test]
    fn each_destination_has_its_own_figures_and_zeros_are_told() {
        let destinations = ["sentry/0", "datadog/0"].map(|name| Destination {
            name: name.into(),
            queue: ShipQueue::new(LogLevel::Info, 2, 1 << 20),
        });
        for n in 0..5 {
            let line = LogLine::new(Timestamp(n), LogLevel::Warn, "t", "late");
            destinations[1].queue.push(line);
        }
        let mut out = Exposition::new();
        write(&destinations, &mut out);
        let text = out.render(Format::Prometheus);
        for line in [
            r#"swarmpulse_ship_taken_total{destination="sentry/0"} 0"#,
            r#"swarmpulse_ship_dropped_total{destination="sentry/0",reason="full"} 0"#,
            r#"swarmpulse_ship_taken_total{destination="datadog/0"} 5"#,
            r#"swarmpulse_ship_dropped_total{destination="datadog/0",reason="full"} 3"#,
            r#"swarmpulse_ship_waiting{destination="datadog/0"} 2"#,
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in\n{text}"
            );
        }
    }
}
