//! What is wrong, what is about to be, and how sure that is: statistics over samples and records, one file a detector.
//!
//! Nothing here reads a clock, a file or the environment. A [`Detector`] is given samples and records with the time of
//! their receipt and says in a [`Report`] what it holds to be true at a time: findings with figures, confidence and a
//! sentence a person understands, or that it has not enough data. It never guesses. [`DETECTORS`] lists all of them.

mod anomaly;
mod cascade;
mod catalogue;
mod detector;
mod exhaustion;
mod failure;
mod finding;
mod gc;
mod leak;
mod queue;
mod report;
mod service;
mod signal;
mod statistics;
mod wording;

pub use anomaly::Scorer as AnomalyScorer;
pub use cascade::{
    AGENTS_MAX as CASCADE_AGENTS_MAX, Affected as CascadeAffected, Assessment as CascadeAssessment,
    CascadeEngine, Cut as CascadeCut, Dropped as CascadeDropped, Origin as CascadeOrigin,
    Risk as CascadeRisk, SERVICES_MAX as CASCADE_SERVICES_MAX, TYPES_MAX as CASCADE_TYPES_MAX,
    Threatened as CascadeThreatened,
};
pub use catalogue::{Condition, DETECTORS, Description, Explained, SeriesInfo, series};
pub use detector::{Detector, Graph, Hour, Subject, SubjectId, Subjects, Surroundings};
pub use failure::{
    ErrorClass, FailureDirection, FailureFigures, FailureGroup, FailureHour, FailurePattern, FailureRates,
    FailureTally, FailureTrend, FailureWatch, FailuresTogether, RecentFailure,
};
pub use finding::{Chart, Figure, Finding, Line, Mark, Unit};
pub use leak::{LeakState, LeakTracker, LeakVerdict};
pub use queue::{
    Bottleneck, BottleneckKind, DelayCause, KnownDuration, NamespaceStatus, QueueBook, QueueFigures,
    QueueStatus, QueueWatch, StuckTasks, TaskOutcomes, TaskSpread, ThroughputDirection, ThroughputTrend,
    TypeStatus, WaitingClassFigures,
};
pub use report::{Field, Log, LogLine, Published, Report, Waiting};
pub use service::{
    CallerFigures, LatencyPoint, OperationFigures, SERVICES, ServiceBook, ServiceFigures, ServiceStatus,
};
pub use signal::{Reading, Signal, metric_names, read as read_series};
