//! Drives the fleet: journal, apply, outbox, probes, snapshots and shutdown.
//!
//! The write path has two owners, one thread each. The *sequencer* owns the journal: it gives batches their place and time, makes
//! a group durable with one fsync and hands it on. The *owner* owns the fleet: it applies the group, acknowledges it and hands
//! the effects to the historian (history and logs), the desk (alerts) and the live subscribers. Nothing here knows HTTP, SQL or
//! configuration files.

mod alerting;
mod batch;
mod catch_up;
pub mod clock;
mod counters;
mod detecting;
mod endpoints;
mod error;
mod handle;
mod heartbeat_metrics;
mod historian;
mod ingest_figures;
mod intake;
mod latency;
mod log_files;
mod maintainer;
mod metered;
mod notifying;
mod owner;
mod probing;
mod recovery;
mod replay;
mod retention;
mod ruling;
mod runtime;
mod scraping;
mod sequencer;
mod shadow;
mod snapshot;
mod statsd;
mod status;

pub use alerting::{AlertBoard, PostFigures, PostReceipt};
pub use batch::{Batch, Receipt};
pub use catch_up::Skipped;
pub use counters::{Counter, Counters};
pub use detecting::{DetectionOptions, Detections, Held};
pub use endpoints::{Endpoint, EndpointLimits};
pub use error::{NotifyTestError, StartError, SubmitError};
pub use handle::Handle;
pub use ingest_figures::{IngestFigures, SIZE_BOUNDS_BYTES};
pub use intake::{Intake, IntakeFigures, Protocol};
pub use latency::{LATENCY_BOUNDS_S, Latency};
pub use log_files::LogOptions;
pub use notifying::{
    ChannelFigures, ChannelTest, DeadLetter, DeadManOptions, LoadedChannel, LoadedReceiver, OutboxBoard,
    Pinger, Pinging,
};
pub use probing::{Discovery, ProbeOptions};
pub use recovery::RecoveryReport;
pub use replay::{ReplayError, ReplayReport, replay};
pub use retention::RetentionOptions;
pub use ruling::{
    GroupFigures, Load, LoadError, Loaded, QueryLimits, ReloadError, ReloadReport, RulesBoard, RulesOptions,
    StoreExpressions,
};
pub use runtime::{Options, Runtime, Stores};
pub use scraping::{ScrapeHealth, ScrapeTarget, ScrapeTargetStatus};
pub use shadow::{JournalChores, SpaceFloor};
pub use statsd::StatsdOptions;
pub use status::{Status, StorageFault};
