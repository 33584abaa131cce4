//! Queues and tasks: who waits, how long things take, what holds everyone up, and what has stopped moving.
//!
//! [`QueueBook`] keeps what task records tell; a `Census` counts everyone who waits or runs now into what is
//! measured of those that ended; each condition is judged in a file of its own. [`QueueFigures`] shows all of it.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{EntityKey, Record, Text, Timestamp};

use crate::{Condition, Description, Detector, Report, Surroundings, Waiting};

mod backlog;
mod book;
mod bottleneck;
mod census;
mod classes;
mod figures;
mod flow;
mod growth;
mod judgement;
mod log;
mod measure;
mod naming;
mod open_task;
mod publish;
mod sample;
mod sender_clock;
mod starvation;
mod stuck;
mod throughput;
mod track;
mod transition;

pub use book::QueueBook;
pub use figures::{
    Bottleneck, BottleneckKind, DelayCause, KnownDuration, NamespaceStatus, QueueFigures, QueueStatus,
    StuckTasks, TaskOutcomes, TaskSpread, ThroughputDirection, ThroughputTrend, TypeStatus,
    WaitingClassFigures,
};

use backlog::{HeldBacklogs, QUEUE_BACKLOG};
use bottleneck::BOTTLENECK;
use census::Census;
use judgement::{Judgement, Scene};
use starvation::STARVATION;
use stuck::TASK_STUCK;
use throughput::THROUGHPUT_DEGRADING;

const NAME: &str = "queue";
/// What is found by a test at a time stays for so long after it was last found, so that it does not come and go.
const HELD_NS: i64 = 300 * SECOND_NS;
const MINUTE_NS: i64 = 60 * SECOND_NS;
/// Queues named that are too young to be judged, and how old they must be, in minutes.
const WAITING_MAX: usize = 20;
const FLOW_MINUTES_MIN: usize = 10;

/// The row of the table.
pub(crate) const DESCRIPTION: Description = Description {
    name: NAME,
    summary: "queues that back up or are not served, tasks that are stuck, and what takes everyone's time",
    method: "Follows every task from queued to ended by the time of receipt; what senders' clocks say counts only once \
             their error is known, and never makes a wait negative. Waits and executions are estimated with what waits \
             and runs now counted for as long as it has (Kaplan-Meier), so that 50 tasks stuck for an hour show in every \
             percentile, which then reads \"more than\". A queue is backed up if nothing leaves it though at its usual \
             pace at least seven would have, if more come than leave by a t-test over the last half hour (p < 0.0002) and \
             a newcomer waits over five minutes, or if it holds tasks for over three times the usual. A task is stuck \
             when it has lasted five standard deviations beyond the median of its type on the logarithmic scale, at \
             least 3 and at most 30 times the 99th percentile, and shows no progress; that takes 30 ended tasks of the \
             type, or a limit that its sender declared. Throughput degrades if a Poisson regression over the hour falls \
             by 30 % (p < 0.001, allowing for dispersion and autocorrelation) while tasks wait and demand does not fall \
             alike. Types are ranked by their share of the time that all tasks spent, by wait, execution and retries; \
             one is a bottleneck if it has slowed down against its own day by a log-rank test, mostly repeats itself, or \
             keeps others from the workers. A priority or user starves if it waits far longer than the others by a \
             log-rank test and is served less than a third of its share.",
    sources: &[
        "Kaplan & Meier 1958, Nonparametric Estimation from Incomplete Observations",
        "Mantel 1966, Evaluation of Survival Data and Two New Rank Order Statistics (log-rank test)",
        "McCullagh & Nelder 1989, Generalized Linear Models, 4.5 (quasi-Poisson regression)",
        "Little 1961, A Proof for the Queuing Formula L = λW",
        "Cohen & Kaplan 2007, Summarizing Data Using Bottom-k Sketches",
    ],
    conditions: &[
        Condition {
            name: QUEUE_BACKLOG,
            meaning: "A queue is not served, grows, or holds tasks for far longer than it used to.",
        },
        Condition {
            name: TASK_STUCK,
            meaning: "Tasks wait or run for longer than any healthy one of their type.",
        },
        Condition {
            name: BOTTLENECK,
            meaning: "A type of task takes a large part of the time of all, and has slowed down, repeats itself or keeps others waiting.",
        },
        Condition {
            name: THROUGHPUT_DEGRADING,
            meaning: "A queue gets less and less done while tasks wait in it.",
        },
        Condition {
            name: STARVATION,
            meaning: "A priority or a user waits far longer than the others in the same queue.",
        },
    ],
    series: publish::SERIES,
};

/// A finding that was made, and when it was last true.
#[derive(Clone, Debug)]
struct Found {
    judgement: Judgement,
    true_at: Timestamp,
}

/// What one look at the book gives.
struct Round {
    figures: QueueFigures,
    judgements: Vec<Judgement>,
    waiting: Vec<Waiting>,
}

/// Watches queues and tasks.
///
/// Its memory is that of [`QueueBook`], and one finding for each queue, type or task that it reports.
#[derive(Clone, Debug, Default)]
pub struct QueueWatch {
    book: QueueBook,
    held: HeldBacklogs,
    found: BTreeMap<(&'static str, EntityKey), Found>,
    logged_minute: Option<i64>,
}

impl QueueWatch {
    /// One that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The book that it keeps.
    pub fn book_mut(&mut self) -> &mut QueueBook {
        &mut self.book
    }

    /// Everything that it knows at `now`, bottlenecks and stuck tasks included.
    pub fn figures(&mut self, now: Timestamp) -> QueueFigures {
        self.look(now).figures
    }

    fn look(&mut self, now: Timestamp) -> Round {
        self.book.expire(now);
        let census = Census::of(&self.book, now);
        let queues = measure::queues(&self.book, &census, now);
        let types = measure::types(&self.book, &census, now);
        let scene = Scene {
            book: &self.book,
            census: &census,
            queues: &queues,
            types: &types,
            now,
        };
        let (mut judgements, starving) = starvation::starvations(&scene);
        let backlogs = backlog::backlogs(&scene, &mut self.held, &starving);
        let backlogged: BTreeSet<u16> = backlogs.iter().filter_map(|it| it.queue).collect();
        judgements.extend(backlogs);
        let explained: BTreeSet<u16> = judgements.iter().filter_map(|it| it.queue).collect();
        let (stuck, stuck_tasks, mut waiting) = stuck::stuck(&scene, &explained);
        judgements.extend(stuck);
        judgements.extend(throughput::degrading(&scene, &backlogged));
        let stuck_types = stuck_tasks
            .iter()
            .map(|it| format!("{}\n{}", it.namespace, it.task_type))
            .collect();
        judgements.extend(bottleneck::bottlenecks(&scene, &explained, &stuck_types));
        waiting.extend(too_young(&scene));
        let namespaces = measure::namespaces(&self.book, &census, &queues);
        let figures = QueueFigures {
            at: now,
            namespaces,
            queues: queues.into_iter().map(|it| it.figures).collect(),
            types: types.into_iter().map(|it| it.figures).collect(),
            stuck: stuck_tasks,
            bottlenecks: Vec::new(),
        };
        let judgements = self.hold(judgements, now);
        let mut round = Round {
            figures,
            judgements,
            waiting,
        };
        round.figures.bottlenecks = round
            .judgements
            .iter()
            .map(|judgement| judgement.bottleneck.clone())
            .collect();
        round
            .figures
            .bottlenecks
            .sort_by_key(|it| std::cmp::Reverse(it.severity));
        round
    }

    /// Keeps when each finding began, and those that a test made for a while after it no longer does.
    fn hold(&mut self, judgements: Vec<Judgement>, now: Timestamp) -> Vec<Judgement> {
        for mut judgement in judgements {
            let key = judgement.key();
            if let Some(before) = self.found.get(&key) {
                let since = before.judgement.finding.since;
                judgement.finding.since = judgement.finding.since.min(since);
            }
            let found = Found {
                judgement,
                true_at: now,
            };
            self.found.insert(key, found);
        }
        self.found.retain(|(condition, _), found| {
            let by_test = [BOTTLENECK, THROUGHPUT_DEGRADING, STARVATION].contains(condition);
            now.since(found.true_at) <= if by_test { HELD_NS } else { 0 }
        });
        self.found.values().map(|found| found.judgement.clone()).collect()
    }

    fn tell_drops(&mut self, report: &mut Report) {
        let drops = std::mem::take(&mut self.book.drops);
        let workers = self
            .book
            .queues
            .iter_mut()
            .flatten()
            .map(|track| std::mem::take(&mut track.workers_dropped))
            .sum();
        for (reason, count) in [
            ("open tasks beyond 200000", drops.open_tasks),
            ("open tasks unheard of for a week", drops.unheard_tasks),
            ("tasks of queues beyond 200", drops.queues),
            ("tasks of types beyond 500", drops.types),
            ("lines of ended tasks beyond 1000", drops.finished),
            ("task records that came late", drops.late),
            ("workers of a queue beyond 1024", workers),
        ] {
            if count > 0 {
                report.dropped.push((reason, count));
            }
        }
    }

    fn write_log(&mut self, figures: &QueueFigures, report: &mut Report) {
        let finished = std::mem::take(&mut self.book.finished);
        report.lines.extend(finished.into_iter().map(log::finished));
        let minute = figures.at.0.div_euclid(MINUTE_NS);
        if self.logged_minute == Some(minute) {
            return;
        }
        self.logged_minute = Some(minute);
        let summaries = figures.namespaces.iter();
        report
            .lines
            .extend(summaries.map(|namespace| log::summary(namespace, figures.at)));
    }
}

/// Queues in which tasks wait and that are not known for long enough.
fn too_young(scene: &Scene<'_>) -> Vec<Waiting> {
    let minutes = |number: u16| {
        let track = scene.book.queues[usize::from(number)].as_ref();
        track.map_or(0, |track| {
            track.flow.full_minutes(scene.now, FLOW_MINUTES_MIN).len()
        })
    };
    let young = scene
        .queues
        .iter()
        .filter(|it| it.figures.depth > 0)
        .filter_map(|it| {
            let known = minutes(it.number);
            let subject = it.figures.entity.clone().filter(|_| known < FLOW_MINUTES_MIN)?;
            Some(Waiting {
                detector: NAME,
                subject: Some(subject),
                reason: format!(
                    "{known} full minutes of the queue are known, {FLOW_MINUTES_MIN} are needed to tell growth"
                ),
            })
        });
    young.take(WAITING_MAX).collect()
}

impl Detector for QueueWatch {
    fn name(&self) -> &'static str {
        NAME
    }

    fn observe(&mut self, namespace: &Text, at: Timestamp, record: &Record) {
        match record {
            Record::Task(task) => self.book.observe(namespace, at, task),
            Record::Event(event) if event.is_progress() => {
                if let Some(task) = &event.task {
                    self.book.observe_progress(namespace, at, task);
                }
            }
            _ => {}
        }
    }

    fn evaluate(&mut self, now: Timestamp, _around: &Surroundings<'_>, report: &mut Report) {
        let round = self.look(now);
        publish::series(&round.figures, report);
        self.write_log(&round.figures, report);
        self.tell_drops(report);
        report.waiting.extend(round.waiting);
        report
            .findings
            .extend(round.judgements.into_iter().map(|judgement| judgement.finding));
    }
}
