//! A simulated queue: tasks of two types come at random, a few workers take them in turn.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use swarmpulse_detect::{
    Detector as _, Finding, Graph, QueueFigures, QueueWatch, Report, Subjects, Surroundings,
};
use swarmpulse_model::record::Task;
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{Attributes, Record, TaskStatus, Text, Timestamp};

/// Numbers that are the same in every run (xorshift64*).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        (drawn as f64 + 0.5) / (1_u64 << 53) as f64
    }

    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.uniform().ln()
    }

    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        median * (sigma * radius * (std::f64::consts::TAU * self.uniform()).cos()).exp()
    }
}

/// A task record without anything but what the arguments say.
pub fn record(task: &str, task_type: &str, status: TaskStatus) -> Task {
    Task {
        task: task.into(),
        task_type: Some(task_type.into()),
        status,
        queue: Some("jobs".into()),
        agent: None,
        sandbox: None,
        priority: None,
        user: None,
        attempt: None,
        queued_at: None,
        assigned_at: None,
        started_at: None,
        finished_at: None,
        timeout_s: None,
        error: None,
        retryable: None,
        attributes: Attributes::default(),
    }
}

/// How a queue is.
#[derive(Clone, Debug)]
pub struct Settings {
    pub seed: u64,
    pub workers: usize,
    /// Seconds that half of the tasks take longer than, and how far they spread.
    pub median_s: f64,
    pub sigma: f64,
    /// Arriving work over what the workers can do, from the second time on the other value.
    pub load: f64,
    pub load_after: (f64, f64),
    pub hours: f64,
    /// It is over when this is found.
    pub until: Option<&'static str>,
}

/// What was found, by condition, with the first time in seconds; and how much there was.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub first_s: BTreeMap<&'static str, f64>,
    pub onsets: u32,
    pub sentences: Vec<String>,
}

enum Step {
    Comes,
    Ends { task: usize, worker: usize },
}

/// Runs one.
pub fn run(settings: &Settings) -> Outcome {
    let mut chance = Chance::new(settings.seed);
    let mean_s = settings.median_s * (settings.sigma * settings.sigma / 2.0).exp();
    let mut monitor = Monitor::new();
    let mut steps: BinaryHeap<Reverse<(i64, usize)>> = BinaryHeap::new();
    let mut what: Vec<Step> = Vec::new();
    let mut line: VecDeque<usize> = VecDeque::new();
    let mut free: Vec<usize> = (0..settings.workers).collect();
    let mut types: Vec<&str> = Vec::new();
    let mut at_s = 0.0;
    what.push(Step::Comes);
    steps.push(Reverse((0, 0)));
    while let Some(Reverse((at_ns, number))) = steps.pop() {
        at_s = at_ns as f64 / SECOND_NS as f64;
        monitor.pass(at_s);
        let found = settings
            .until
            .is_some_and(|until| monitor.outcome.first_s.contains_key(until));
        if found || at_s > settings.hours * 3600.0 {
            break;
        }
        match what[number] {
            Step::Comes => {
                let (from_s, load_after) = settings.load_after;
                let load = if at_s >= from_s { load_after } else { settings.load };
                let gap_s = chance.exponential(mean_s / (load * settings.workers as f64));
                what.push(Step::Comes);
                steps.push(Reverse((nanoseconds(at_s + gap_s), what.len() - 1)));
                types.push(if chance.uniform() < 0.7 { "mail" } else { "report" });
                let task = types.len() - 1;
                monitor.tell(&name(task), types[task], TaskStatus::Pending, None, at_s);
                line.push_back(task);
            }
            Step::Ends { task, worker } => {
                let status = if chance.uniform() < 0.05 {
                    TaskStatus::Failed
                } else {
                    TaskStatus::Completed
                };
                monitor.tell(&name(task), types[task], status, Some(worker), at_s);
                free.push(worker);
            }
        }
        while let Some(task) = (!free.is_empty()).then(|| line.pop_front()).flatten() {
            let Some(worker) = free.pop() else { break };
            monitor.tell(&name(task), types[task], TaskStatus::Running, Some(worker), at_s);
            what.push(Step::Ends { task, worker });
            let took_s = chance.log_normal(settings.median_s, settings.sigma).max(0.001);
            steps.push(Reverse((nanoseconds(at_s + took_s), what.len() - 1)));
        }
    }
    monitor.pass(at_s);
    monitor.outcome
}

fn name(task: usize) -> String {
    format!("t{task}")
}

fn nanoseconds(seconds: f64) -> i64 {
    (seconds * SECOND_NS as f64) as i64
}

/// The detector, asked every 15 seconds.
pub struct Monitor {
    pub watch: QueueWatch,
    due_s: f64,
    held: BTreeMap<(&'static str, Text), f64>,
    outcome: Outcome,
}

impl Monitor {
    pub fn new() -> Self {
        Self {
            watch: QueueWatch::new(),
            due_s: 15.0,
            held: BTreeMap::new(),
            outcome: Outcome::default(),
        }
    }

    pub fn time(at_s: f64) -> Timestamp {
        Timestamp::from_unix_s(1_767_571_200.0 + at_s)
    }

    pub fn tell(
        &mut self,
        task: &str,
        task_type: &str,
        status: TaskStatus,
        worker: Option<usize>,
        at_s: f64,
    ) {
        let mut record = record(task, task_type, status);
        record.agent = worker.map(|worker| Text::from(format!("w{worker}")));
        self.hand(record, at_s);
    }

    pub fn hand(&mut self, record: Task, at_s: f64) {
        let record = Record::Task(Box::new(record));
        self.watch
            .observe(&Text::const_new("default"), Self::time(at_s), &record);
    }

    pub fn figures(&mut self, at_s: f64) -> QueueFigures {
        self.watch.figures(Self::time(at_s))
    }

    pub fn look(&mut self, at_s: f64) -> Report {
        let (subjects, graph, mut report) = (Subjects::default(), Graph::default(), Report::default());
        let around = Surroundings {
            subjects: &subjects,
            graph: &graph,
        };
        self.watch.evaluate(Self::time(at_s), &around, &mut report);
        report
    }

    /// Lets time pass; a finding that comes again within a quarter of an hour is the same.
    fn pass(&mut self, to_s: f64) {
        while self.due_s <= to_s {
            for Finding {
                condition,
                subject,
                sentence,
                ..
            } in self.look(self.due_s).findings
            {
                let before = self.held.insert((condition, subject.id), self.due_s);
                if before.is_none_or(|before| self.due_s - before > 900.0) {
                    self.outcome.onsets += 1;
                    self.outcome.sentences.push(sentence);
                    self.outcome.first_s.entry(condition).or_insert(self.due_s);
                }
            }
            self.due_s += 15.0;
        }
    }
}
