//! Figures of the samples that came in, by protocol.

use super::exposition::Exposition;
use crate::app::App;

pub(super) fn write(app: &App, out: &mut Exposition) {
    for figures in app.runtime().intake().figures() {
        let protocol = ("protocol", figures.protocol);
        for (name, value) in [
            ("swarmpulse_intake_requests_total", figures.requests as f64),
            ("swarmpulse_intake_samples_total", figures.samples as f64),
            ("swarmpulse_intake_bytes_total", figures.bytes as f64),
            ("swarmpulse_intake_decode_seconds_total", figures.decode_s),
        ] {
            out.add(name, &[protocol], value);
        }
        for (reason, count) in figures.rejected {
            let labels = [protocol, ("reason", reason)];
            out.add("swarmpulse_intake_rejected_total", &labels, count as f64);
        }
    }
}
