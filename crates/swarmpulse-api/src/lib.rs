//! DTOs of the HTTP API, error codes and the OpenAPI document.
//!
//! These are the shapes on the wire. They know the model only to be made from it (in the server); times are RFC 3339
//! in UTC with milliseconds, durations are seconds, ids are strings, cursors are opaque.

mod agent;
mod alert;
mod backtest;
mod entity;
mod event;
mod finding;
mod graph;
mod ingest;
mod notification;
mod observability;
mod page;
mod problem;
mod record;
mod rule;
mod silence;
mod slo;
mod stream;
mod summary;
mod token;

pub use agent::{Agent, AgentHealth, AgentHealthReport, Evidence, Process, TimelineEntry};
pub use alert::{
    Alert, AlertAcknowledgement, AlertDetail, AlertSymptom, AlertTransition, Alerts, NewAcknowledgement,
};
pub use backtest::{
    Backtest, BacktestFile, BacktestFiring, BacktestMessage, BacktestReceiver, BacktestSummary, FiringTimes,
    NewBacktest,
};
pub use entity::{Sandbox, Service, Task};
pub use event::HistoryEvent;
pub use finding::{
    ChartLine, ChartMark, ChartPoint, Detector, DetectorCondition, DetectorSeries, Finding, FindingChart,
    FindingDetail, FindingFigure, FindingSubject, FindingWaiting,
};
pub use graph::{Graph, GraphEdge, GraphNode};
pub use ingest::{Accepted, Rejected, SandboxEventAccepted};
pub use notification::{
    Channel, ChannelTest, Notification, Notifications, NotifiedAlert, Receiver, ReceiverTest,
};
pub use observability::{Metrics, MetricsHistory, Point, SeriesHistory};
pub use page::Page;
pub use problem::Problem;
pub use record::{JournalEntry, JournalItem};
pub use rule::{Rule, RuleGroup, RuleOverridden, Rules};
pub use silence::{Matchers, NewSilence, Silence, SilenceMatcher, SilencePreview, SilenceQuestion};
pub use slo::{
    Slo, SloBound, SloBudget, SloBurnRate, SloDetail, SloForecast, SloNotObserved, SloRule, SloStanding,
    SloWindow, Slos,
};
pub use stream::{StreamEvent, StreamReset, Topic};
pub use summary::{Blindness, Own, Summary, VerdictCounts};
pub use token::{NewToken, OwnAccess, TokenCreated, TokenInfo};
