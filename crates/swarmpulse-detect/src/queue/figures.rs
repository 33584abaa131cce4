//! The figures of queues and tasks, as the API and the command line show them.

use serde::Serialize;
use swarmpulse_model::{EntityKey, Severity, Text, Timestamp};

use crate::statistics::survival::{Quantile, Survival};

/// A duration of which it may only be known that it is longer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KnownDuration {
    /// So many seconds.
    pub seconds: f64,
    /// It is more than that: too few have ended to say how much.
    pub more_than: bool,
}

impl From<Quantile> for KnownDuration {
    fn from(quantile: Quantile) -> Self {
        Self {
            seconds: quantile.at_least(),
            more_than: !quantile.is_reached(),
        }
    }
}

/// How long something takes: what ended in the last hour, and what goes on now for as long as it has lasted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TaskSpread {
    /// How many it rests on; where there were more than 512 the number is estimated.
    pub count: f64,
    /// Half take longer.
    pub p50: Option<KnownDuration>,
    /// One in twenty takes longer.
    pub p95: Option<KnownDuration>,
    /// One in a hundred takes longer.
    pub p99: Option<KnownDuration>,
    /// The mean in seconds; at least that, where some go on.
    pub mean_s: Option<f64>,
}

impl TaskSpread {
    pub(super) fn of(survival: &Survival) -> Self {
        let [p50, p95, p99] = survival.quantiles([0.5, 0.95, 0.99]);
        Self {
            count: survival.total(),
            p50: p50.map(KnownDuration::from),
            p95: p95.map(KnownDuration::from),
            p99: p99.map(KnownDuration::from),
            mean_s: survival.mean_at_least(),
        }
    }
}

/// Which way the number of completed tasks goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThroughputDirection {
    /// More and more, by a fifth of the hour's start at least, and not by chance.
    Increasing,
    /// Neither.
    Stable,
    /// Less and less.
    Degrading,
    /// Fewer than 20 minutes, or than 30 tasks.
    #[default]
    NotEnoughData,
}

/// The trend of completed tasks per minute over the last hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ThroughputTrend {
    /// Which way.
    pub direction: ThroughputDirection,
    /// Tasks per minute at the beginning, fitted.
    pub from_per_minute: Option<f64>,
    /// Tasks per minute at the end, fitted.
    pub to_per_minute: Option<f64>,
    /// The chance of such a trend, or a greater one, if there were none.
    pub p: Option<f64>,
}

/// Tasks of one priority or user that wait now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaitingClassFigures {
    /// The priority or user as senders name it; empty for tasks that name none.
    pub name: Text,
    /// Waiting now.
    pub waiting: u32,
    /// The longest wait among them so far, in seconds.
    pub oldest_age_s: f64,
}

/// What ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TaskOutcomes {
    /// Done in the last hour.
    pub completed: u32,
    /// Ended without success in the last hour.
    pub failed: u32,
    /// Called off in the last hour.
    pub cancelled: u32,
    /// Tried again in the last hour.
    pub retried: u32,
    /// Done, of those that ended with or without success.
    pub completion_ratio: Option<f64>,
    /// Without success, of the same.
    pub failure_ratio: Option<f64>,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueueStatus {
    /// Whose.
    pub namespace: Text,
    /// Its name; a type of task in parentheses for tasks that name no queue.
    pub queue: Text,
    /// The service or type of task that findings on it are about; none for what stands for all further queues.
    pub entity: Option<EntityKey>,
    /// Rates rest on so many seconds, at most an hour and a minute.
    pub window_s: f64,
    /// Waiting now.
    pub depth: u32,
    /// Waiting on average over the window.
    pub depth_mean: f64,
    /// Running now.
    pub executing: u32,
    /// The longest wait among those that wait, so far, in seconds.
    pub oldest_age_s: Option<f64>,
    /// From queued to begun, of all that waited in the last hour.
    pub wait: TaskSpread,
    /// A task that is queued now may expect to wait so long, at the pace of the last ten minutes; none if none begins.
    pub expected_wait_s: Option<f64>,
    /// Tasks that came, per minute.
    pub arrivals_per_minute: f64,
    /// Tasks that began, per minute.
    pub starts_per_minute: f64,
    /// Tasks that were done, per minute.
    pub throughput_per_minute: f64,
    /// Tasks that were done, per hour.
    pub throughput_per_hour: f64,
    /// Where that goes.
    pub trend: ThroughputTrend,
    /// Tasks that were given to a worker, per minute.
    pub assigned_per_minute: f64,
    /// From queued to given to a worker, mean in seconds.
    pub time_to_assign_s: Option<f64>,
    /// Given to a worker that did not begin, in the last hour.
    pub failed_assignments: u32,
    /// Workers that had a task of this queue in the last hour.
    pub workers: u32,
    /// Tasks that run, per worker.
    pub active_per_worker: Option<f64>,
    /// Tasks that can run at once: the workers, or the most that ran at once in the last hour if that is more.
    pub capacity: u32,
    /// Share of the capacity that was in use over the window.
    pub utilisation_ratio: Option<f64>,
    /// Arriving work over capacity: above 1 the queue cannot but grow.
    pub load_ratio: Option<f64>,
    /// Little's law: tasks that wait on average, over arrival rate times the mean wait of those that got through. About 1
    /// in balance; well above 1 when tasks wait that do not get through.
    pub little_ratio: Option<f64>,
    /// What ended how.
    pub outcomes: TaskOutcomes,
    /// Waiting tasks by priority, most first.
    pub priorities: Vec<WaitingClassFigures>,
    /// Waiting tasks by user, most first, at most 20.
    pub users: Vec<WaitingClassFigures>,
}

/// Why a type of task takes long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DelayCause {
    /// It waits for a worker.
    Wait,
    /// It runs long.
    Execution,
    /// It is tried again and again.
    Retries,
    /// It waits for longer than others in the same queue do.
    Starvation,
}

/// A type of task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TypeStatus {
    /// Whose.
    pub namespace: Text,
    /// Its name.
    pub task_type: Text,
    /// Waiting now.
    pub waiting: u32,
    /// Running now.
    pub executing: u32,
    /// From queued to begun.
    pub wait: TaskSpread,
    /// From begun to ended.
    pub execution: TaskSpread,
    /// From queued to ended, all attempts.
    pub total: TaskSpread,
    /// Tasks that were done, per minute.
    pub throughput_per_minute: f64,
    /// What ended how.
    pub outcomes: TaskOutcomes,
    /// Seconds that its tasks spent in the last hour, all together, those of now included.
    pub delay_s: f64,
    /// Share of that in all types of the namespace.
    pub delay_share_ratio: f64,
    /// Share of its delay before the first attempt began.
    pub wait_share_ratio: f64,
    /// Share of its delay while the first attempt ran.
    pub execution_share_ratio: f64,
    /// Share of its delay after the first attempt had failed.
    pub retry_share_ratio: f64,
    /// The largest of these.
    pub cause: DelayCause,
}

/// All tasks of a namespace.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamespaceStatus {
    /// Which.
    pub namespace: Text,
    /// Tasks that were met since the namespace is known.
    pub tasks_total: u64,
    /// Tasks that were done since then.
    pub completed_total: u64,
    /// Waiting now.
    pub depth: u32,
    /// Waiting on average over the last hour.
    pub depth_mean: f64,
    /// Running now.
    pub executing: u32,
    /// What ended how.
    pub outcomes: TaskOutcomes,
    /// Tasks that were done, per minute.
    pub throughput_per_minute: f64,
    /// From queued to begun.
    pub wait: TaskSpread,
    /// From begun to ended.
    pub execution: TaskSpread,
    /// From queued to ended.
    pub total: TaskSpread,
}

/// Tasks of a type that do not move.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StuckTasks {
    /// Whose.
    pub namespace: Text,
    /// Of which type.
    pub task_type: Text,
    /// They wait; else they run.
    pub waiting: bool,
    /// How many.
    pub count: u32,
    /// The first twenty, those that have stood longest first.
    pub tasks: Vec<Text>,
    /// The longest has stood for so many seconds.
    pub oldest_s: f64,
    /// No healthy one takes so long, in seconds.
    pub limit_s: f64,
    /// The sender said so; else it is learned from tasks of the type that ended.
    pub declared: bool,
    /// So many of those are known.
    pub known: u32,
    /// One less the chance that a healthy task takes so long.
    pub confidence: f64,
}

/// What slows tasks down. The names are those of the first monitoring service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BottleneckKind {
    /// Too many wait.
    QueueDepthHigh,
    /// Work takes too long.
    ExecutionTimeHigh,
    /// Tasks wait too long.
    WaitTimeHigh,
    /// Too few are done.
    ThroughputLow,
}

/// A place where tasks are held up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bottleneck {
    /// What is wrong there.
    #[serde(rename = "type")]
    pub kind: BottleneckKind,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Whose.
    pub namespace: Text,
    /// The type of task, where it is one's.
    pub task_type: Option<Text>,
    /// The queue, where it is one's.
    pub queue: Option<Text>,
    /// Figures by name.
    pub metrics: std::collections::BTreeMap<&'static str, f64>,
}

/// Everything that is known of queues and tasks at one time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueueFigures {
    /// When.
    pub at: Timestamp,
    /// By namespace; the first 64.
    pub namespaces: Vec<NamespaceStatus>,
    /// By namespace and name.
    pub queues: Vec<QueueStatus>,
    /// Those that take most of the time of all first.
    pub types: Vec<TypeStatus>,
    /// Tasks that do not move.
    pub stuck: Vec<StuckTasks>,
    /// What slows tasks down, worst first.
    pub bottlenecks: Vec<Bottleneck>,
}
