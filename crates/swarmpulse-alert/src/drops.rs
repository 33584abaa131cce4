//! What the desk did not take, by reason.

use serde::{Deserialize, Serialize};

/// What did not fit or made no sense. Every drop is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it; `named` lists them for metrics")]
pub struct Drops {
    pub alerts: u64,
    pub groups: u64,
    pub silences: u64,
    pub told: u64,
    pub bad_silences: u64,
    pub foreign_silences: u64,
    pub late_silences: u64,
    pub acknowledgements: u64,
    pub late_words: u64,
    #[serde(default)]
    pub external: u64,
    #[serde(default)]
    pub returned: u64,
    #[serde(default)]
    pub disk_low: u64,
}

impl Drops {
    /// Each count with its reason.
    #[must_use]
    pub fn named(&self) -> [(&'static str, u64); 12] {
        [
            ("alerts_limit", self.alerts),
            ("groups_limit", self.groups),
            ("silences_limit", self.silences),
            ("told_limit", self.told),
            ("silence_that_cannot_be_read", self.bad_silences),
            ("silence_of_another_namespace", self.foreign_silences),
            ("late_word_on_a_silence", self.late_silences),
            ("acknowledgement_of_no_alert", self.acknowledgements),
            ("late_word_on_an_alert", self.late_words),
            ("alerts_of_others_limit", self.external),
            ("own_alert_that_came_back", self.returned),
            ("alert_of_others_while_the_disk_is_full", self.disk_low),
        ]
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            alerts: self.alerts + other.alerts,
            groups: self.groups + other.groups,
            silences: self.silences + other.silences,
            told: self.told + other.told,
            bad_silences: self.bad_silences + other.bad_silences,
            foreign_silences: self.foreign_silences + other.foreign_silences,
            late_silences: self.late_silences + other.late_silences,
            acknowledgements: self.acknowledgements + other.acknowledgements,
            late_words: self.late_words + other.late_words,
            external: self.external + other.external,
            returned: self.returned + other.returned,
            disk_low: self.disk_low + other.disk_low,
        }
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.named().iter().map(|(_, count)| count).sum()
    }
}
