//! The table of detectors: what each looks for, how, and where the method comes from.

/// A series that a detector publishes. Units and types as everywhere; labels are those of [`crate::Published`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesInfo {
    /// Its name, with the unit last.
    pub name: &'static str,
    /// `seconds`, `bytes`, `ratio`; empty for counts.
    pub unit: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// One sentence, in one line.
    pub help: &'static str,
}

/// A condition that a detector raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Its name, as alerts show it.
    pub name: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// A detector as it is told to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name.
    pub name: &'static str,
    /// What it looks for, in one line.
    pub summary: &'static str,
    /// How it judges and what it needs, in a paragraph.
    pub method: &'static str,
    /// The papers or methods that it rests on.
    pub sources: &'static [&'static str],
    /// Conditions that it raises.
    pub conditions: &'static [Condition],
    /// Series that it publishes, all gauges.
    pub series: &'static [SeriesInfo],
}

/// A row of the table.
#[derive(Clone, Copy)]
pub struct Explained {
    /// What it is.
    pub description: &'static Description,
    /// Makes one that knows nothing yet.
    pub new: fn() -> Box<dyn crate::Detector>,
}

/// Every detector. One file each, one line here.
pub const DETECTORS: &[Explained] = &[
    Explained {
        description: &crate::anomaly::DESCRIPTION,
        new: crate::anomaly::AnomalyWatch::boxed,
    },
    Explained {
        description: &crate::exhaustion::DESCRIPTION,
        new: crate::exhaustion::ExhaustionWatch::boxed,
    },
    Explained {
        description: &crate::gc::DESCRIPTION,
        new: crate::gc::GcWatch::boxed,
    },
    Explained {
        description: &crate::leak::DESCRIPTION,
        new: crate::leak::LeakWatch::boxed,
    },
    Explained {
        description: &crate::service::SERVICES,
        new: || Box::new(crate::service::ServiceBook::new()),
    },
    Explained {
        description: &crate::queue::DESCRIPTION,
        new: || Box::new(crate::queue::QueueWatch::new()),
    },
    Explained {
        description: &crate::failure::DESCRIPTION,
        new: || Box::new(crate::failure::FailureWatch::new()),
    },
    Explained {
        description: &crate::cascade::DESCRIPTION,
        new: crate::cascade::CascadeWatch::boxed,
    },
];

/// Every series that detectors publish, in the order of the table.
pub fn series() -> impl Iterator<Item = &'static SeriesInfo> {
    DETECTORS
        .iter()
        .flat_map(|detector| detector.description.series.iter())
}
