//! Bodies of Prometheus remote write 1.0: protobuf, compressed with snappy.

use super::agent::{Agent, METRICS};

/// The headers that remote write 1.0 asks for.
pub const HEADERS: [(&str, &str); 3] = [
    ("content-type", "application/x-protobuf"),
    ("content-encoding", "snappy"),
    ("x-prometheus-remote-write-version", "0.1.0"),
];

/// The labels of each series of an agent, as fields of a `TimeSeries` message.
pub fn label_fields(agent: &Agent) -> Vec<Vec<u8>> {
    let labels = agent.labels();
    METRICS
        .iter()
        .map(|metric| {
            let mut bytes = Vec::with_capacity(128);
            push_label(&mut bytes, "__name__", metric);
            for (name, value) in &labels {
                push_label(&mut bytes, name, value);
            }
            bytes
        })
        .collect()
}

/// One request being written.
pub struct Body {
    message: Vec<u8>,
    series: Vec<u8>,
    sample: Vec<u8>,
    snappy: snap::raw::Encoder,
    samples: u32,
}

impl Body {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            message: Vec::new(),
            series: Vec::new(),
            sample: Vec::new(),
            snappy: snap::raw::Encoder::new(),
            samples: 0,
        }
    }

    /// Adds one series.
    pub fn push(&mut self, labels: &[u8], samples: impl Iterator<Item = (i64, f64)>) {
        self.series.clear();
        self.series.extend_from_slice(labels);
        for (at_ms, value) in samples {
            self.sample.clear();
            // As the encoders of real senders: zero is not written.
            if value.to_bits() != 0 {
                self.sample.push(0x09);
                self.sample.extend_from_slice(&value.to_le_bytes());
            }
            self.sample.push(0x10);
            push_varint(&mut self.sample, at_ms as u64);
            push_field(&mut self.series, 0x12, &self.sample);
            self.samples += 1;
        }
        push_field(&mut self.message, 0x0A, &self.series);
    }

    /// The compressed request and how many samples it holds; begins anew.
    pub fn finish(&mut self) -> anyhow::Result<(u32, Vec<u8>)> {
        let body = self.snappy.compress_vec(&self.message)?;
        self.message.clear();
        Ok((std::mem::take(&mut self.samples), body))
    }
}

fn push_label(into: &mut Vec<u8>, name: &str, value: &str) {
    let mut label = Vec::with_capacity(name.len() + value.len() + 8);
    push_field(&mut label, 0x0A, name.as_bytes());
    push_field(&mut label, 0x12, value.as_bytes());
    push_field(into, 0x0A, &label);
}

fn push_field(into: &mut Vec<u8>, tag: u8, content: &[u8]) {
    into.push(tag);
    push_varint(into, content.len() as u64);
    into.extend_from_slice(content);
}

fn push_varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push((value as u8 & 0x7F) | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_what_the_specification_says() -> anyhow::Result<()> {
        let mut labels = Vec::new();
        push_label(&mut labels, "__name__", "up");
        let mut body = Body::new();
        body.push(&labels, [(1000, 1.0), (2000, 0.0)].into_iter());
        let (samples, compressed) = body.finish()?;
        assert_eq!(samples, 2);
        let message = snap::raw::Decoder::new().decompress_vec(&compressed)?;
        let mut wanted = vec![0x0A, 36, 0x0A, 14, 0x0A, 8];
        wanted.extend_from_slice(b"__name__\x12\x02up");
        wanted.extend_from_slice(&[0x12, 12, 0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x10, 0xE8, 7]);
        wanted.extend_from_slice(&[0x12, 3, 0x10, 0xD0, 15]);
        wanted[1] = (wanted.len() - 2) as u8;
        assert_eq!(message, wanted);
        assert_eq!(body.finish()?.0, 0, "it begins anew");
        Ok(())
    }
}
