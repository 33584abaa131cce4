//! What a request came to.

use swarmpulse_model::Record;
use swarmpulse_model::record::Alias;
use swarmpulse_model::series::SampleBatch;

/// What a request came to: series, records, and what was not taken.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Samples to append.
    pub samples: SampleBatch,
    /// Records to journal; redacted.
    pub records: Vec<Record>,
    /// Names that mean one agent. To be journaled where the fleet knows both as two.
    pub joins: Vec<Alias>,
    /// What was refused and left out.
    pub refused: Refused,
}

/// What was refused and left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// Points, logs or spans refused.
    pub items: u64,
    /// The first reason, as a sentence.
    pub reason: Option<String>,
    /// Points that had been counted already.
    pub repeated: u64,
    /// Attributes left out for want of room.
    pub left_out: u64,
    /// Events and calls not kept, as their agent sends too many.
    pub sampled_out: u64,
}

impl Refused {
    /// Counts refused items; the first reason is kept.
    pub fn add(&mut self, items: u64, reason: impl FnOnce() -> String) {
        self.items += items;
        self.reason.get_or_insert_with(reason);
    }

    /// What is told to the sender; `None` if all was taken.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        let reason = self.reason.as_deref()?;
        let more = if self.items > 1 {
            format!("; {} refused in all", self.items)
        } else {
            String::new()
        };
        Some(format!("{reason}{more}"))
    }

    /// What was lost, by the name it is counted under.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("otlp_refused_items", self.items),
            ("otlp_attributes_left_out", self.left_out),
            ("otlp_records_sampled_out", self.sampled_out),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
    }
}
