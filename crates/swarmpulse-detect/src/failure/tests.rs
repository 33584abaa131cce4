//! The watch as a whole: records in, findings, figures, lines and series out.

use swarmpulse_model::record::{Call, Failure, Task};
use swarmpulse_model::{Attributes, EntityKind, Record, TaskStatus, Text, Timestamp};

use super::FailureWatch;
use super::findings::{NEW_GROUP, RATE_HIGH, RATE_RISING, TIME_PATTERN, TOGETHER};
use crate::detector::{Detector, Graph, Subjects, Surroundings};
use crate::report::{Field, Report};

const START_S: f64 = 1_790_000_000.0;

/// Numbers that are the same every time: xorshift64*.
struct Dice(u64);

impl Dice {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, most: usize) -> usize {
        (self.uniform() * most as f64) as usize
    }
}

fn task(id: usize, task_type: &str, agent: &str, error: Option<&str>) -> Record {
    Record::Task(Box::new(Task {
        task: format!("task-{id}").into(),
        task_type: Some(task_type.into()),
        status: if error.is_some() {
            TaskStatus::Failed
        } else {
            TaskStatus::Completed
        },
        queue: None,
        agent: Some(agent.into()),
        sandbox: None,
        priority: None,
        user: None,
        attempt: None,
        queued_at: None,
        assigned_at: None,
        started_at: None,
        finished_at: None,
        timeout_s: None,
        error: error.map(Text::from),
        retryable: None,
        attributes: Attributes::default(),
    }))
}

/// A watch, its clock, and what it said.
struct World {
    watch: FailureWatch,
    now: Timestamp,
    told: Vec<&'static str>,
}

impl World {
    fn new() -> Self {
        Self {
            watch: FailureWatch::new(),
            now: Timestamp::from_unix_s(START_S),
            told: Vec::new(),
        }
    }

    fn see(&mut self, record: &Record) {
        self.watch.observe(&"default".into(), self.now, record);
    }

    /// So many seconds pass; the watch is asked every minute.
    fn pass(&mut self, seconds: f64) -> Report {
        let until = self.now.plus_s(seconds);
        let mut report = Report::default();
        while self.now < until {
            self.now = self.now.plus_s(60.0).min(until);
            report = Report::default();
            let (subjects, graph) = (Subjects::default(), Graph::default());
            let around = Surroundings {
                subjects: &subjects,
                graph: &graph,
            };
            self.watch.evaluate(self.now, &around, &mut report);
            self.told
                .extend(report.findings.iter().map(|finding| finding.condition));
        }
        report
    }
}

#[test]
fn nothing_is_said_of_nothing() {
    let mut world = World::new();
    let report = world.pass(60.0);
    assert_eq!(report.waiting.len(), 1);
    assert!(report.findings.is_empty() && report.published.is_empty());
}

#[test]
fn a_type_that_fails_more_than_others_is_told_and_forgotten_when_it_is_well() {
    let mut world = World::new();
    let mut dice = Dice(3);
    let mut id = 0;
    let mut hour = |world: &mut World, p: f64| {
        for _ in 0..60 {
            for _ in 0..4 {
                id += 1;
                let (name, p) = [("render", p), ("index", 0.02), ("mail", 0.02), ("sync", 0.02)][id % 4];
                let error = (dice.uniform() < p).then_some("TimeoutError: no answer after 30s");
                world.see(&task(id, name, &format!("bot-{}", id % 7), error));
            }
            world.pass(60.0);
        }
        world.pass(1.0)
    };
    let calm = hour(&mut world, 0.02);
    assert!(calm.findings.is_empty(), "{:?}", calm.findings);
    hour(&mut world, 0.02);
    hour(&mut world, 0.02);
    let report = hour(&mut world, 0.6);
    let high: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.condition == RATE_HIGH)
        .collect();
    assert_eq!(high.len(), 1, "{:?}", report.findings);
    assert_eq!(
        (high[0].subject.kind, high[0].subject.id.as_str()),
        (EntityKind::TaskType, "render")
    );
    assert!(high[0].sentence.contains("times the"), "{}", high[0].sentence);
    assert!(high[0].confidence > 0.999 && high[0].figures[0].interval.is_some());
    let began = world.now.seconds_since(high[0].since);
    assert!((3000.0..4200.0).contains(&began), "began {began} s ago");
    hour(&mut world, 0.02);
    let well = hour(&mut world, 0.02);
    assert!(
        well.findings.iter().all(|finding| finding.condition != RATE_HIGH),
        "{:?}",
        well.findings
    );
}

#[test]
fn what_is_told_within_its_first_five_minutes_is_drawn() {
    let mut world = World::new();
    for id in 0..120 {
        let name = ["render", "index", "mail", "sync"][id % 4];
        let error = (name == "render").then_some("TimeoutError: no answer after 30s");
        world.see(&task(id, name, &format!("bot-{}", id % 7), error));
    }
    let report = world.pass(60.0);
    let high = report
        .findings
        .iter()
        .find(|finding| finding.condition == RATE_HIGH)
        .unwrap();
    let lines = &high.charts[0].lines;
    assert_eq!(lines.len(), 2, "what was measured, and all others");
    assert_eq!(lines[0].points[0].1, 1.0, "every one failed");
}

#[test]
fn a_fleet_that_fails_by_chance_is_left_alone() {
    // Ten days of 12 agents and 5 types with 3 % failures, load by day and night, bursts of work.
    let mut world = World::new();
    let mut dice = Dice(11);
    let mut id = 0;
    for minute in 0..10 * 24 * 60 {
        let load = 3.0 - 2.5 * (f64::from(minute) / 1440.0 * std::f64::consts::TAU).cos();
        let ends = (load * dice.uniform() * 2.0) as usize;
        for _ in 0..ends {
            id += 1;
            let (kind, agent) = (dice.below(5), dice.below(12));
            let error = (dice.uniform() < 0.03).then_some("ValueError: bad input 17");
            world.see(&task(id, &format!("type-{kind}"), &format!("bot-{agent}"), error));
        }
        world.pass(60.0);
    }
    assert_eq!(world.told, Vec::<&str>::new());
    let figures = world.watch.figures("default", world.now).unwrap();
    assert_eq!(figures.tasks.ended, id as u64);
    assert_eq!(figures.groups.len(), 1);
}

#[test]
fn a_task_that_fails_and_its_report_are_one_failure_with_one_line() {
    let mut world = World::new();
    for n in 0..20 {
        world.see(&task(n, "render", "bot-1", Some("MemoryError")));
        world.see(&Record::Failure(Box::new(Failure {
            task: Some(format!("task-{n}").into()),
            agent: Some("bot-1".into()),
            task_type: Some("render".into()),
            error: Some("MemoryError".into()),
            ..Failure::default()
        })));
    }
    let report = world.pass(1.0);
    assert_eq!(report.lines.len(), 20);
    let names: Vec<&str> = report.lines[0].fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names[..5],
        ["task_id", "task_type", "bot_id", "error_type", "is_retryable"]
    );
    assert_eq!(report.lines[0].fields[3].1, Field::Text("MemoryError".into()));
    let figures = world.watch.figures("default", world.now).unwrap();
    assert_eq!(
        (figures.tasks.failed, figures.critical, figures.groups[0].count),
        (20, 20, 20)
    );
    assert_eq!(figures.rate, Some(1.0));
    assert_eq!(figures.recent.len(), 20);
    serde_json::to_value(&figures).unwrap();
}

#[test]
fn a_rise_is_told_and_a_busier_hour_is_not() {
    let rising = |busier: bool| {
        let mut world = World::new();
        let mut dice = Dice(5);
        let mut id = 0;
        for minute in 0..150 {
            let later = f64::from(minute) / 150.0;
            let (ends, p) = if busier {
                (4 + minute / 10, 0.05)
            } else {
                (10, 0.02 + 0.3 * later * later)
            };
            for _ in 0..ends {
                id += 1;
                let error = (dice.uniform() < p).then_some("ConnectionError: reset by peer");
                world.see(&task(id, "render", "bot-1", error));
            }
            world.pass(60.0);
        }
        world.told.contains(&RATE_RISING)
    };
    assert!(rising(false));
    assert!(!rising(true));
}

#[test]
fn a_new_error_is_told_once_it_grows() {
    let mut world = World::new();
    let mut id = 0;
    for minute in 0..200 {
        id += 1;
        let error = (minute % 10 == 0).then_some("TimeoutError: no answer after 30s");
        world.see(&task(id, "render", "bot-1", error));
        if minute >= 150 {
            id += 1;
            let error = format!(
                "SchemaError: column {} of table 'users' is missing in shard {minute}",
                minute * 7
            );
            world.see(&task(id, "render", "bot-2", Some(&error)));
        }
        let report = world.pass(60.0);
        if minute < 150 {
            assert!(
                report
                    .findings
                    .iter()
                    .all(|finding| finding.condition != NEW_GROUP)
            );
        }
    }
    let report = world.pass(1.0);
    let new = report
        .findings
        .iter()
        .find(|finding| finding.condition == NEW_GROUP)
        .unwrap();
    assert!(
        new.sentence
            .contains("column <n> of table <text> is missing in shard <n>"),
        "{}",
        new.sentence
    );
    assert_eq!(new.related[0].id, "bot-2");
}

#[test]
fn types_and_a_service_that_break_together_are_told_as_one() {
    let mut world = World::new();
    let mut dice = Dice(21);
    let mut id = 0;
    for minute in 0..24 * 60 {
        // Every two hours the database is away for six minutes.
        let away = minute % 120 < 6;
        for kind in 0..6 {
            id += 1;
            let p = if away && kind < 2 { 0.8 } else { 0.01 };
            let error = (dice.uniform() < p).then_some("DatabaseError: gone");
            world.see(&task(
                id,
                &format!("type-{kind}"),
                &format!("bot-{}", dice.below(20)),
                error,
            ));
        }
        world.see(&Record::Call(Box::new(Call {
            service: "db".into(),
            status_code: Some(if away { 503 } else { 200 }),
            ..Call::default()
        })));
        world.pass(60.0);
    }
    let report = world.pass(1.0);
    let together: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.condition == TOGETHER)
        .collect();
    assert_eq!(together.len(), 1, "{together:?}");
    let mut members: Vec<&str> = together[0].related.iter().map(|key| key.id.as_str()).collect();
    members.push(&together[0].subject.id);
    members.sort_unstable();
    assert_eq!(members, ["db", "type-0", "type-1"]);
}

#[test]
fn a_bad_hour_every_night_is_a_pattern_after_a_week() {
    let mut world = World::new();
    let mut dice = Dice(8);
    let mut id = 0;
    for minute in 0..9 * 24 * 60 {
        if minute % 3 == 0 {
            id += 1;
            let hour = (world.now.unix_s() / 3600.0) as i64 % 24;
            let p = if hour == 3 { 0.5 } else { 0.03 };
            let error = (dice.uniform() < p).then_some("TimeoutError: backup runs");
            world.see(&task(id, "render", "bot-1", error));
        }
        if minute % 60 == 0 {
            world.pass(60.0);
        } else {
            world.now = world.now.plus_s(60.0);
        }
    }
    let report = world.pass(3600.0);
    let pattern = report
        .findings
        .iter()
        .find(|finding| finding.condition == TIME_PATTERN)
        .unwrap();
    assert!(
        pattern.sentence.contains("from 03:00 to 04:00 UTC"),
        "{}",
        pattern.sentence
    );
}

#[test]
fn floods_of_names_are_bounded_and_counted() {
    let mut world = World::new();
    for n in 0..12_000 {
        world.see(&task(
            n,
            &format!("type-{}", n % 700),
            &format!("bot-{n}"),
            Some("x is broken"),
        ));
    }
    let report = world.pass(1.0);
    let dropped = |reason: &str| {
        report
            .dropped
            .iter()
            .find(|(name, _)| *name == reason)
            .map(|(_, count)| *count)
    };
    assert_eq!(dropped("failure_agents"), Some(2000));
    assert!(dropped("failure_task_types").is_some_and(|count| count > 3000));
    assert_eq!(report.lines.len(), 1000);
    assert_eq!(dropped("failure_log_lines"), Some(11_000));
    for n in 0..20 {
        world
            .watch
            .observe(&format!("space-{n}").into(), world.now, &task(n, "t", "a", None));
    }
    let report = world.pass(1.0);
    assert_eq!(world.watch.namespaces().count(), 16);
    assert!(
        report
            .published
            .iter()
            .all(|published| published.value.is_finite())
    );
}
