//! What packets say, summed up until the next flush.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use swarmpulse_model::series::{
    BatchSeries, LabelBytes, METRIC_NAME, MetricMetadata, MetricType, Sample, SampleBatch, stale_marker,
};

use super::histogram::Histogram;
use super::line::{self, Kind, Line, Read};
use super::name;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatsdLimits {
    /// Metrics with different tags; further ones are refused.
    pub metrics: usize,
    /// Tags of one line; a line with more is refused.
    pub tags: usize,
    /// Different members of one set between flushes; further ones are not told apart.
    pub set_members: usize,
    /// A metric without a word for so many flushes is forgotten, and its series marked as gone.
    pub idle_flushes: u32,
}

impl Default for StatsdLimits {
    fn default() -> Self {
        Self {
            metrics: 10_000,
            tags: 32,
            set_members: 10_000,
            idle_flushes: 360,
        }
    }
}

/// What was counted since it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatsdCounts {
    /// Lines taken.
    pub lines: u64,
    /// Lines refused, by reason.
    pub refused: BTreeMap<&'static str, u64>,
}

#[derive(Debug)]
enum Value {
    Counter(f64),
    Gauge(f64),
    Histogram(Box<Histogram>),
    Set(HashSet<u64>),
}

#[derive(Debug)]
struct Metric {
    name: String,
    labels: Vec<(String, String)>,
    value: Value,
    /// Flushes without a word.
    idle: u32,
}

/// What packets say, summed up until the next flush.
#[derive(Debug, Default)]
pub struct Aggregator {
    limits: StatsdLimits,
    metrics: HashMap<Key, Metric>,
    /// Names and labels as they are written, so that no two metrics write the same series.
    written: HashSet<String>,
    counts: StatsdCounts,
}

/// Kind, name and sorted tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key(Kind, Box<str>, Box<str>);

impl Aggregator {
    /// Nothing heard yet.
    #[must_use]
    pub fn new(limits: StatsdLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Takes a packet: one line or several.
    pub fn packet(&mut self, bytes: &[u8]) {
        for line in bytes.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let taken = std::str::from_utf8(line)
                .map_err(|_| "not_utf8")
                .and_then(|text| self.line(text));
            match taken {
                Ok(()) => self.counts.lines += 1,
                Err(reason) => *self.counts.refused.entry(reason).or_default() += 1,
            }
        }
    }

    fn line(&mut self, text: &str) -> Result<(), &'static str> {
        let Read::Metric(line) = line::read(text)? else {
            return Err("no_metric");
        };
        if line.kind != Kind::Set {
            // The whole line or nothing of it.
            for value in line.values.split(':') {
                let value = number(value)?;
                if line.kind == Kind::Counter && value < 0.0 {
                    return Err("counter_goes_down");
                }
            }
        }
        let members = self.limits.set_members;
        let metric = self.metric(&line)?;
        metric.idle = 0;
        if line.kind == Kind::Set {
            if let Value::Set(set) = &mut metric.value
                && set.len() < members
            {
                let mut hasher = DefaultHasher::new();
                line.values.hash(&mut hasher);
                set.insert(hasher.finish());
            }
            return Ok(());
        }
        for text in line.values.split(':') {
            let value = number(text)?;
            match &mut metric.value {
                Value::Counter(sum) => *sum += value * line.weight,
                Value::Gauge(level) if text.starts_with(['+', '-']) => *level += value,
                Value::Gauge(level) => *level = value,
                Value::Histogram(histogram) if line.kind == Kind::Timing => {
                    histogram.observe(value / 1000.0, line.weight);
                }
                Value::Histogram(histogram) => histogram.observe(value, line.weight),
                Value::Set(_) => {}
            }
        }
        Ok(())
    }

    fn metric(&mut self, line: &Line<'_>) -> Result<&mut Metric, &'static str> {
        let tags = line.tags.split(',').filter(|tag| !tag.is_empty());
        let mut tags: Vec<&str> = tags.collect();
        if tags.len() > self.limits.tags {
            return Err("too_many_tags");
        }
        tags.sort_unstable();
        let key = Key(line.kind, line.name.into(), tags.join(",").into());
        match self.metrics.entry(key) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let metric = Metric::new(line, &tags);
                if self.written.len() >= self.limits.metrics {
                    return Err("metrics_limit");
                }
                if !self.written.insert(metric.identity()) {
                    return Err("name_of_another_metric");
                }
                Ok(place.insert(metric))
            }
        }
    }

    /// Replaces what is in the batch by all metrics as they are at that time; sets begin anew.
    pub fn flush(&mut self, at_ms: i64, into: &mut SampleBatch) {
        into.clear();
        let idle_flushes = self.limits.idle_flushes;
        let written = &mut self.written;
        self.metrics.retain(|_, metric| {
            let is_gone = metric.idle >= idle_flushes;
            metric.write(at_ms, is_gone, into);
            metric.idle += 1;
            if is_gone {
                written.remove(&metric.identity());
            }
            !is_gone
        });
        describe_once(into);
    }

    /// Replaces what is in the batch by markers for all series: nobody listens any more.
    pub fn end(&mut self, at_ms: i64, into: &mut SampleBatch) {
        into.clear();
        for (_, metric) in self.metrics.drain() {
            metric.write_out(at_ms, true, into);
        }
        self.written.clear();
        describe_once(into);
    }

    /// Metrics kept now.
    #[must_use]
    pub fn metrics(&self) -> usize {
        self.metrics.len()
    }

    /// What was counted since this was last asked.
    pub fn take_counts(&mut self) -> StatsdCounts {
        std::mem::take(&mut self.counts)
    }
}

/// Metrics with many tags are described once.
fn describe_once(batch: &mut SampleBatch) {
    batch.metadata.sort_by(|one, other| one.metric.cmp(&other.metric));
    batch.metadata.dedup_by(|one, other| one.metric == other.metric);
}

fn number(text: &str) -> Result<f64, &'static str> {
    text.parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .ok_or("bad_value")
}

impl Metric {
    fn new(line: &Line<'_>, tags: &[&str]) -> Self {
        let mut labels: Vec<(String, String)> = Vec::with_capacity(tags.len());
        for tag in tags {
            // A tag without a value is a flag.
            let (tag, value) = tag.split_once(':').unwrap_or((tag, "true"));
            let label = name::label(tag);
            // The first of two tags of one name is kept.
            if !label.is_empty() && !labels.iter().any(|(other, _)| *other == label) && label != "le" {
                labels.push((label, value.to_owned()));
            }
        }
        let suffix = if line.kind == Kind::Timing { "_seconds" } else { "" };
        Self {
            name: name::metric(line.name, suffix),
            labels,
            value: match line.kind {
                Kind::Counter => Value::Counter(0.0),
                Kind::Gauge => Value::Gauge(0.0),
                Kind::Timing | Kind::Histogram => Value::Histogram(Box::default()),
                Kind::Set => Value::Set(HashSet::new()),
            },
            idle: 0,
        }
    }

    /// Name and labels in one text.
    fn identity(&self) -> String {
        let mut labels: Vec<_> = self.labels.iter().collect();
        labels.sort();
        format!("{} {labels:?}", self.name)
    }

    fn write(&mut self, at_ms: i64, is_gone: bool, into: &mut SampleBatch) {
        self.write_out(at_ms, is_gone, into);
        if let Value::Set(set) = &mut self.value {
            set.clear();
        }
    }

    fn write_out(&self, at_ms: i64, is_gone: bool, into: &mut SampleBatch) {
        let mut push = |suffix: &str, bound: Option<f64>, value: f64| {
            let start = into.bytes.len();
            let name = format!("{}{suffix}", self.name);
            LabelBytes::push(&mut into.bytes, METRIC_NAME, &name);
            for (label, value) in &self.labels {
                LabelBytes::push(&mut into.bytes, label, value);
            }
            if let Some(bound) = bound {
                let bound = if bound.is_infinite() {
                    "+Inf".to_owned()
                } else {
                    bound.to_string()
                };
                LabelBytes::push(&mut into.bytes, "le", &bound);
            }
            into.series.push(BatchSeries {
                labels_start: start as u32,
                labels_length: (into.bytes.len() - start) as u32,
                first_sample: into.samples.len() as u32,
                samples: 1,
            });
            let value = if is_gone { stale_marker() } else { value };
            into.samples.push(Sample { at_ms, value });
        };
        let kind = match &self.value {
            Value::Counter(sum) => {
                push("", None, *sum);
                MetricType::Counter
            }
            Value::Gauge(level) => {
                push("", None, *level);
                MetricType::Gauge
            }
            Value::Set(set) => {
                push("", None, set.len() as f64);
                MetricType::Gauge
            }
            Value::Histogram(histogram) => {
                for (bound, count) in histogram.cumulative() {
                    push("_bucket", Some(bound), count);
                }
                push("_sum", None, histogram.sum);
                push("_count", None, histogram.count);
                MetricType::Histogram
            }
        };
        into.metadata.push(MetricMetadata {
            metric: self.name.as_str().into(),
            kind,
            ..MetricMetadata::default()
        });
    }
}
