//! Counts of what was refused and redacted, by reason.

/// Why an item was refused, or what was done to one that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Reason {
    /// A line that is no JSON.
    Syntax,
    /// Bytes that are no UTF-8.
    Encoding,
    /// A value of the wrong JSON type.
    Type,
    /// A field that every such record needs is not there.
    Missing,
    /// A text that may not name an entity.
    Id,
    /// A number outside its range.
    Range,
    /// A word that is none of those known, such as a task's status.
    Word,
    /// A text or number that is no point in time.
    Time,
    /// An id or name that is too long.
    LimitId,
    /// A text that is too long.
    LimitText,
    /// Too many attributes.
    LimitAttributes,
    /// An attribute's or metric's name that is too long.
    LimitAttributeKey,
    /// An attribute's value that is too long.
    LimitAttributeValue,
    /// Too many metrics.
    LimitMetrics,
    /// Arrays and objects too deep within each other.
    LimitNesting,
    /// An event's data that are too long.
    LimitEventData,
    /// A service that depends on too many.
    LimitDependsOn,
    /// A text that may hold a prompt or answer, replaced by its length. The item was not refused.
    RedactedPayload,
    /// A secret, replaced. The item was not refused.
    RedactedSecret,
}

impl Reason {
    /// Every reason with its name in metrics.
    pub const ALL: [(Self, &'static str); 19] = [
        (Self::Syntax, "rejected_syntax"),
        (Self::Encoding, "rejected_encoding"),
        (Self::Type, "rejected_type"),
        (Self::Missing, "rejected_missing"),
        (Self::Id, "rejected_id"),
        (Self::Range, "rejected_range"),
        (Self::Word, "rejected_word"),
        (Self::Time, "rejected_time"),
        (Self::LimitId, "rejected_limit_id"),
        (Self::LimitText, "rejected_limit_text"),
        (Self::LimitAttributes, "rejected_limit_attributes"),
        (Self::LimitAttributeKey, "rejected_limit_attribute_key"),
        (Self::LimitAttributeValue, "rejected_limit_attribute_value"),
        (Self::LimitMetrics, "rejected_limit_metrics"),
        (Self::LimitNesting, "rejected_limit_nesting"),
        (Self::LimitEventData, "rejected_limit_event_data"),
        (Self::LimitDependsOn, "rejected_limit_depends_on"),
        (Self::RedactedPayload, "redacted_payload"),
        (Self::RedactedSecret, "redacted_secret"),
    ];

    /// Its name in metrics: `rejected_...` or `redacted_...`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// One count for each [`Reason`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters([u64; Reason::ALL.len()]);

impl Counters {
    /// Counts one.
    pub fn count(&mut self, reason: Reason) {
        self.0[reason as usize] += 1;
    }

    /// How often that happened.
    #[must_use]
    pub fn get(&self, reason: Reason) -> u64 {
        self.0[reason as usize]
    }

    /// Adds what `other` counted.
    pub fn add(&mut self, other: &Self) {
        for (sum, count) in self.0.iter_mut().zip(other.0) {
            *sum += count;
        }
    }

    /// The name and count of every reason, those that never happened included.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        Reason::ALL
            .iter()
            .map(|(reason, name)| (*name, self.get(*reason)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_reasons() {
        for (place, (reason, name)) in Reason::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, place, "{name}");
            assert_eq!(reason.as_str(), *name);
        }
    }

    #[test]
    fn sums_keep_reasons_apart() {
        let mut sum = Counters::default();
        let mut one = Counters::default();
        one.count(Reason::Id);
        sum.add(&one);
        sum.add(&one);
        assert_eq!(sum.get(Reason::Id), 2);
        assert_eq!(sum.iter().map(|(_, count)| count).sum::<u64>(), 2);
    }
}
