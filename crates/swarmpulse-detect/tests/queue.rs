//! Queues, simulated: healthy ones stay quiet, overloaded ones are found, and figures hold whatever comes.

#[path = "queue/simulation.rs"]
mod simulation;

use std::collections::BTreeMap;

use proptest::prelude::*;
use simulation::{Monitor, Settings, record, run};
use swarmpulse_detect::{Log, ThroughputDirection};
use swarmpulse_model::{TaskStatus, Timestamp};

#[test]
fn healthy_queues_stay_quiet() {
    let (mut hours, mut onsets, mut told) = (0.0, 0, Vec::new());
    for seed in 0..12 {
        let settings = Settings {
            seed,
            workers: [1, 3, 10][seed as usize % 3],
            median_s: [10.0, 60.0][seed as usize / 3 % 2],
            sigma: [0.4, 1.1][seed as usize / 6 % 2],
            load: [0.4, 0.6, 0.75][(seed as usize + seed as usize / 3) % 3],
            load_after: (f64::INFINITY, 0.0),
            hours: 5.0,
            until: None,
        };
        let outcome = run(&settings);
        hours += settings.hours;
        onsets += outcome.onsets;
        told.extend(outcome.sentences);
    }
    // Of 80 queue-days, simulated with loads up to 0.8 and spreads up to 1.5, four had an onset.
    assert!(onsets <= 1, "{onsets} onsets in {hours} hours: {told:#?}");
}

#[test]
fn overloaded_queues_are_found_within_the_hour() {
    for seed in 0..12 {
        let settings = Settings {
            seed: 100 + seed,
            workers: [1, 3, 10][seed as usize % 3],
            median_s: [3.0, 20.0][seed as usize / 3 % 2],
            sigma: [0.2, 0.7][seed as usize / 6],
            load: 0.6,
            load_after: (7200.0, 2.0),
            hours: 3.5,
            until: Some("queue_backlog"),
        };
        let outcome = run(&settings);
        let first_s = outcome.first_s.get("queue_backlog").copied();
        assert!(
            first_s.is_some_and(|first_s| (7200.0..10_800.0).contains(&first_s)),
            "{settings:?}: {outcome:?}"
        );
    }
}

#[test]
fn percentiles_count_those_that_wait_now() {
    let mut monitor = Monitor::new();
    for n in 0..40 {
        let at_s = f64::from(n);
        monitor.tell(&format!("d{n}"), "index", TaskStatus::Pending, None, at_s);
        monitor.tell(
            &format!("d{n}"),
            "index",
            TaskStatus::Running,
            Some(1),
            at_s + 0.02,
        );
        monitor.tell(
            &format!("d{n}"),
            "index",
            TaskStatus::Completed,
            Some(1),
            at_s + 0.5,
        );
    }
    for n in 0..50 {
        monitor.tell(&format!("w{n}"), "index", TaskStatus::Pending, None, 60.0);
    }
    let figures = monitor.figures(3500.0);
    let queue = &figures.queues[0];
    let (p50, p95) = (queue.wait.p50.unwrap(), queue.wait.p95.unwrap());
    assert!(p50.more_than && p50.seconds >= 3400.0, "{p50:?}");
    assert!(p95.more_than, "{p95:?}");
    assert!(queue.wait.mean_s.unwrap() > 1800.0, "{:?}", queue.wait);
    // Little's law: those that got through account for next to nothing of the line.
    assert!(queue.little_ratio.unwrap() > 1000.0, "{:?}", queue.little_ratio);
    assert_eq!(
        (queue.depth, queue.workers, queue.outcomes.completed),
        (50, 1, 40)
    );
    let all = &figures.namespaces[0];
    assert_eq!((all.depth, all.outcomes.completed), (50, 40));
    assert!(all.wait.p95.unwrap().more_than);
}

#[test]
fn figures_of_a_balanced_queue_agree_with_each_other() {
    let mut monitor = Monitor::new();
    // One task every 10 s waits 20 s and runs 15 s: two wait, one and a half run.
    for n in 0..400_usize {
        let at_s = 10.0 * n as f64;
        monitor.tell(&format!("t{n}"), "index", TaskStatus::Pending, None, at_s);
        if n >= 2 {
            monitor.tell(
                &format!("t{}", n - 2),
                "index",
                TaskStatus::Running,
                Some(n % 3),
                at_s,
            );
        }
        if n >= 4 {
            let done = format!("t{}", n - 4);
            monitor.tell(
                &done,
                "index",
                TaskStatus::Completed,
                Some((n - 2) % 3),
                at_s - 5.0,
            );
        }
    }
    let figures = monitor.figures(4000.0);
    let queue = &figures.queues[0];
    let near = |value: f64, wanted: f64| (value - wanted).abs() < 0.05 * wanted.max(0.1);
    assert!(near(queue.little_ratio.unwrap(), 1.0), "{:?}", queue.little_ratio);
    assert!(near(queue.depth_mean, 2.0), "{}", queue.depth_mean);
    assert!(
        near(queue.arrivals_per_minute, 6.0),
        "{}",
        queue.arrivals_per_minute
    );
    assert!(
        near(queue.throughput_per_hour, 360.0),
        "{}",
        queue.throughput_per_hour
    );
    assert!(
        near(queue.time_to_assign_s.unwrap(), 20.0),
        "{:?}",
        queue.time_to_assign_s
    );
    assert!(near(queue.wait.p50.unwrap().seconds, 20.0), "{:?}", queue.wait);
    assert_eq!(queue.trend.direction, ThroughputDirection::Stable);
    let kind = &figures.types[0];
    assert!(near(kind.delay_share_ratio, 1.0));
    let shares = kind.wait_share_ratio + kind.execution_share_ratio + kind.retry_share_ratio;
    assert!((shares - 1.0).abs() < 1e-9);
    assert!(
        figures.bottlenecks.is_empty() && figures.stuck.is_empty(),
        "{figures:#?}"
    );
}

#[test]
fn a_task_told_again_after_it_ended_is_counted_once() {
    let mut monitor = Monitor::new();
    for at_s in [0.0, 5.0, 9.0] {
        monitor.tell("t", "index", TaskStatus::Completed, Some(1), at_s);
    }
    monitor.tell("t", "index", TaskStatus::Running, Some(1), 10.0);
    let figures = monitor.figures(11.0);
    assert_eq!(figures.queues[0].outcomes.completed, 1);
    assert_eq!(figures.queues[0].executing, 0);
    let mut again = record("t", "index", TaskStatus::Running);
    again.attempt = Some(2);
    monitor.hand(again, 12.0);
    assert_eq!(monitor.figures(13.0).queues[0].executing, 1);
}

/// As the first monitoring service was told: added, and later done with how long it took.
#[test]
fn an_execution_that_is_told_at_its_end_leaves_the_wait_before_it() {
    let mut monitor = Monitor::new();
    for n in 0..40 {
        let (task, at_s) = (format!("t{n}"), 10.0 * f64::from(n));
        monitor.tell(&task, "index", TaskStatus::Pending, None, at_s);
        let mut done = record(&task, "index", TaskStatus::Completed);
        // By a clock that is an hour ahead.
        done.started_at = Some(Monitor::time(at_s + 3606.0));
        done.finished_at = Some(Monitor::time(at_s + 3609.0));
        monitor.hand(done, at_s + 9.0);
    }
    let figures = monitor.figures(400.0);
    let (queue, all) = (&figures.queues[0], &figures.namespaces[0]);
    let known = |known: Option<swarmpulse_detect::KnownDuration>| known.map(|it| it.seconds.round());
    assert_eq!(known(queue.wait.p50), Some(6.0), "{:?}", queue.wait);
    assert_eq!(known(all.execution.p50), Some(3.0), "{:?}", all.execution);
    assert_eq!(known(all.total.p99), Some(9.0), "{:?}", all.total);
    assert_eq!((all.tasks_total, all.completed_total), (40, 40));
}

/// A sender without a clock of its own says how far its limit reaches; it is stuck beyond that, and not before.
#[test]
fn a_declared_limit_needs_no_history() {
    let mut monitor = Monitor::new();
    let mut begun = record("t", "train", TaskStatus::Running);
    begun.timeout_s = Some(120.0);
    monitor.hand(begun, 0.0);
    assert!(monitor.look(115.0).findings.is_empty());
    let found = monitor.look(130.0).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].condition, found[0].subject.id.as_str()),
        ("task_stuck", "t")
    );
    assert!(
        found[0].sentence.contains("allows 2 min without progress"),
        "{}",
        found[0].sentence
    );
    monitor.tell("t", "train", TaskStatus::Failed, None, 140.0);
    assert!(monitor.look(145.0).findings.is_empty());
}

/// Findings that a test makes stay for five minutes after it no longer does, and no longer.
#[test]
fn a_bottleneck_does_not_come_and_go() {
    let mut monitor = Monitor::new();
    let (mut seen, mut changes, mut was) = (0, 0, false);
    for n in 0..1800 {
        let at_s = 6.0 * f64::from(n);
        let took_s = if at_s < 6500.0 {
            3.0
        } else {
            5.0 + f64::from(n % 7)
        };
        let task = format!("t{n}");
        monitor.tell(&task, "index", TaskStatus::Running, Some(1), at_s);
        let mut done = record(&task, "index", TaskStatus::Completed);
        done.started_at = Some(Monitor::time(at_s - took_s));
        done.finished_at = Some(Monitor::time(at_s));
        monitor.hand(done, at_s + 1.0);
        if n % 5 == 4 {
            let is = monitor
                .look(at_s + 1.0)
                .findings
                .iter()
                .any(|it| it.condition == "bottleneck");
            seen += u32::from(is);
            changes += u32::from(is != was);
            was = is;
        }
    }
    assert!(seen > 20, "{seen}");
    assert!(changes <= 2, "it came and went {changes} times");
}

#[test]
fn queues_and_lines_beyond_the_bounds_are_counted() {
    let mut monitor = Monitor::new();
    for n in 0..1200 {
        let mut done = record(&format!("t{n}"), &format!("type{n}"), TaskStatus::Completed);
        done.queue = Some(format!("q{n}").into());
        monitor.hand(done, 1.0);
    }
    let report = monitor.look(15.0);
    let dropped: BTreeMap<_, _> = report.dropped.iter().copied().collect();
    assert_eq!(dropped["tasks of queues beyond 200"], 1000);
    assert_eq!(dropped["tasks of types beyond 500"], 700);
    assert_eq!(dropped["lines of ended tasks beyond 1000"], 200);
    assert_eq!(dropped["series of task types beyond 200"], 301);
    let lines = report.lines.iter().filter(|line| line.log == Log::QueueAnalytics);
    assert_eq!(lines.count(), 1001, "each task that ended, and the summary");
    let figures = monitor.figures(15.0);
    assert_eq!(
        figures.namespaces[0].outcomes.completed, 200,
        "those beyond stand in (other)"
    );
    let rest = figures.queues.iter().find(|it| it.queue == "(other)").unwrap();
    assert_eq!((rest.outcomes.completed, &rest.entity), (1000, &None));
    assert!(
        monitor
            .look(30.0)
            .dropped
            .iter()
            .all(|(reason, _)| reason.starts_with("series"))
    );
}

/// Which task, where it is, the attempt, how long after the last word in tenths of a second, and how wrong the clock is.
type Word = (u8, usize, Option<u32>, i64, Option<i64>);

/// What a random sender says of a few tasks.
fn words() -> impl Strategy<Value = Vec<Word>> {
    let word = (
        0..12_u8,
        0..TaskStatus::ALL.len(),
        prop::option::weighted(0.3, 0..4_u32),
        0..600_i64,
        prop::option::weighted(0.5, -20_000..20_000_i64),
    );
    prop::collection::vec(word, 1..300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_comes_tasks_are_counted_once_and_no_figure_is_negative(words in words()) {
        let (mut first, mut second) = (Monitor::new(), Monitor::new());
        let mut known = BTreeMap::<u8, (TaskStatus, u32)>::new();
        let mut at_s = 0.0;
        for (task, status, attempt, later_s, told_s) in words {
            at_s += later_s as f64 / 10.0;
            let status = TaskStatus::ALL[status];
            let mut said = record(&format!("t{task}"), ["a", "b", "c"][usize::from(task) % 3], status);
            said.attempt = attempt;
            said.agent = (task % 4 > 0).then(|| "w1".into());
            said.user = (task % 5 > 0).then(|| "u".into());
            let told = told_s.map(|told_s| Timestamp(Monitor::time(at_s).0 + told_s * 1_000_000_000));
            // No word is dated before another: lateness is for a test of its own.
            if status == TaskStatus::Completed || status == TaskStatus::Failed {
                said.finished_at = told.filter(|_| !known.contains_key(&task));
                said.started_at = said.finished_at.map(|at| Timestamp(at.0 - 7_000_000_000));
            }
            first.hand(said.clone(), at_s);
            second.hand(said, at_s);
            let before = known.get(&task).copied();
            let attempt = attempt.unwrap_or(0);
            match before {
                Some((before, tried)) if before.is_final() && attempt <= tried => {}
                before => {
                    let tried = before.map_or(0, |(_, tried)| tried);
                    known.insert(task, (status, tried.max(attempt)));
                }
            }
        }
        let figures = first.figures(at_s + 5.0);
        prop_assert_eq!(&figures, &second.figures(at_s + 5.0));
        let running = known.values().filter(|(status, _)| status.is_open()).count() as u32;
        let open = known.values().filter(|(status, _)| !status.is_final()).count() as u32;
        let all = &figures.namespaces[0];
        prop_assert_eq!((all.executing, all.depth), (running, open - running));
        let by_type: u32 = figures.types.iter().map(|it| it.waiting + it.executing).sum();
        prop_assert_eq!(by_type, open);
        let json = serde_json::to_string(&figures).expect("figures are written");
        prop_assert!(!json.contains(":-"), "{}", json);
        for it in &figures.types {
            for spread in [it.wait, it.execution, it.total] {
                let [p50, p95, p99] = [spread.p50, spread.p95, spread.p99].map(|known| known.map(|it| it.seconds));
                prop_assert!(p50 <= p95 && p95 <= p99);
            }
        }
        prop_assert!(first.look(at_s + 15.0).published.iter().all(|it| it.value.is_finite() && it.value >= 0.0));
    }
}
